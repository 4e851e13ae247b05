// Sends scans one after the other until each is answered. A scan keeps its id, so one that is sent
// again after a lost answer is the same scan: it cannot admit twice. Unanswered scans outlive the
// page until they are answered.
import { newScanId } from "./scan_ids.js";
import { dropScan, keepScan, waitingScans } from "./scan_store.js";

const TIMEOUT_MS = 8000;
const LONGEST_PAUSE_MS = 8000;
const LONGEST_TICKET = 300;

export class ScanQueue {
  #scans = [];
  #busy = false;
  #halted = "";
  #wake = () => {};

  // onAnswer(scan, answer) · onWaiting(scan, trouble, signIn): a first try failed · onRefused(scan, message):
  // will not be sent again · onMoved(address): the device is in other hands now · onState({ waiting, trouble, signIn }): trouble is "", "offline",
  // "signed-out" or "stale"
  constructor({ event, url, token, onAnswer, onWaiting, onRefused, onMoved, onState }) {
    Object.assign(this, { event, url, token, onAnswer, onWaiting, onRefused, onMoved, onState });
    window.addEventListener("online", () => this.#wake());
  }

  // Takes up what an earlier page left; returns it.
  resume() {
    this.#scans = waitingScans(this.event).map((scan) => ({ ...scan, tries: 1 }));
    this.#report();
    this.#pump();
    return [...this.#scans];
  }

  get length() {
    return this.#scans.length;
  }

  // The new scan of `what`, { ticket } or { guest } and perhaps { out: true }; null when this very
  // one is on its way.
  add(what, gate) {
    const ticket = (what.ticket ?? "").replaceAll("\0", "").slice(0, LONGEST_TICKET);
    const scan = { scan_id: newScanId(), ticket, guest: what.guest ?? "", out: what.out ?? false, gate, tries: 0 };
    const isSame = (other) => other.ticket === ticket && other.guest === scan.guest && other.out === scan.out;
    if (!(ticket || scan.guest) || this.#scans.some(isSame)) return null;
    this.#scans.push(scan);
    keepScan(this.event, scan);
    this.#wake();
    this.#pump();
    return scan;
  }

  async #pump() {
    if (this.#busy) return;
    this.#busy = true;
    await null; // whoever added a scan knows it before it hears of it
    while (this.#scans.length && !this.#halted) {
      const scan = this.#scans[0];
      await this.#attempt(scan);
      if (this.#halted === "moved") return;
      this.#report();
      if (this.#halted || !scan.tries || !this.#scans.includes(scan)) continue;
      this.#scans.push(this.#scans.shift()); // others may fare better
      const pause = Math.min(1000 * 2 ** (scan.tries - 1), LONGEST_PAUSE_MS);
      await new Promise((resolve) => {
        this.#wake = resolve;
        setTimeout(resolve, pause);
      });
    }
    this.#busy = false;
    // This page sends nothing any more: each scan is told so, not only the one that found out.
    const untold = this.#scans.filter((scan) => this.#halted && !scan.tries);
    untold.forEach((scan) => this.#failed(scan));
    if (untold.length) this.#report();
  }

  async #attempt(scan) {
    const { tries, ...said } = scan;
    const reply = await send(this.url, this.token, { ...said, resent: tries > 0 });
    if (reply.status === 200) {
      this.#drop(scan);
      this.onAnswer(scan, reply.body);
    } else if (reply.body.home) {
      this.#halted = "moved"; // the scan stays until the crew has the device again
      this.onMoved(reply.body.home);
    } else if (reply.status === 401 || (reply.status === 403 && !reply.body.code)) {
      this.#halted = reply.status === 401 ? "signed-out" : "stale";
      this.signIn = reply.body.sign_in;
      this.#failed(scan);
    } else if ([400, 403, 404].includes(reply.status) && reply.body.code) {
      this.#drop(scan);
      this.onRefused(scan, reply.body.message);
    } else {
      this.#failed(scan);
    }
  }

  #failed(scan) {
    scan.tries += 1;
    if (scan.tries === 1) this.onWaiting(scan, this.#halted, this.signIn);
  }

  #drop(scan) {
    this.#scans = this.#scans.filter((other) => other !== scan);
    dropScan(this.event, scan);
  }

  #report() {
    const waiting = this.#scans.filter((scan) => scan.tries > 0).length;
    this.onState({ waiting, trouble: this.#halted || (waiting ? "offline" : ""), signIn: this.signIn });
  }
}

// Posts JSON; { status, body }, with status 0 when there was no answer.
export async function send(url, token, body) {
  try {
    const response = await fetch(url, {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-CSRFToken": token },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    const isJson = response.headers.get("Content-Type")?.startsWith("application/json");
    if (response.ok && !isJson) return { status: 0, body: {} }; // a hotel's own sign-in page, say
    return { status: response.status, body: isJson ? await response.json() : {} };
  } catch {
    return { status: 0, body: {} };
  }
}
