// A new event starts in the browser's own zone; end and admission follow the start by as long as they did.
// What a change does to the guests is asked in a dialog.
const form = document.querySelector("[data-event-form]");
const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
if (form?.hasAttribute("data-fresh") && form.querySelector(`#zones option[value="${CSS.escape(zone)}"]`)) {
  form.elements.time_zone.value = zone;
}

// All are times on one wall, so as UTC their distances are right. Chromium makes a date of anything.
const at = (field) => (field.value ? Date.parse(`${field.value}:00Z`) : NaN);

if (form) {
  const { starts_at: start, ends_at: end, admission_opens_at: opens, admission_closes_at: closes } = form.elements;
  const TWO_HOURS = 2 * 3600 * 1000;
  const put = (field, moment) => (field.value = new Date(moment).toISOString().slice(0, 16));
  let lasts = at(end) - at(start);
  let began = at(start);
  end.addEventListener("change", () => (lasts = at(end) - at(start)));
  start.addEventListener("change", () => {
    const begins = at(start);
    if (Number.isNaN(begins)) return;
    put(end, begins + (lasts > 0 ? lasts : TWO_HOURS));
    for (const door of [opens, closes]) {
      if (!Number.isNaN(at(door)) && !Number.isNaN(began)) put(door, at(door) + begins - began);
    }
    began = begins;
  });
  form.querySelector("[aria-invalid=true]")?.focus();
  const question = form.querySelector("[data-ask-first]");
  question?.close();
  question?.showModal();
}
