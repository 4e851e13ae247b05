// The last five scans of this desk. They stay in this tab only, and only for who scanned them.
import { copy, icon, text } from "./desk_parts.js";

const KEPT = 5;

export class LastScans {
  // onUndo(answer) is asked by a row's button
  constructor({ list, none, key, onUndo }) {
    Object.assign(this, { list, none, key, onUndo });
    this.rows = JSON.parse(sessionStorage.getItem(key) ?? "[]");
    this.#draw();
  }

  // A new row on top, or the answer in place of one that waited.
  put(answer) {
    const at = this.rows.findIndex((row) => row.scan_id === answer.scan_id);
    if (at >= 0) this.rows[at] = answer;
    else this.rows = [answer, ...this.rows].slice(0, KEPT);
    this.#changed(answer.scan_id);
  }

  find(scanId) {
    return this.rows.find((row) => row.scan_id === scanId);
  }

  undone(scanId) {
    this.#change(scanId, { undone: true, guest: "", look: "", icon: "arrow-back-up", word: text("undone") });
  }

  // Undo is refused for good: another scan or another desk was faster, or it is too late.
  settled(scanId) {
    this.#change(scanId, { guest: "" });
  }

  #change(scanId, values) {
    const row = this.find(scanId);
    if (row) Object.assign(row, values);
    this.#changed();
  }

  #changed(fresh) {
    sessionStorage.setItem(this.key, JSON.stringify(this.rows));
    this.#draw(fresh);
  }

  #draw(fresh) {
    const focused = document.activeElement?.closest("li")?.dataset.scan;
    this.list.replaceChildren(...this.rows.map((row) => this.#row(row, row.scan_id === fresh)));
    this.none.hidden = this.rows.length > 0;
    if (focused) this.list.querySelector(`[data-scan="${focused}"] button:not([hidden])`)?.focus();
  }

  #row(row, isNew) {
    const item = copy("row").firstElementChild;
    item.dataset.scan = row.scan_id;
    item.dataset.result = row.result;
    item.classList.toggle("is-new", isNew);
    item.classList.toggle("is-undone", Boolean(row.undone));
    const mark = item.querySelector("[data-mark]");
    if (row.look) mark.classList.add(`fo-mark--${row.look}`);
    mark.append(icon(row.result === "ADMITTED" && !row.undone ? "check" : row.icon));
    item.querySelector("[data-who]").textContent = row.who;
    item.querySelector("[data-word]").textContent = row.time ? `${row.word},` : row.word;
    item.querySelector("[data-time]").textContent = row.time;
    const undo = item.querySelector("[data-undo-row]");
    undo.hidden = !row.guest;
    undo.setAttribute("aria-label", `${undo.textContent}, ${row.who}`);
    undo.addEventListener("click", () => this.onUndo(row));
    return item;
  }
}
