// Copies of the page's <template>s, and the texts that stand in the page.
export const copy = (name) => document.querySelector(`template[data-template="${name}"]`).content.cloneNode(true);

export const text = (name) => document.querySelector(`#texts [data-text="${name}"]`).textContent;

export const icon = (name) => document.querySelector(`template[data-icon="${name}"]`).content.cloneNode(true);

const NOTICE_MS = 8000;

// A passing word at the bottom of the page; screen readers are told.
export function notice(words) {
  const part = copy("notice");
  part.querySelector("[data-text]").textContent = words;
  const toast = part.firstElementChild;
  document.querySelector("[data-toasts]").replaceChildren(toast);
  setTimeout(() => toast.remove(), NOTICE_MS);
}

// What this browser remembers. One that forbids storage forbids cookies too, and nobody gets here.
export function remembered(key, otherwise = "") {
  return localStorage.getItem(`foyer.desk.${key}`) ?? otherwise;
}

export function remember(key, value) {
  localStorage.setItem(`foyer.desk.${key}`, value);
}

// Fills a choice of cameras; one that the browser does not name gets a number.
export function listCameras(choice, devices, current) {
  const named = (device, at) => device.label || `${text("camera")} ${at + 1}`;
  choice.replaceChildren(...devices.map((device, at) => new Option(named(device, at), device.deviceId)));
  if (devices.some((device) => device.deviceId === current)) choice.value = current;
}
