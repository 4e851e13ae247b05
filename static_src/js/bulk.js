// Ticking guests of a list: the bar over it counts them and says what can be done. "All" means all
// that match the tab and the search, on every page; unticking anybody takes that back.
export function watchBulk() {
  document.addEventListener("change", (event) => {
    const form = event.target.closest("[data-bulk]");
    if (!form) return;
    if (event.target.matches("[data-bulk-page]")) {
      for (const box of boxes(form)) box.checked = event.target.checked;
    }
    if (event.target.matches(".fo-check")) show(form, false);
  });
  document.addEventListener("click", (event) => {
    const form = event.target.closest("[data-bulk]");
    if (!form) return;
    if (event.target.closest("[data-bulk-clear]")) {
      for (const box of boxes(form)) box.checked = false;
      show(form, false);
      form.querySelector("[data-bulk-page]").focus();
    }
    if (event.target.closest("[data-bulk-all]")) {
      for (const box of boxes(form)) box.checked = true;
      show(form, true);
    }
    const button = event.target.closest("[data-bulk-change]");
    if (button) ask(form, button.dataset.bulkChange);
  });
  document.addEventListener("htmx:load", (event) => {
    const form = event.target.querySelector?.("[data-bulk]");
    if (form) show(form, false);
  });
  // A browser that comes back to the page may have kept the ticks; what is sent then is meant anew.
  window.addEventListener("pageshow", (event) => {
    const form = document.querySelector("[data-bulk]");
    if (!form) return;
    if (event.persisted) form.elements.key.value = Math.random().toString(36).slice(2);
    show(form, false);
  });
}

function boxes(form) {
  return [...form.querySelectorAll("input[name=guest]")];
}

function show(form, all) {
  const ticked = boxes(form).filter((box) => box.checked);
  for (const box of boxes(form)) box.closest("tr").classList.toggle("is-selected", box.checked);
  const page = form.querySelector("[data-bulk-page]");
  page.checked = ticked.length > 0 && ticked.length === boxes(form).length;
  page.indeterminate = ticked.length > 0 && !page.checked;
  form.querySelector("[data-bulk-bar]").hidden = ticked.length === 0;
  form.querySelector("[data-bulk-all-field]").value = all ? "1" : "";
  const choose = form.querySelector("[data-bulk-all]");
  if (choose) choose.hidden = all;
  say(form.querySelector("[data-bulk-count]"), form, ticked.length, all);
}

function ask(form, change) {
  const all = form.querySelector("[data-bulk-all-field]").value === "1";
  const count = boxes(form).filter((box) => box.checked).length;
  const dialog = document.getElementById(`bulk-${change}`);
  for (const part of dialog.querySelectorAll("[data-one]")) say(part, form, count, all);
  form.querySelector("[data-menu]").open = false;
  // Off while closed: Enter on a tick would press the form's first button, unasked.
  const button = dialog.querySelector("[name=change]");
  button.disabled = false;
  dialog.addEventListener("close", () => (button.disabled = true), { once: true });
  dialog.showModal();
}

function say(part, form, count, all) {
  const matching = form.querySelector("[data-bulk-all]")?.dataset.matching;
  const words = all ? part.dataset.all : count === 1 ? part.dataset.one : part.dataset.many;
  part.textContent = words.replace("{n}", all ? matching : count.toLocaleString(document.documentElement.lang));
}
