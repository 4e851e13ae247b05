// A ULID: ten characters of time, sixteen of chance, so scans list in the order they were made.
// getRandomValues is there on plain http too, where randomUUID is not.
const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

export function newScanId(time = Date.now()) {
  let stamp = "";
  for (let rest = time, digit = 0; digit < 10; digit += 1) {
    stamp = ALPHABET[rest % 32] + stamp;
    rest = Math.floor(rest / 32);
  }
  const chance = crypto.getRandomValues(new Uint8Array(16));
  return stamp + Array.from(chance, (byte) => ALPHABET[byte % 32]).join("");
}
