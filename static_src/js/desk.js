// The scanner of desks and kiosks: camera, hand scanner, typed codes and names go one way, to the
// queue; answers come back as a screen, a sound and a row.
import { Finder, looksLikeCode, looksLikeName } from "./desk_find.js";
import { Modes } from "./desk_modes.js";
import { copy, notice, remember, remembered, text } from "./desk_parts.js";
import { LastScans } from "./desk_rows.js";
import { ResultScreen } from "./desk_screen.js";
import { beat } from "./kiosk_beat.js";
import { ScanQueue, send } from "./scan_queue.js";
import { Sightings } from "./scan_sightings.js";
import { TypedCodes } from "./scan_typed.js";
import { CameraView } from "./scan_view.js";
import { Sounds } from "./sound.js";

const IDLE_AFTER_MS = 180_000;
const COUNT_EVERY_MS = 15_000;
const COUNT_AFTER_SCAN_MS = 1200;
const EXPRESS_MS = 1500;

const desk = document.getElementById("desk");
const part = (selector) => desk.querySelector(selector);
const token = part("[name=csrfmiddlewaretoken]").value;
const field = part("#ticket");
const dialog = document.getElementById("gate");
const sounds = new Sounds(remembered("muted") === "true");
const sightings = new Sightings();
const undoing = new Set();
const isKiosk = "kiosk" in desk.dataset; // its gate is the organisers' to say
let gate = isKiosk ? desk.dataset.gate : remembered(`gate.${desk.dataset.event}`) || desk.dataset.gate;
let toldExpress = "express" in desk.dataset; // what the organisers say of a kiosk
let express = isKiosk ? toldExpress : remembered("speed") === "express";
let onItsWay = null; // the scan whose answer is awaited on the page
let touched = performance.now();
let leaving = false;

const screen = new ResultScreen({
  behind: document.getElementById("main"),
  onUndo: undo,
  onAdmit: admit,
  onType: () => field.focus(),
  onClose: () => (touched = performance.now()),
});
const modes = new Modes({ buttons: part("[data-modes]"), hints: part("[data-camera]"), key: desk.dataset.event });
const finder = new Finder({
  field,
  place: part("[data-found]"),
  url: desk.dataset.find,
  onTrouble: () => notice(text("find-failed")),
});
const rows = new LastScans({
  list: part("[data-rows]"),
  none: part("[data-none]"),
  key: `foyer.rows.${desk.dataset.event}.${desk.dataset.actor}`,
  onUndo: undo,
});
const queue = new ScanQueue({
  event: desk.dataset.event,
  url: desk.dataset.scans,
  token,
  onAnswer: answered,
  onWaiting: waits,
  onRefused: (scan, message) =>
    answered(scan, {
      ...waiting(scan), result: "REFUSED", look: "bad", icon: "alert-octagon",
      word: text("refused-word"), name: message, why: "",
    }),
  onState: showConnection,
  onMoved: away,
});
const typed = new TypedCodes({
  field,
  onKey: () => (touched = performance.now()),
  isHeld: () => dialog?.open,
  onFirst: () => screen.close({ focus: false }),
});
const view = new CameraView({
  frame: part("[data-camera]"),
  wasm: desk.dataset.wasm,
  facing: remembered("facing", "environment"),
  device: remembered("camera"),
  still: (state) => `still-${state}`,
  onTexts: seen,
  onRunning: (camera) => {
    sightings.resume(performance.now());
    remember("facing", camera.facing);
  },
  onChosen: (device) => remember("camera", device),
  onFlip: () => remember("camera", ""),
});

// Scans

function seen(texts) {
  const now = performance.now();
  const [ticket] = sightings.fresh(texts, now);
  if (texts.length) touched = now;
  if (ticket === undefined || screen.isOpen || onItsWay || dialog?.open) return;
  sightings.note(ticket, now);
  take(ticket);
}

function take(ticket) {
  if (modes.current === "look") return lookUp(ticket);
  return enqueue({ ticket, out: modes.current === "out" });
}

