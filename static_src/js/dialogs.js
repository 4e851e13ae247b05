// <button data-dialog="id"> opens <dialog id>; [data-close] inside closes it.
// <input data-confirm="text"> keeps the submit button off until exactly that is typed.
export function watchDialogs() {
  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-dialog]");
    if (opener) document.getElementById(opener.dataset.dialog)?.showModal();
    if (event.target.closest("[data-close]")) event.target.closest("dialog")?.close();
    if (event.target instanceof HTMLDialogElement && outside(event)) event.target.close();
  });
  document.addEventListener("input", (event) => {
    if (event.target.matches?.("[data-confirm]")) guard(event.target);
  });
  document.querySelectorAll("[data-confirm]").forEach(guard);
  document.addEventListener("htmx:load", (event) => {
    event.target.querySelectorAll?.("[data-confirm]").forEach(guard);
  });
}

function guard(input) {
  const button = input.form.querySelector("button[type=submit]");
  button.disabled = input.value.trim() !== input.dataset.confirm.trim();
}

function outside(event) {
  const box = event.target.getBoundingClientRect();
  return event.clientX < box.left || event.clientX > box.right || event.clientY < box.top || event.clientY > box.bottom;
}
