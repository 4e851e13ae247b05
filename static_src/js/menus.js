// <details data-menu> closes on Escape and on a click elsewhere; "More" opens the navigation on phones.
export function watchMenus() {
  document.addEventListener("click", (event) => {
    document.querySelectorAll("[data-menu][open]").forEach((menu) => {
      if (!menu.contains(event.target)) menu.open = false;
    });
    const nav = document.getElementById("nav");
    if (event.target.closest("[data-more]")) {
      event.preventDefault();
      openNavigation(!nav.classList.contains("is-open"));
    } else if (nav && !nav.contains(event.target)) {
      openNavigation(false);
    }
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    if (document.querySelector("#nav.is-open")) {
      openNavigation(false);
      document.querySelector("[data-more]").focus();
    }
    const open = document.querySelector("[data-menu][open]");
    if (!open) return;
    open.open = false;
    open.querySelector("summary")?.focus();
  });
  openNavigation(false);
}

// It stands before the page and its button after it, so the focus is taken along.
function openNavigation(open) {
  const nav = document.getElementById("nav");
  nav?.classList.toggle("is-open", open);
  document.querySelector("[data-more]")?.setAttribute("aria-expanded", String(open));
  if (open) nav.querySelector("a").focus();
}
