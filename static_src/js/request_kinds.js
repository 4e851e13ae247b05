// The kinds of requests: rows are added and taken out here; the form sends them in the page's order.
const form = document.querySelector("[data-kinds]");
const list = form.querySelector("[data-kind-list]");
const add = form.querySelector("[data-kind-add]");
const said = form.querySelector("[data-kind-said]");
const MOST = 20;
let added = 0;

function settle() {
  const rows = [...list.querySelectorAll("[data-kind]")];
  rows.forEach((row) => row.querySelector("[data-kind-remove]")?.removeAttribute("hidden"));
  add.hidden = false;
  add.disabled = rows.length >= MOST;
}

function append() {
  const copy = document.createElement("template");
  copy.innerHTML = form.querySelector("[data-kind-row]").innerHTML.replaceAll("__key__", `new${(added += 1)}`);
  const row = copy.content.querySelector("[data-kind]");
  list.append(copy.content);
  settle();
  row.querySelector("[name$='-name']").focus();
}

form.addEventListener("click", (event) => {
  if (event.target.closest("[data-kind-add]")) append();
  const remover = event.target.closest("[data-kind-remove]");
  if (!remover) return;
  remover.closest("[data-kind]").remove();
  settle();
  said.textContent = said.dataset.removed;
  add.focus();
});
form.addEventListener("input", (event) => {
  const row = event.target.closest("[data-kind]");
  if (row && event.target.name.endsWith("-name") && event.target.value.trim()) row.querySelector(".fo-kind__head > b").textContent = event.target.value;
});
settle();
