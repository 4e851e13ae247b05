// What an answer sounds and feels like: notes of our own making, so nothing is loaded.
// Green: two rising notes. Amber: two equal ones. Red: one low, long note. Slate: one short note.
const SOUNDS = {
  ok: { notes: [[660, 0, 0.12], [990, 0.13, 0.18]], buzz: [80], wave: "sine" },
  warn: { notes: [[440, 0, 0.14], [440, 0.2, 0.14]], buzz: [90, 90, 90], wave: "triangle" },
  bad: { notes: [[165, 0, 0.55]], buzz: [450], wave: "square" },
  // Something to do, on a board that nobody looks at all the time.
  news: { notes: [[784, 0, 0.14], [1047, 0.16, 0.14], [784, 0.32, 0.22]], buzz: [60], wave: "sine" },
  "": { notes: [[330, 0, 0.2]], buzz: [150], wave: "triangle" },
};
const LOUDNESS = 0.25;

export class Sounds {
  #context = null;

  constructor(muted) {
    this.muted = muted;
    // Browsers keep sound off until the page was touched once.
    const wake = () => this.#ready();
    document.addEventListener("pointerdown", wake, { capture: true });
    document.addEventListener("keydown", wake, { capture: true });
  }

  // Plays the sound of a look ("ok", "warn", "bad", "") unless muted; the buzz comes in any case.
  play(look) {
    const sound = SOUNDS[look] ?? SOUNDS[""];
    if (navigator.userActivation?.hasBeenActive) navigator.vibrate?.(sound.buzz);
    const context = this.muted ? null : this.#ready();
    if (context?.state === "running") sound.notes.forEach((note) => this.#note(context, sound.wave, note));
  }

  #ready() {
    if (!window.AudioContext || !navigator.userActivation?.hasBeenActive) return this.#context;
    this.#context ??= new AudioContext();
    if (this.#context.state === "suspended") this.#context.resume().catch(() => {});
    return this.#context;
  }

  #note(context, wave, [pitch, after, length]) {
    const start = context.currentTime + after;
    const tone = new OscillatorNode(context, { type: wave, frequency: pitch });
    const volume = new GainNode(context, { gain: 0 });
    volume.gain.linearRampToValueAtTime(LOUDNESS, start + 0.015);
    volume.gain.setValueAtTime(LOUDNESS, start + length - 0.03);
    volume.gain.linearRampToValueAtTime(0, start + length);
    tone.connect(volume).connect(context.destination);
    tone.start(start);
    tone.stop(start + length);
  }
}
