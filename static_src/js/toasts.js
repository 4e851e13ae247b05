// Good news leaves by itself after eight seconds, unless pointed at; errors stay until dismissed.
const STAY_MS = 8000;

export function watchToasts() {
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-toast-close]")) event.target.closest("[data-toast]").remove();
  });
  document.querySelectorAll("[data-toast]").forEach((toast) => {
    if (toast.dataset.toast === "error" || toast.dataset.toast === "warning") return;
    const leave = () => (toast.matches(":hover, :focus-within") ? setTimeout(leave, STAY_MS) : toast.remove());
    setTimeout(leave, STAY_MS);
  });
}
