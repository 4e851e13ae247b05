// A part of a page that htmx asks for again and again: it says how old it is and when news stop coming.
// Its content carries data-etag, sent along so that the answer is 304 while nothing changed, and data-moment.
// A page that nobody looks at asks nothing, and asks at once when it is looked at again.
const all = (name) => document.querySelectorAll(`[data-${name}]`);
const TROUBLES = ["htmx:sendError", "htmx:responseError", "htmx:timeout"];
const GONE = [401, 403, 404];

export function watchLive(place, afterSwap = () => {}) {
  const isOurs = (event) => event.detail.elt === place;
  const lands = (event) => event.detail.target === place;

  document.addEventListener("htmx:configRequest", (event) => {
    const shown = place.querySelector("[data-etag]");
    if (isOurs(event) && shown) event.detail.headers["If-None-Match"] = shown.dataset.etag;
  });
  document.addEventListener("htmx:beforeRequest", (event) => {
    if (isOurs(event) && document.hidden) event.preventDefault();
  });
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (!lands(event)) return;
    const { status } = event.detail.xhr;
    if (status === 304) event.detail.shouldSwap = false;
    // Who was overtaken gets the part as it is now, with the reason.
    if (status === 409) Object.assign(event.detail, { shouldSwap: true, isError: false });
  });
  document.addEventListener("htmx:afterSwap", (event) => {
    if (!lands(event)) return;
    fresh(place.querySelector("[data-moment]")?.dataset.moment);
    afterSwap(event);
  });
  document.addEventListener("foyer:unchanged", (event) => event.target === place && fresh(event.detail.asOf));
  for (const trouble of TROUBLES) {
    document.addEventListener(trouble, (event) => {
      if (!lands(event)) return;
      // The page that says why is the server's: signed out, or no longer one's own.
      if (isOurs(event) && GONE.includes(event.detail.xhr?.status)) location.reload();
      else stale(true);
    });
  }
  document.addEventListener("visibilitychange", () => document.hidden || look(place));
  window.addEventListener("online", () => look(place));
}

export const look = (place) => window.htmx?.trigger(place, "foyer:look");

export function fresh(moment) {
  if (moment) all("as-of").forEach((time) => (time.textContent = moment));
  stale(false);
}

export function stale(lost) {
  all("live").forEach((sign) => sign.classList.toggle("is-stale", lost));
  all("lost").forEach((notice) => (notice.hidden = !lost));
}
