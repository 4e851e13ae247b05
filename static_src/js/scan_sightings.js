// A ticket held in front of the camera is one scan, however long it stays there.
// It counts anew once it was out of sight for a while.
const FORGOTTEN_AFTER_MS = 3000;

export class Sightings {
  #last = new Map();

  // Of the texts in view, those that were not in view a moment ago.
  fresh(texts, now) {
    for (const [text, seen] of this.#last) {
      if (now - seen > FORGOTTEN_AFTER_MS) this.#last.delete(text);
    }
    texts.filter((text) => this.#last.has(text)).forEach((text) => this.#last.set(text, now));
    return texts.filter((text) => !this.#last.has(text));
  }

  note(text, now) {
    this.#last.set(text, now);
  }

  // The camera did not look for a while: what was in view before may still be.
  resume(now) {
    this.#last.forEach((_, text) => this.#last.set(text, now));
  }
}
