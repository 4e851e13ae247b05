// The door that guests open themselves: one ticket, one large answer, and then as if nobody had been here.
// It works online only and keeps nothing: who gets no answer is sent to the desk.
import { copy, remembered, text } from "./desk_parts.js";
import { ResultScreen } from "./desk_screen.js";
import { beat } from "./kiosk_beat.js";
import { newScanId } from "./scan_ids.js";
import { send } from "./scan_queue.js";
import { Sightings } from "./scan_sightings.js";
import { waitingScans } from "./scan_store.js";
import { TypedCodes } from "./scan_typed.js";
import { CameraView } from "./scan_view.js";
import { Sounds } from "./sound.js";

const START_OVER_MS = 20_000;
const NEXT_GUEST_MS = 2500; // nobody reads an answer faster
const BEAT_EVERY_MS = 15_000;
const CAMERA_AGAIN_MS = 30_000;
const MOST_TRIES = 2;
const LONGEST_TICKET = 300;

const page = document.getElementById("self");
const part = (selector) => page.querySelector(selector);
const token = part("[name=csrfmiddlewaretoken]").value;
const field = part("#ticket");
const sounds = new Sounds(false);
const sightings = new Sightings();
let isChecking = false;
let idle = 0;

const screen = new ResultScreen({ behind: document.getElementById("main"), onClose: startOver });
const typed = new TypedCodes({ field, onKey: waitForGuest, onFirst: () => screen.close({ focus: false }) });
const view = new CameraView({
  frame: part("[data-camera]"),
  wasm: page.dataset.wasm,
  facing: "user",
  device: remembered("self.camera"),
  still: (state) => (state === "starting" ? "still-starting" : "still-off"),
  onTexts: seen,
  onRunning: () => sightings.resume(performance.now()),
});

function seen(texts) {
  const now = performance.now();
  const [ticket] = sightings.fresh(texts, now);
  if (ticket === undefined || isChecking || (screen.isOpen && screen.age < NEXT_GUEST_MS)) return;
  sightings.note(ticket, now);
  take(ticket);
}

async function take(ticket) {
  screen.close({ focus: false });
  isChecking = true;
  view.check(true);
  const answer = await ask(ticket.replaceAll("\0", "").slice(0, LONGEST_TICKET));
  isChecking = false;
  view.check(false);
  if (!answer) return; // the page goes elsewhere
  sounds.play(answer.look);
  screen.open(answer, { after: START_OVER_MS });
}

// One id for all tries, so that a guest whose answer got lost is not told that the ticket was used.
async function ask(ticket) {
  const scan = { ticket, scan_id: newScanId() };
  for (let tries = 0; tries < MOST_TRIES; tries += 1) {
    const { status, body } = await send(page.dataset.scans, token, { ...scan, resent: tries > 0 });
    if (status === 200) return body;
    if (status === 401 || body.home) return away(body.sign_in ?? body.home);
    if (status === 403 && !body.code) return away(location.pathname); // the form's token is too old
    if (status >= 400 && status < 500) break;
  }
  report();
  return { result: "NO_ANSWER", look: "", icon: "wifi-off", word: text("no-answer-word"), name: "", why: text("no-answer-why") };
}

function away(address) {
  location.assign(address);
  return null;
}

part("[data-typed]").addEventListener("submit", (event) => {
  event.preventDefault();
  const blank = !field.value.trim();
  showError(blank);
  const ticket = typed.take();
  if (!ticket || isChecking) return;
  sightings.note(ticket, performance.now());
  take(ticket);
});

function showError(blank) {
  part("[data-typed-error]").hidden = !blank;
  field.closest(".fo-field").classList.toggle("is-invalid", blank);
  field.setAttribute("aria-invalid", String(blank));
}

// Nothing of one guest is left to the next, neither half a code nor where the focus was.
function startOver() {
  field.value = "";
  showError(false);
  clearTimeout(idle);
  document.activeElement?.blur();
  scrollTo(0, 0);
}

function waitForGuest() {
  clearTimeout(idle);
  idle = setTimeout(startOver, START_OVER_MS);
}
field.addEventListener("input", waitForGuest);
document.addEventListener("pointerdown", waitForGuest);

// It says that it is there, and hears whether it is still the guests', or nobody's.
async function report() {
  const { status, body } = await beat(page.dataset, token, waitingScans(page.dataset.event).length);
  if (status === 401) return away(body.sign_in);
  const offline = status !== 200;
  if (part("[data-banner]").hasChildNodes() !== offline) {
    part("[data-banner]").replaceChildren(...(offline ? [copy("banner-offline")] : []));
  }
  if (offline) return undefined;
  if (!body.guests) return away(body.home);
  part("[data-gate]").textContent = body.gate;
  return undefined;
}
window.addEventListener("online", report);
window.addEventListener("offline", report);
setInterval(report, BEAT_EVERY_MS);
// Nobody stands here to start a camera again that another program had for a while.
setInterval(() => {
  if (!document.hidden && !["running", "checking", "starting"].includes(view.state)) view.start();
}, CAMERA_AGAIN_MS);

page.querySelectorAll("[data-scripted]").forEach((element) => (element.hidden = false));
report();
view.start();
