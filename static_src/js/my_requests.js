// One's own requests, live while one waits; what changed is said to who does not see it.
import { watchLive } from "./live.js";

const LAST_ANSWER = 286;
const mine = document.getElementById("mine");
const said = document.querySelector("[data-said]");
let before = states();

function states() {
  const wishes = [...mine.querySelectorAll(".fo-wish")];
  const words = (wish) => [".fo-wish__title", ".fo-chip"].map((part) => wish.querySelector(part).textContent.trim());
  return new Map(wishes.map((wish) => [wish.id, words(wish).join(": ")]));
}

function tell(event) {
  const now = states();
  const changed = [...now].filter(([id, words]) => before.has(id) && before.get(id) !== words);
  if (changed.length) said.textContent = changed.map(([, words]) => words).join(". ");
  before = now;
  if (event.detail.xhr.status === LAST_ANSWER) document.querySelectorAll("[data-live]").forEach((sign) => (sign.hidden = true));
}

if (mine.hasAttribute("hx-get")) watchLive(mine, tell);
