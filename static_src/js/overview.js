// Live numbers: htmx asks again every few seconds; this says how old they are and when they stop coming.
import { fresh, stale } from "./live.js";

const open = new Set();

const isOurs = (event) => event.detail.elt?.id === "numbers";

// A page nobody looks at asks nothing; coming back, it asks at its next turn.
document.addEventListener("htmx:beforeRequest", (event) => {
  if (isOurs(event) && document.hidden) event.preventDefault();
});
for (const trouble of ["htmx:sendError", "htmx:responseError", "htmx:timeout"]) {
  document.addEventListener(trouble, (event) => isOurs(event) && stale(true));
}
document.addEventListener("foyer:unchanged", (event) => fresh(event.detail.asOf));

// The new copy of the numbers is as open, and has the focus where, the old one had it.
let focused = "";
document.addEventListener("htmx:beforeSwap", (event) => {
  open.clear();
  document.querySelectorAll("#numbers details[open]").forEach((part) => open.add(part.id));
  focused = document.querySelector("#numbers :focus")?.id ?? "";
});
document.addEventListener("htmx:afterSwap", () => {
  const numbers = document.getElementById("numbers");
  open.forEach((id) => document.getElementById(id)?.setAttribute("open", ""));
  if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
  fresh(numbers.dataset.moment);
});
