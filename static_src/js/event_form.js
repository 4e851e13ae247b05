// A new event starts in the browser's own zone; the end follows the start by as long as it did.
// What a change does to the guests is asked in a dialog.
const form = document.querySelector("[data-event-form]");
const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
if (form?.hasAttribute("data-fresh") && form.querySelector(`#zones option[value="${CSS.escape(zone)}"]`)) {
  form.elements.time_zone.value = zone;
}

// Both are times on one wall, so as UTC their distance is right.
const at = (field) => Date.parse(`${field.value}:00Z`);

if (form) {
  const { starts_at: start, ends_at: end } = form.elements;
  const TWO_HOURS = 2 * 3600 * 1000;
  let lasts = at(end) - at(start);
  end.addEventListener("change", () => (lasts = at(end) - at(start)));
  start.addEventListener("change", () => {
    if (Number.isNaN(at(start))) return;
    const long = lasts > 0 ? lasts : TWO_HOURS;
    end.value = new Date(at(start) + long).toISOString().slice(0, 16);
  });
  form.querySelector("[aria-invalid=true]")?.focus();
  const question = form.querySelector("[data-ask-first]");
  question?.close();
  question?.showModal();
}
