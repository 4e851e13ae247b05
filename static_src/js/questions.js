// The questions of an event: rows are added, moved and taken out here; the form sends them in the page's order.
const editor = document.querySelector("[data-questions]");
const MOST = 20;

function start() {
  const list = editor.querySelector("[data-question-list]");
  const row = editor.querySelector("[data-question-row]");
  const add = editor.querySelector("[data-question-add]");
  const none = editor.querySelector("[data-question-none]");
  const said = editor.querySelector("[data-question-said]");
  const rows = () => [...list.querySelectorAll("[data-question]")];
  let added = 0;

  function settle() {
    const all = rows();
    all.forEach((one, place) => {
      one.querySelector("[data-question-number]").textContent = place + 1;
      one.querySelector("[data-question-acts]").hidden = false;
      one.querySelector("[data-question-move='-1']").disabled = place === 0;
      one.querySelector("[data-question-move='1']").disabled = place === all.length - 1;
      one.querySelector("[data-question-choices]").hidden = one.querySelector("[data-question-kind]").value !== "CHOICE";
    });
    none.hidden = all.length > 0;
    add.hidden = false;
    add.disabled = all.length >= MOST;
  }

  function append() {
    const key = `new${Date.now().toString(36)}${(added += 1)}`;
    const copy = document.createElement("template");
    copy.innerHTML = row.innerHTML.replaceAll("__key__", key);
    list.append(copy.content);
    settle();
    list.lastElementChild.querySelector("input:not([type=hidden])").focus();
  }

  function move(one, by) {
    const other = rows()[rows().indexOf(one) + by];
    if (!other) return;
    if (by < 0) other.before(one);
    else other.after(one);
    settle();
    const button = one.querySelector(`[data-question-move='${by}']`);
    (button.disabled ? one.querySelector(`[data-question-move='${-by}']`) : button).focus();
    said.textContent = `${said.dataset.moved} ${rows().indexOf(one) + 1}`;
  }

  function remove(one) {
    const place = rows().indexOf(one);
    one.remove();
    settle();
    const next = rows()[Math.min(place, rows().length - 1)];
    (next?.querySelector("input:not([type=hidden])") ?? add).focus();
    said.textContent = said.dataset.removed;
  }

  editor.addEventListener("click", (event) => {
    const one = event.target.closest("[data-question]");
    const mover = event.target.closest("[data-question-move]");
    if (event.target.closest("[data-question-add]")) append();
    else if (mover) move(one, Number(mover.dataset.questionMove));
    else if (event.target.closest("[data-question-remove]")) remove(one);
  });
  editor.addEventListener("change", (event) => event.target.matches("[data-question-kind]") && settle());
  settle();
}

if (editor) start();
