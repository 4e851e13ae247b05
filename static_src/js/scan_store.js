// Scans that nobody answered yet, kept in this browser: one stored item each, so that two tabs do not
// overwrite each other.
const PREFIX = "foyer.scan.";
const prefixOf = (event) => `${PREFIX}${event}.`;
const keysWith = (prefix) => Object.keys(localStorage).filter((key) => key.startsWith(prefix)).sort();

export function keepScan(event, scan) {
  localStorage[prefixOf(event) + scan.scan_id] = JSON.stringify(scan);
}

export function dropScan(event, scan) {
  delete localStorage[prefixOf(event) + scan.scan_id];
}

// Those of an event, the oldest first.
export function waitingScans(event) {
  return keysWith(prefixOf(event)).map((key) => JSON.parse(localStorage[key]));
}

// The event of one that waits, or an empty text where none does.
export function eventOfWaiting() {
  return keysWith(PREFIX)[0]?.slice(PREFIX.length).split(".")[0] ?? "";
}

// How many wait that this device cannot send: it was paired with another event since.
export function strandedScans(event) {
  return keysWith(PREFIX).length - keysWith(prefixOf(event)).length;
}
