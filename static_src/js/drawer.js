// An open drawer (components/drawer.html) takes the focus; Escape follows its own close link.
export function watchDrawer() {
  const focus = () => document.querySelector("[data-drawer]")?.focus({ preventScroll: true });
  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.target.closest?.("[data-drawer]") || event.target.querySelector?.("[data-drawer]")) focus();
  });
  document.addEventListener("keydown", (event) => {
    const drawer = document.querySelector("[data-drawer]");
    if (event.key !== "Escape" || !drawer || document.querySelector("dialog[open]")) return;
    drawer.querySelector(".fo-drawer__head a")?.click();
  });
  focus();
}
