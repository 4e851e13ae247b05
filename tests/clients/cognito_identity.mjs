/* Signs in as an application does that is built on amazon-cognito-identity-js. */

import {
  AuthenticationDetails,
  CognitoUser,
  CognitoUserPool,
} from 'amazon-cognito-identity-js';

import { seen, task, tell } from './task.mjs';

const Pool = new CognitoUserPool({
  UserPoolId: task.poolId,
  ClientId: task.clientId,
  endpoint: task.endpoint,
});
const user = new CognitoUser({ Username: task.email, Pool });
const steps = [];

function signIn() {
  return new Promise((onSuccess, onFailure) => {
    const details = { Username: task.email, Password: task.password };
    user.authenticateUser(new AuthenticationDetails(details), {
      onSuccess,
      onFailure,
      newPasswordRequired() {
        steps.push('newPasswordRequired');
        user.completeNewPasswordChallenge(task.newPassword, {}, { onSuccess, onFailure });
      },
    });
  });
}

function refresh(session) {
  return new Promise((resolve, reject) => {
    user.refreshSession(session.getRefreshToken(), (error, fresh) =>
      error ? reject(error) : resolve(fresh),
    );
  });
}

try {
  const session = await signIn();
  steps.push('onSuccess');
  const fresh = await refresh(session);
  const [first, second] = [session, fresh].map((one) => one.getIdToken().getJwtToken());
  tell({ steps, statuses: [await seen(first), await seen(second)], refreshed: first !== second });
} catch (error) {
  tell({ refused: error.code ?? error.name });
}
