// What a scan does: let in, let out, or look up only. Letting out is remembered, for a gate where
// guests only leave; looking up is not, as a page that admits nobody must not surprise anybody.
import { remember, remembered } from "./desk_parts.js";

export class Modes {
  // buttons: the group with [data-mode] · hints: where [data-mode-hint] stand · key: of this event
  constructor({ buttons, hints, key }) {
    Object.assign(this, { buttons, hints, key: `mode.${key}` });
    const kept = remembered(this.key, "in");
    this.#use(buttons.querySelector(`[data-mode="${kept}"]`) ? kept : "in");
    buttons.addEventListener("click", (event) => {
      const button = event.target.closest("[data-mode]");
      if (!button) return;
      this.#use(button.dataset.mode);
      if (this.current !== "look") remember(this.key, this.current);
    });
  }

  #use(mode) {
    this.current = mode;
    this.buttons.querySelectorAll("[data-mode]").forEach((button) => {
      button.setAttribute("aria-pressed", String(button.dataset.mode === mode));
    });
    this.hints.querySelectorAll("[data-mode-hint]").forEach((hint) => (hint.hidden = hint.dataset.modeHint !== mode));
    this.hints.dataset.mode = mode;
  }
}
