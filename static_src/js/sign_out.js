// Nobody signs out while scans wait on this device (scan_queue.js keeps them): their guests would
// stay without an answer. The desk of their event sends them.
const WAITING = /^foyer\.scan\.([^.]+)\./;

export function watchSignOut() {
  document.addEventListener(
    "submit",
    (event) => {
      const form = event.target.closest("[data-sign-out]");
      const key = form && Object.keys(localStorage).find((name) => WAITING.test(name));
      if (!key) return;
      event.preventDefault();
      const note = form.parentElement.querySelector("[data-sign-out-held]");
      note.querySelector("a").href = form.dataset.signOut.replace("EVENT", key.match(WAITING)[1]);
      note.hidden = false;
    },
    { capture: true },
  );
}
