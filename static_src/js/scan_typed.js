// Codes typed by hand, or by a hand scanner: a keyboard that ends with Enter, wherever the focus is.
const READ_TWICE_MS = 1500;

export class TypedCodes {
  #last = { ticket: "", at: 0 };

  // onKey(): any key · isHeld(): something else has the keyboard · onFirst(): a code begins
  constructor({ field, onKey = () => {}, isHeld = () => false, onFirst }) {
    this.field = field;
    document.addEventListener("keydown", (event) => {
      onKey();
      const plain = event.key.length === 1 && event.key !== " " && !event.ctrlKey && !event.metaKey && !event.altKey;
      if (!plain || isHeld() || event.target.matches?.("input, textarea, select")) return;
      onFirst();
      field.focus({ preventScroll: true });
    });
  }

  // The code that was typed, out of its field; empty if there is none, or it came a moment ago.
  take() {
    const ticket = this.field.value;
    this.field.value = "";
    if (!ticket.trim()) {
      this.field.focus();
      return "";
    }
    const now = performance.now();
    const again = this.#last.ticket === ticket && now - this.#last.at < READ_TWICE_MS;
    this.#last = { ticket, at: now };
    if (again) return ""; // hand scanners like to read one code twice
    if (matchMedia("(pointer: coarse)").matches) this.field.blur();
    return ticket;
  }
}
