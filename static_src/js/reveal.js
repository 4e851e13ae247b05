// The eye beside a password: shows it while pressed in, hides it again on submit.
export function watchReveals() {
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-reveal]");
    if (button) show(button, button.getAttribute("aria-pressed") !== "true");
  });
  document.addEventListener("submit", (event) => {
    event.target.querySelectorAll("[data-reveal]").forEach((button) => show(button, false));
  });
}

function show(button, visible) {
  document.getElementById(button.dataset.reveal).type = visible ? "text" : "password";
  button.setAttribute("aria-pressed", String(visible));
}
