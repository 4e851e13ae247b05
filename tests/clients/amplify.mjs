/* Signs in as an application does that is built on Amplify. */

import { Amplify } from 'aws-amplify';
import { confirmSignIn, fetchAuthSession, signIn, signOut } from 'aws-amplify/auth';

import { seen, task, tell } from './task.mjs';

Amplify.configure({
  Auth: {
    Cognito: {
      userPoolId: task.poolId,
      userPoolClientId: task.clientId,
      userPoolEndpoint: task.endpoint,
    },
  },
});

const idTokenOf = (session) => session.tokens.idToken.toString();

try {
  const how = { options: { authFlowType: 'USER_SRP_AUTH' } };
  let step = await signIn({ username: task.email, password: task.password, ...how });
  const steps = [step.nextStep.signInStep];
  if (step.nextStep.signInStep === 'CONFIRM_SIGN_IN_WITH_NEW_PASSWORD_REQUIRED') {
    step = await confirmSignIn({ challengeResponse: task.newPassword });
    steps.push(step.nextStep.signInStep);
  }
  const first = idTokenOf(await fetchAuthSession());
  const fresh = idTokenOf(await fetchAuthSession({ forceRefresh: true }));
  tell({
    steps,
    statuses: [await seen(first), await seen(fresh)],
    refreshed: fresh !== first,
  });
  await signOut();
} catch (error) {
  tell({ refused: error.name });
}
