// Digits to press, large and always there, in place of the device's own keyboard. Who goes away
// without a PIN leaves the device to the next guest.
const HOME_AFTER_MS = 60_000;

const unlock = document.getElementById("unlock");
const field = unlock.querySelector("#id_pin");
const pad = unlock.querySelector("[data-pad]");
let timer = 0;

function wait() {
  clearTimeout(timer);
  timer = setTimeout(() => location.assign(unlock.dataset.home), HOME_AFTER_MS);
}

pad.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (!button) return;
  if ("clear" in button.dataset) field.value = "";
  else if ("back" in button.dataset) field.value = field.value.slice(0, -1);
  else field.value += button.dataset.digit;
});
["pointerdown", "keydown"].forEach((kind) => document.addEventListener(kind, wait));

pad.hidden = false;
field.inputMode = "none";
wait();
