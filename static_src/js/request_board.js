// The board of guest requests: news ring and show, the focus follows a card, a wall needs no bars.
import { watchLive } from "./live.js";
import { Sounds } from "./sound.js";

const MUTED = "foyer-requests-muted";
const board = document.getElementById("board");
const sounds = new Sounds(localStorage.getItem(MUTED) === "1");
const said = document.querySelector("[data-said]");
const title = document.title;
const cardsIn = (column) => [...board.querySelectorAll(`#column-${column}`)].flatMap((head) => [...head.closest(".fo-column").querySelectorAll("[data-request]")]);
const everSeen = new Set();
const opened = new Set();
let scrolled = 0;

function remember() {
  board.querySelectorAll("[data-request]").forEach((card) => everSeen.add(card.dataset.request));
  const shown = board.querySelector("[data-new]");
  const number = (name) => Number(shown?.getAttribute(`data-${name}`) ?? 0);
  document.title = number("new") ? `(${number("new")}) ${title}` : title;
  document.querySelectorAll("[data-count]").forEach((count) => {
    count.textContent = number(count.dataset.count);
    count.hidden = count.dataset.count !== "new" && !number(count.dataset.count);
  });
}

// What is new rings once, whatever happens to it later.
function announce() {
  const arrived = cardsIn("new").filter((card) => !everSeen.has(card.dataset.request));
  arrived.forEach((card) => card.classList.add("is-fresh"));
  if (!arrived.length) return;
  sounds.play("news");
  said.textContent = `${said.dataset.new} ${arrived.map((card) => card.querySelector("h3").textContent).join(", ")}`;
}

// ---- what a swap must not lose: open cards, the column that a phone shows, the focus ----
document.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.target !== board) return;
  opened.clear();
  board.querySelectorAll("details[open]").forEach((part) => opened.add(part.id));
  scrolled = board.querySelector(".fo-board")?.scrollLeft ?? 0;
});

function settle(event) {
  opened.forEach((id) => document.getElementById(id)?.setAttribute("open", ""));
  board.querySelector(".fo-board")?.scrollTo({ left: scrolled, behavior: "instant" });
  announce();
  remember();
  const asker = event.detail.requestConfig.elt;
  if (asker !== board) follow(asker);
}

// After a step the focus goes to the same request where it stands now, else to the first that waits.
function follow(form) {
  document.querySelector("#decline-place dialog")?.close();
  const id = form.getAttribute("action")?.match(/requests\/([0-9A-Z]+)\//)?.[1];
  const card = document.getElementById(`card-${id}`) ?? cardsIn("new")[0];
  const button = card?.querySelector("button, summary");
  if (document.activeElement === document.body || !document.activeElement) button?.focus({ preventScroll: true });
}

// The dialog that htmx fetched opens by itself, and leaves with its content.
document.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.target.id !== "decline-place") return;
  const dialog = event.detail.target.querySelector("dialog");
  dialog?.showModal();
  dialog?.querySelector("[aria-invalid], textarea")?.focus();
});
document.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.target.id === "decline-place" && event.detail.xhr.status === 400) event.detail.shouldSwap = true;
});

// ---- sound ----
function showSound() {
  const button = document.querySelector("[data-sound]");
  const wakes = !sounds.muted && !navigator.userActivation?.hasBeenActive;
  const word = button.querySelector("[data-sound-word]");
  word.textContent = sounds.muted ? word.dataset.off : wakes ? word.dataset.wake : word.dataset.on;
  button.setAttribute("aria-pressed", String(!sounds.muted));
  button.querySelector("[data-sound-on]").hidden = sounds.muted || wakes;
  button.querySelector("[data-sound-off]").hidden = !sounds.muted && !wakes;
  button.hidden = false;
}

function watchSound() {
  const button = document.querySelector("[data-sound]");
  let asleep = !navigator.userActivation?.hasBeenActive;
  button.addEventListener("click", () => {
    // The first tap anywhere wakes the sound; on the button it means just that.
    if (!asleep || sounds.muted) sounds.muted = !sounds.muted;
    asleep = false;
    localStorage.setItem(MUTED, sounds.muted ? "1" : "0");
    if (!sounds.muted) sounds.play("news");
    showSound();
  });
  for (const first of ["pointerup", "keyup"]) {
    document.addEventListener(first, (event) => {
      if (!button.contains(event.target)) asleep = false;
      showSound();
    });
  }
  showSound();
}

// ---- wall view: kept in the address, and the whole screen where the browser lets it ----
function watchWall() {
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-wall]");
    if (!link) return;
    event.preventDefault();
    const wall = !document.body.classList.contains("fo-wall");
    show(wall);
    if (wall) document.documentElement.requestFullscreen?.().catch(() => {});
    else if (document.fullscreenElement) document.exitFullscreen();
  });
  document.addEventListener("fullscreenchange", () => document.fullscreenElement || show(false));
}

function show(wall) {
  document.body.classList.toggle("fo-wall", wall);
  const address = new URL(location.href);
  if (wall) address.searchParams.set("wall", "1");
  else address.searchParams.delete("wall");
  history.replaceState(history.state, "", address);
  document.querySelectorAll("a[data-wall]").forEach((link) => link.offsetParent && link.focus());
}

remember();
watchLive(board, settle);
watchSound();
watchWall();
