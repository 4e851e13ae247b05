// "/" goes to the search; the row of the open drawer is marked; typing a filter leaves the drawer.
import { watchBulk } from "./bulk.js";

watchBulk();
const search = document.querySelector("[data-find] input[type=search]");

document.addEventListener("keydown", (event) => {
  const typing = event.target.closest("input, textarea, select, dialog");
  if (event.key !== "/" || typing || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  search?.focus();
});

document.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.target.id === "drawer-place") mark(event.detail.pathInfo.requestPath);
  else if (event.detail.requestConfig.elt === search) document.getElementById("drawer-place").replaceChildren();
});

// A search or a click that got no answer says so; the next one that does takes it back.
const lost = document.querySelector("[data-lost]");
for (const trouble of ["htmx:sendError", "htmx:responseError", "htmx:timeout"]) {
  document.addEventListener(trouble, () => (lost.hidden = false));
}
document.addEventListener("htmx:afterSwap", () => (lost.hidden = true));

function mark(address) {
  document.querySelectorAll(".fo-guest-row").forEach((row) => {
    row.classList.toggle("is-open", row.querySelector("a").getAttribute("href") === address);
  });
}
