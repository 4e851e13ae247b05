// The scanner of desks and kiosks: camera, hand scanner, typed codes and names go one way, to the
// queue; answers come back as a screen, a sound and a row.
import { Finder, looksLikeCode, looksLikeName } from "./desk_find.js";
import { Modes } from "./desk_modes.js";
import { copy, listCameras, notice, remember, remembered, text } from "./desk_parts.js";
import { LastScans } from "./desk_rows.js";
import { ResultScreen } from "./desk_screen.js";
import { beat } from "./kiosk_beat.js";
import { Camera } from "./scan_camera.js";
import { ScanQueue, send } from "./scan_queue.js";
import { Sightings } from "./scan_sightings.js";
import { Sounds } from "./sound.js";

const IDLE_AFTER_MS = 180_000;
const COUNT_EVERY_MS = 15_000;
const COUNT_AFTER_SCAN_MS = 1200;
const READ_TWICE_MS = 1500;

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
let typedLast = { ticket: "", at: 0 };
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
});
const camera = new Camera({
  video: part("[data-feed]"),
  wasm: desk.dataset.wasm,
  facing: remembered("facing", "environment"),
  device: remembered("camera"),
  onTexts: seen,
  onState: showCamera,
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
  showChecking(true);
  return undefined;
}

async function lookUp(ticket) {
  onItsWay = { scan_id: "" }; // one question at a time, like scans
  showChecking(true);
  const reply = await send(desk.dataset.lookUp, token, { ticket });
  settle(onItsWay);
  if (reply.status === 401) return away(reply.body.sign_in);
  if (reply.status !== 200) return notice(reply.body.message ?? text("looked-up-not"));
  sounds.play(reply.body.look);
  return screen.open(reply.body);
}

function showChecking(checks) {
  const frame = part("[data-camera]");
  const [from, to] = checks ? ["running", "checking"] : ["checking", "running"];
  if (frame.dataset.cameraState === from) frame.dataset.cameraState = to;
}

function answered(scan, answer) {
  settle(scan);
  rows.put(answer);
  sounds.play(answer.look);
  const waitsFor = screen.answer?.scan_id === scan.scan_id;
  if (!screen.isOpen || waitsFor) screen.open(answer, { express });
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
  showChecking(false);
}

async function undo(answer) {
  if (undoing.has(answer.scan_id)) return; // pressed twice: the second answer would be a refusal
  undoing.add(answer.scan_id);
  const reply = await send(desk.dataset.undo, token, { guest: answer.guest, scan_id: answer.scan_id });
  undoing.delete(answer.scan_id);
  if (reply.status === 200) rows.undone(answer.scan_id);
  else if ([403, 409].includes(reply.status) && reply.body.code) rows.settled(answer.scan_id);
  if (screen.answer === answer) screen.close();
  notice(reply.body.message ?? text("undo-failed"));
  setTimeout(refreshCount, COUNT_AFTER_SCAN_MS);
}

// Typed codes and hand scanners (a keyboard that ends with Enter, wherever the focus is)

part("[data-typed]").addEventListener("submit", async (event) => {
  event.preventDefault();
  const typed = field.value;
  part("[data-typed-error]").hidden = true;
  if (looksLikeName(typed)) {
    const isName = (await finder.find(typed.trim())) || !looksLikeCode(typed);
    if (isName) return;
  }
  submitCode(typed);
});

function submitCode(ticket) {
  finder.clear();
  field.value = "";
  if (!ticket.trim()) return field.focus();
  const now = performance.now();
  const again = typedLast.ticket === ticket && now - typedLast.at < READ_TWICE_MS;
  typedLast = { ticket, at: now };
  if (again) return undefined; // hand scanners like to read one code twice
  if (matchMedia("(pointer: coarse)").matches) field.blur();
  sightings.note(ticket, now);
  return take(ticket);
}

desk.addEventListener("submit", (event) => {
  const form = event.target.closest("[data-admit]");
  if (!form) return;
  event.preventDefault();
  admit(form.elements.guest.value);
});

document.addEventListener("keydown", (event) => {
  touched = performance.now();
  const plain = event.key.length === 1 && event.key !== " " && !event.ctrlKey && !event.metaKey && !event.altKey;
  if (!plain || dialog?.open || event.target.matches?.("input, textarea, select")) return;
  screen.close({ focus: false });
  field.focus({ preventScroll: true });
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

// Camera

async function showCamera(state) {
  const frame = part("[data-camera]");
  frame.dataset.cameraState = state;
  if (state !== "running") return part("[data-still]").replaceChildren(copy(`still-${state}`));
  sightings.resume(performance.now());
  part("[data-still]").replaceChildren();
  remember("facing", camera.facing);
  part("[data-torch]").hidden = !camera.hasTorch;
  part("[data-torch]").setAttribute("aria-pressed", "false");
  const devices = await camera.devices();
  part("[data-flip]").hidden = devices.length < 2;
  part("[data-choice]").hidden = devices.length < 3; // with two, flipping says it all
  listCameras(part("[data-cameras]"), devices, camera.device);
  return undefined;
}
part("[data-cameras]").addEventListener("change", ({ target }) => {
  remember("camera", target.value);
  camera.use(target.value);
});

desk.addEventListener("click", (event) => {
  if (event.target.closest("[data-start]")) {
    touched = performance.now();
    camera.start();
  }
});
part("[data-pause]").addEventListener("click", () => {
  camera.stop("paused");
  part("[data-start]")?.focus();
});
part("[data-flip]").addEventListener("click", () => {
  remember("camera", "");
  camera.flip();
});
part("[data-torch]").addEventListener("click", async ({ currentTarget: button }) => {
  const on = button.getAttribute("aria-pressed") !== "true";
  try {
    await camera.torch(on);
    button.setAttribute("aria-pressed", String(on));
  } catch {
    button.hidden = true; // some cameras claim a light that they do not have
  }
});
document.addEventListener("visibilitychange", () => {
  if (document.hidden && camera.isRunning) camera.stop("starting");
  else if (!document.hidden && part("[data-camera]").dataset.cameraState === "starting") camera.start();
});
document.addEventListener("pointerdown", () => (touched = performance.now()));
setInterval(() => {
  if (camera.isRunning && performance.now() - touched > IDLE_AFTER_MS) camera.stop("idle");
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
  camera.start();
} else {
  dialog.addEventListener("close", () => camera.start(), { once: true }); // one question at a time
  dialog.showModal();
}
