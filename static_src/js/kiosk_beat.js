// A kiosk tells Foyer that it is there, and hears what changed: its gate, the count, the time.
import { send } from "./scan_queue.js";

// { status, body, took, at }: took in milliseconds, at is this device's clock when the answer came.
export async function beat({ beat: url, version }, token, waiting) {
  const began = performance.now();
  const answer = await send(url, token, { waiting, version });
  return { ...answer, took: performance.now() - began, at: Date.now() };
}

// By how many milliseconds this device's clock is ahead; half of the way there is assumed.
export function clockError({ body, took, at }) {
  return at - took / 2 - Date.parse(body.now);
}
