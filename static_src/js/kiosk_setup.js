// Does this device have what the door needs? Each line gets its answer; none keeps anybody from starting.
import { listCameras, remember, remembered, text } from "./desk_parts.js";
import { beat, clockError } from "./kiosk_beat.js";
import { Camera } from "./scan_camera.js";
import { Sounds } from "./sound.js";

const SLOW_MS = 1500;
const CLOCK_OFF_MS = 60_000;

const setup = document.getElementById("setup");
// Guests look at the screen while they hold their ticket: there the front camera, remembered apart.
const isAlone = "selfService" in setup.dataset;
const [facing, chosen] = isAlone ? ["user", "self.camera"] : [remembered("facing", "environment"), "camera"];
const part = (selector) => setup.querySelector(selector);
const GOOD = ["ok", "read"];
const NOTES = { camera: ["none"], sound: ["ask", "none"], clock: ["lost"], network: ["slow"] };
const known = new Map();

// Shows the sentence `when` of a line, with its mark.
function show(name, when, number = "") {
  const line = part(`[data-check=${name}]`);
  known.set(name, when);
  line.dataset.state = GOOD.includes(when) ? "good" : NOTES[name]?.includes(when) ? "note" : "bad";
  line.querySelectorAll("[data-mark]").forEach((mark) => (mark.hidden = mark.dataset.mark !== line.dataset.state));
  line.querySelectorAll("[data-when]").forEach((words) => {
    words.classList.toggle("is-shown", words.dataset.when === when);
    words.querySelectorAll("[data-number]").forEach((place) => (place.textContent = number));
  });
  const again = line.querySelector("[data-again]");
  if (again && name !== "sound") again.hidden = line.dataset.state === "good";
  if (known.size < setup.querySelectorAll("[data-check]").length) return;
  const bad = part("[data-state=bad]");
  part("[data-summary]").textContent = text(bad ? "some-bad" : "all-good");
}

// Camera

const camera = new Camera({
  video: part("[data-feed]"),
  wasm: setup.dataset.wasm,
  facing,
  device: remembered(chosen),
  onTexts: (texts) => texts.length && show("camera", "read"),
  onState: showCamera,
});

async function showCamera(state) {
  const runs = state === "running";
  part("[data-frame]").hidden = !runs;
  if (state === "starting") return undefined;
  show("camera", runs ? "ok" : state);
  if (!runs) return undefined;
  const devices = await camera.devices();
  listCameras(part("[data-cameras]"), devices, camera.device);
  part("[data-chooser]").hidden = devices.length < 2;
  return undefined;
}
part("[data-cameras]").addEventListener("change", ({ target }) => {
  remember(chosen, target.value);
  camera.use(target.value);
});

// Sound

const sounds = new Sounds(false);
function playSound() {
  if (!window.AudioContext) return show("sound", "none");
  sounds.play("ok");
  return show("sound", "ok");
}

// Network and clock

async function askNetwork() {
  const answer = await beat(setup.dataset, part("[name=csrfmiddlewaretoken]").value, 0);
  if (answer.status === 401) return show("network", "out");
  if (answer.status !== 200) {
    show("network", "lost");
    return show("clock", "lost");
  }
  if (answer.body.guests) return location.assign(answer.body.home);
  const took = Math.round(answer.took);
  show("network", took > SLOW_MS ? "slow" : "ok", `${took} ${text("milliseconds")}`);
  const off = Math.abs(clockError(answer));
  const [number, unit] = off < 120_000 ? [off / 1000, "seconds"] : [off / 60_000, "minutes"];
  return show("clock", off > CLOCK_OFF_MS ? "off" : "ok", `${Math.round(number)} ${text(unit)}`);
}

// Storage

function tryStorage() {
  try {
    remember("probe", "1");
    show("storage", remembered("probe") === "1" ? "ok" : "none");
    navigator.storage?.persist?.().catch(() => {});
  } catch {
    show("storage", "none");
  }
}

const AGAIN = { camera: () => camera.start(), sound: playSound, network: askNetwork };
setup.addEventListener("click", (event) => {
  const button = event.target.closest("[data-again]");
  if (button) AGAIN[button.dataset.again]();
});
// The scanner of the next page wants the camera for itself.
window.addEventListener("pagehide", () => camera.stop("starting"));

tryStorage();
show("sound", window.AudioContext ? "ask" : "none");
askNetwork();
camera.start();
