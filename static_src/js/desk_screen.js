// The answer to one scan over the whole page, until "Next scan" (Enter, space, Escape) or for as
// long as the page says. What the page's template leaves out, guests do not get.
import { copy, icon } from "./desk_parts.js";

const TICK_MS = 1000;
const PRESSED_TWICE_MS = 350;
// Where the guest may be known by another code, or by name.
const OTHER_WAY = ["INVALID", "WRONG_EVENT", "REVOKED"];

export class ResultScreen {
  #node = null;
  #timer = 0;
  #ticking = 0;
  #opened = 0;
  #back = null;

  // onUndo(answer) · onAdmit(guest): tapped · onType(): the typed field is wanted · onClose()
  constructor({ behind, onUndo = () => {}, onAdmit = () => {}, onType = () => {}, onClose }) {
    Object.assign(this, { behind, onUndo, onAdmit, onType, onClose });
    this.answer = null;
    document.addEventListener("keydown", (event) => this.#key(event));
  }

  get isOpen() {
    return this.#node !== null;
  }

  // How long the answer has been there, in milliseconds.
  get age() {
    return performance.now() - this.#opened;
  }

  // after: it closes by itself then, in milliseconds; 0 for never
  open(answer, { after = 0 } = {}) {
    const first = !this.isOpen;
    if (first) this.#back = document.activeElement;
    this.#remove();
    this.answer = answer;
    this.#node = this.#fill(answer);
    this.behind.inert = true;
    document.body.append(this.#node);
    this.#node.focus();
    this.#opened = performance.now();
    if (!after) return;
    this.#timer = setTimeout(() => this.close(), after);
    this.#countDown(after);
  }

  close({ focus = true } = {}) {
    if (!this.isOpen) return;
    this.#remove();
    this.answer = null;
    this.behind.inert = false;
    // Back to the typed field would open the keyboard of a tablet: only where there is a real one.
    const typed = this.#back?.matches?.("input") && matchMedia("(pointer: coarse)").matches;
    if (focus && !typed && this.#back?.isConnected) this.#back.focus({ preventScroll: true });
    this.onClose();
  }

  #remove() {
    clearTimeout(this.#timer);
    clearInterval(this.#ticking);
    this.#node?.remove();
    this.#node = null;
  }

  #fill(answer) {
    const node = copy("result").firstElementChild;
    node.classList.add("fo-desk__screen");
    if (answer.look) node.classList.add(`fo-result--${answer.look}`);
    node.dataset.result = answer.result;
    node.querySelector(".fo-result__icon").replaceChildren(icon(answer.icon));
    node.querySelector(".fo-result__word").textContent = answer.word;
    this.#line(node.querySelector(".fo-result__name"), answer.name, (line) => line.querySelector("bdi"));
    this.#line(node.querySelector(".fo-result__why"), answer.why);
    this.#line(node.querySelector("[data-alert]"), answer.alert ?? "", (line) => line.querySelector("span"));
    node.querySelector("[data-next]").addEventListener("click", (event) => {
      event.preventDefault();
      this.close();
    });
    if (node.querySelector("[data-undo]")) this.#fillForCrew(node, answer);
    return node;
  }

  #fillForCrew(node, answer) {
    node.querySelector("[data-facts]").replaceChildren(...(answer.facts ?? []).map(fact));
    node.querySelector("[data-picks]").replaceChildren(...(answer.admit ?? []).map((one) => this.#pick(one)));
    const undo = node.querySelector("[data-undo]");
    undo.hidden = !answer.guest;
    undo.addEventListener("submit", (event) => {
      event.preventDefault();
      this.onUndo(answer);
    });
    const way = node.querySelector("[data-way]");
    way.hidden = !answer.way;
    if (answer.way) Object.assign(way, { href: answer.way.href, textContent: answer.way.label });
    const type = node.querySelector("[data-type-code]");
    type.hidden = !OTHER_WAY.includes(answer.result);
    type.addEventListener("click", () => {
      this.close({ focus: false });
      this.onType();
    });
  }

  #countDown(after) {
    const place = this.#node.querySelector("[data-countdown]");
    if (!place) return;
    const show = () => {
      place.querySelector("[data-seconds]").textContent = Math.max(0, Math.ceil((after - this.age) / 1000));
    };
    place.hidden = false;
    show();
    this.#ticking = setInterval(show, TICK_MS);
  }

  #pick(guest) {
    const form = copy("pick").firstElementChild;
    form.querySelector("[data-name]").textContent = ` ${guest.name}`;
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.onAdmit(guest.guest);
    });
    return form;
  }

  #line(line, words, inner = (same) => same) {
    inner(line).textContent = words;
    line.hidden = !words;
  }

  #key(event) {
    if (!this.isOpen || event.defaultPrevented || event.repeat) return;
    const onButton = event.target.closest?.("button, a") && event.key !== "Escape";
    if (!onButton && ["Enter", " ", "Escape"].includes(event.key)) {
      event.preventDefault();
      // The second Enter of a hasty hand, or of a hand scanner, must not wipe the answer away.
      const hasty = performance.now() - this.#opened < PRESSED_TWICE_MS;
      if (!hasty || event.key === "Escape") this.close();
    }
  }
}

function fact([label, value]) {
  const line = copy("fact").firstElementChild;
  line.querySelector("dt").textContent = label;
  line.querySelector("dd").textContent = value;
  return line;
}