// Somebody found by name, or picked among those whom a code fits.
function admit(guest) {
  screen.close({ focus: false });
  finder.clear();
  field.value = "";
  return enqueue({ guest });
}

function enqueue(what) {
  touched = performance.now();
  const scan = queue.add(what, gate);
  if (!scan) return notice(text("waiting-twice"));
  onItsWay = scan;
  view.check(true);
  return undefined;
}

async function lookUp(ticket) {
  onItsWay = { scan_id: "" }; // one question at a time, like scans
  view.check(true);
  const reply = await send(desk.dataset.lookUp, token, { ticket });
  settle(onItsWay);
  if (reply.status === 401 || reply.body.home) return away(reply.body.sign_in ?? reply.body.home);
  if (reply.status !== 200) return notice(reply.body.message ?? text("looked-up-not"));
  sounds.play(reply.body.look);
  return screen.open(reply.body);
}

function answered(scan, answer) {
  settle(scan);
  rows.put(answer);
  sounds.play(answer.look);
  const waitsFor = screen.answer?.scan_id === scan.scan_id;
  const mayPass = express && answer.look === "ok" && !answer.alert;
  if (!screen.isOpen || waitsFor) screen.open(answer, { after: mayPass ? EXPRESS_MS : 0 });
  setTimeout(refreshCount, COUNT_AFTER_SCAN_MS);
}

function waits(scan, trouble, signIn) {
  settle(scan);
  const answer = waiting(scan);
  if (trouble) {
    Object.assign(answer, { icon: "lock", name: text(`${trouble}-name`), why: text(`${trouble}-why`) });
    answer.way = { href: signIn ?? location.pathname, label: text(`${trouble}-way`) };
  }
  rows.put(answer);
  if (!screen.isOpen) screen.open(answer);
}

function waiting(scan) {
  return {
    scan_id: scan.scan_id, result: "WAITING", look: "", icon: "refresh-alert", word: text("waiting-word"),
    name: text("waiting-name"), who: text("waiting-who"), why: text("waiting-why"), guest: "", time: "",
  };
}

function settle(scan) {
  if (onItsWay?.scan_id !== scan.scan_id) return;
  onItsWay = null;
  view.check(false);
}

async function undo(answer) {
  if (undoing.has(answer.scan_id)) return; // pressed twice: the second answer would be a refusal
  undoing.add(answer.scan_id);
  const reply = await send(desk.dataset.undo, token, { guest: answer.guest, scan_id: answer.scan_id });
  undoing.delete(answer.scan_id);
  if (reply.body.home) return away(reply.body.home);
  if (reply.status === 200) rows.undone(answer.scan_id);
  else if ([403, 409].includes(reply.status) && reply.body.code) rows.settled(answer.scan_id);
  if (screen.answer === answer) screen.close();
  notice(reply.body.message ?? text("undo-failed"));
  setTimeout(refreshCount, COUNT_AFTER_SCAN_MS);
  return undefined;
}

// Typed codes and hand scanners (a keyboard that ends with Enter, wherever the focus is)

part("[data-typed]").addEventListener("submit", async (event) => {
  event.preventDefault();
  const words = field.value;
  part("[data-typed-error]").hidden = true;
  if (looksLikeName(words)) {
    const isName = (await finder.find(words.trim())) || !looksLikeCode(words);
    if (isName) return;
    field.value = words; // a hand scanner may have read on meanwhile
  }
  finder.clear();
  const ticket = typed.take();
  if (!ticket) return;
  sightings.note(ticket, performance.now());
  take(ticket);
});

desk.addEventListener("submit", (event) => {
  const form = event.target.closest("[data-admit]");
  if (!form) return;
  event.preventDefault();
  admit(form.elements.guest.value);
});

// Connection

function showConnection({ waiting: number, trouble, signIn }) {
  const state = copy(trouble ? "state-waiting" : "state-online");
  const banner = trouble ? copy({ offline: "banner-waiting", "signed-out": "banner-signed-out", stale: "banner-stale" }[trouble]) : "";
  for (const place of [state, banner || state]) place.querySelectorAll("[data-number]").forEach((n) => (n.textContent = number));
  if (signIn && trouble === "signed-out") banner.querySelector("[data-sign-in]").href = signIn;
  change(part("[data-state]"), state);
  change(part("[data-banner]"), banner);
}

