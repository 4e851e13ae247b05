// Names typed into the field of codes: the guests found stand below it. A code is never searched for.
const AFTER_TYPING_MS = 250;
const ENOUGH = /.{3}|[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]/u;
const CODE = /^[0-9a-z]{4}[- ]?[0-9a-z]{4}$/i;
const NAME = /^[\p{L}\p{M}][\p{L}\p{M}\p{N} .,'’()-]*$/u;

// Whether a text is meant as a name: what hand scanners send, and most codes, have digits or signs.
export function looksLikeName(text) {
  const words = text.trim();
  return NAME.test(words) && !(CODE.test(words) && /\d/.test(words)) && words.length < 100;
}

// Anna-Lena could be a code, too.
export const looksLikeCode = (text) => CODE.test(text.trim());

export class Finder {
  #asked = 0;
  #timer = 0;

  // place: where the list goes · url: of the search · onTrouble(): no answer came
  constructor({ field, place, url, onTrouble }) {
    Object.assign(this, { field, place, url, onTrouble });
    field.addEventListener("input", () => {
      clearTimeout(this.#timer);
      const text = field.value.trim();
      if (!looksLikeName(text) || !ENOUGH.test(text)) return this.clear();
      this.#timer = setTimeout(() => this.find(text), AFTER_TYPING_MS);
      return undefined;
    });
  }

  // Shows who is found; returns whether anybody is, or true when somebody typed on meanwhile.
  async find(text) {
    clearTimeout(this.#timer);
    const asked = (this.#asked += 1);
    const answer = await this.#ask(text);
    if (asked !== this.#asked) return true;
    this.place.innerHTML = answer ?? "";
    this.place.hidden = !answer?.trim();
    if (answer === null) this.onTrouble();
    return this.place.querySelector("li") !== null;
  }

  clear() {
    clearTimeout(this.#timer);
    this.#asked += 1;
    this.place.replaceChildren();
    this.place.hidden = true;
  }

  async #ask(text) {
    try {
      const url = `${this.url}?${new URLSearchParams({ q: text })}`;
      const response = await fetch(url, { headers: { "HX-Request": "true" }, signal: AbortSignal.timeout(8000) });
      return response.ok && !response.redirected ? await response.text() : null;
    } catch {
      return null;
    }
  }
}
