// Nobody signs out while scans wait on this device: their guests would stay without an answer. The
// desk of their event sends them.
import { eventOfWaiting } from "./scan_store.js";

export function watchSignOut() {
  document.addEventListener(
    "submit",
    (event) => {
      const form = event.target.closest("[data-sign-out]");
      const waiting = form && eventOfWaiting();
      if (!waiting) return;
      event.preventDefault();
      const note = form.parentElement.querySelector("[data-sign-out-held]");
      note.querySelector("a").href = form.dataset.signOut.replace("EVENT", waiting);
      note.hidden = false;
    },
    { capture: true },
  );
}
