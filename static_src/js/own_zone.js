// "Your time (New York): Thu 02:00" beside an event's own time, where the two differ; short in lists.
const own = Intl.DateTimeFormat().resolvedOptions().timeZone;

function clock(moment, timeZone) {
  const parts = { weekday: "short", hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone };
  return new Intl.DateTimeFormat(document.documentElement.lang, parts).format(moment);
}

for (const place of document.querySelectorAll("[data-own-zone]")) {
  const moment = new Date(place.dataset.ownZone);
  const here = clock(moment, own);
  if (here === clock(moment, place.dataset.zone)) continue;
  const city = own.split("/").pop().replaceAll("_", " ");
  const words = place.dataset.words;
  place.textContent = "short" in place.dataset ? ` (${here} ${words}, ${city})` : `${words} (${city}): ${here}`;
  place.hidden = false;
}
