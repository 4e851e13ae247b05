/* What a test asks of a client, on standard input, and what came of it, on standard output:

   { endpoint, poolId, clientId, email, password, newPassword?, url } → { steps, statuses, … } */

import { text } from 'node:stream/consumers';

export const task = JSON.parse(await text(process.stdin));

/** The status with which the protected route answers a token, raw and as a bearer's. */
export async function seen(idToken) {
  const asked = [idToken, `Bearer ${idToken}`].map((Authorization) =>
    fetch(task.url, { headers: { Authorization } }).then((answer) => answer.status),
  );
  return Promise.all(asked);
}

export function tell(told) {
  process.stdout.write(JSON.stringify(told));
}
