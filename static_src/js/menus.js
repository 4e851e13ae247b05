// <details data-menu> closes on Escape and on a click elsewhere; "More" opens the navigation on phones.
export function watchMenus() {
  document.addEventListener("click", (event) => {
    document.querySelectorAll("[data-menu][open]").forEach((menu) => {
      if (!menu.contains(event.target)) menu.open = false;
    });
    const nav = document.getElementById("nav");
    if (event.target.closest("[data-more]")) {
      event.preventDefault();
      nav?.classList.toggle("is-open");
    } else if (nav && !nav.contains(event.target)) {
      nav.classList.remove("is-open");
    }
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    document.getElementById("nav")?.classList.remove("is-open");
    const open = document.querySelector("[data-menu][open]");
    if (!open) return;
    open.open = false;
    open.querySelector("summary")?.focus();
  });
}