// Live regions speak when they change: leave them alone while they say the same.
function change(place, content) {
  const fresh = document.createElement("div");
  fresh.append(content);
  if (fresh.innerHTML !== place.innerHTML) place.replaceChildren(...fresh.childNodes);
}

async function refreshCount() {
  const count = isKiosk ? await report() : await ask(desk.dataset.count);
  if (!count) return; // the last good number stays, with its time beside it
  part("[data-admitted]").textContent = count.admitted;
  part("[data-as-of]").textContent = count.as_of;
}

async function ask(url) {
  try {
    const response = await fetch(url, { headers: { Accept: "application/json" } });
    return response.ok ? await response.json() : null;
  } catch {
    return null;
  }
}

// A kiosk says that it is there; a revoked one is led away, its unsent scans stay on the device.
async function report() {
  const { status, body } = await beat(desk.dataset, token, queue.length);
  if (status === 401) return away(body.sign_in);
  if (status !== 200) return null;
  if (body.guests) return away(body.home); // it is a self-service kiosk by now
  gate = body.gate;
  part("[data-gate-name]").textContent = body.gate || body.name;
  part("[data-kiosk-name]").textContent = body.name;
  if (body.express !== toldExpress) {
    toldExpress = express = body.express;
    showSpeed();
  }
  return body;
}

function away(address) {
  leaving = true;
  location.assign(address);
  return null;
}

// The camera rests while nobody comes.
desk.addEventListener("click", (event) => {
  if (event.target.closest("[data-start]")) touched = performance.now();
});
document.addEventListener("pointerdown", () => (touched = performance.now()));
setInterval(() => {
  if (view.camera.isRunning && performance.now() - touched > IDLE_AFTER_MS) view.stop("idle");
}, 5000);

// Settings of this desk

function showSpeed() {
  part("[data-speeds]").querySelectorAll("[data-speed]").forEach((button) => {
    button.setAttribute("aria-pressed", String((button.dataset.speed === "express") === express));
  });
}
part("[data-speeds]").addEventListener("click", (event) => {
  const button = event.target.closest("[data-speed]");
  if (!button) return;
  express = button.dataset.speed === "express";
  if (!isKiosk) remember("speed", button.dataset.speed);
  showSpeed();
});

function showMute() {
  part("[data-mute]").dataset.mute = String(sounds.muted);
  part("[data-mute]").setAttribute("aria-pressed", String(sounds.muted));
}
part("[data-mute]").addEventListener("click", () => {
  sounds.muted = !sounds.muted;
  remember("muted", String(sounds.muted));
  showMute();
  if (!sounds.muted) sounds.play("ok");
});

async function useGate(name) {
  gate = name;
  remember(`gate.${desk.dataset.event}`, name);
  part("[data-gate-name]").textContent = name;
  if (name !== desk.dataset.gate) await send(desk.dataset.gateUrl, token, { gate: name });
  desk.dataset.gate = name;
}
dialog?.querySelector("[data-gate-form]").addEventListener("submit", () => {
  const name = dialog.querySelector("#gate-input").value.trim();
  if (name) useGate(name);
});

// Leaving while scans wait would leave guests without an answer.
document.addEventListener("click", (event) => {
  if (event.target.closest("[data-banner] a, [data-way]")) leaving = true;
});
window.addEventListener("beforeunload", (event) => {
  if (queue.length && !leaving) event.preventDefault();
});

desk.querySelectorAll("[data-scripted]").forEach((element) => (element.hidden = false));
showSpeed();
showMute();
queue.resume();
setInterval(refreshCount, COUNT_EVERY_MS);
if (isKiosk) refreshCount();
if (gate || isKiosk) {
  if (!isKiosk) useGate(gate);
  view.start();
} else {
  dialog.addEventListener("close", () => view.start(), { once: true }); // one question at a time
  dialog.showModal();
}
