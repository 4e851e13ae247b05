// The organiser's agenda: Alt with an arrow moves the session that has the focus, by its own form.
const STEPS = { ArrowUp: "earlier", ArrowDown: "later" };
const SIDES = { ArrowLeft: -1, ArrowRight: 1 };

document.querySelector("[data-agenda]")?.addEventListener("keydown", (event) => {
  const form = event.target.closest(".fo-slot")?.querySelector("[data-move]");
  if (!form || !event.altKey || event.ctrlKey || event.metaKey) return;
  const button = STEPS[event.key] ? form.querySelector(`[value="${STEPS[event.key]}"]`) : beside(form, SIDES[event.key]);
  if (!(event.key in STEPS) && !(event.key in SIDES)) return;
  event.preventDefault();
  if (button) form.requestSubmit(button);
});

// Rooms stand in the form in the order of the alphabet; the session's own is the one left out.
function beside(form, side) {
  if (!side) return null;
  const rooms = [...form.querySelectorAll('[name="room"]')];
  const own = form.dataset.move;
  const following = rooms.filter((one) => (side > 0) === one.value.localeCompare(own) > 0);
  return side > 0 ? following[0] : following[following.length - 1];
}
