// The state of this device, asked anew every few seconds. Signing out waits until every scan is sent.
import { beat } from "./kiosk_beat.js";
import { strandedScans, waitingScans } from "./scan_store.js";

const EVERY_MS = 10_000;
const status = document.getElementById("status");
const part = (selector) => status.querySelector(selector);

function show(connection) {
  status.querySelectorAll("[data-when]").forEach((chip) => (chip.hidden = chip.dataset.when !== connection));
}

function countWaiting() {
  const waiting = waitingScans(status.dataset.event).length;
  const stranded = strandedScans(status.dataset.event);
  part("[data-waiting]").textContent = waiting;
  part("[data-stranded]").textContent = stranded;
  status.querySelectorAll("[data-stranded-part]").forEach((line) => (line.hidden = stranded === 0));
  part("[data-leave] button").disabled = waiting > 0;
  part("[data-note=free]").hidden = waiting > 0;
  part("[data-note=held]").hidden = waiting === 0;
  return waiting;
}

async function ask() {
  const answer = await beat(status.dataset, part("[name=csrfmiddlewaretoken]").value, countWaiting());
  part("[data-out]").hidden = answer.status !== 401;
  show(answer.status === 0 ? "offline" : "online");
  if (answer.status !== 200) return;
  if (answer.body.guests) location.assign(answer.body.home); // the quarter of an hour is over
  part("[data-gate]").textContent = answer.body.gate || "–";
  part("[data-as-of]").textContent = answer.body.as_of;
}

// Another tab of this device may send or keep scans meanwhile.
window.addEventListener("storage", countWaiting);
part("[data-leave]").addEventListener("submit", (event) => {
  if (countWaiting()) event.preventDefault();
});
window.addEventListener("online", ask);
setInterval(ask, EVERY_MS);
ask();
