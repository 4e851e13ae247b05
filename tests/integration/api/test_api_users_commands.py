"""Commands that people type, by the AWS command line of this machine."""

import json
import os
import shlex
import subprocess
import uuid

import pytest

from tests.support.api import PASSWORD
from tests.support.older_programs import STACK

# The commands of the older system's instructions, word for word, but for the names in <>.
ADMINISTRATOR = r"""
USER_POOL_ID=$(aws cloudformation describe-stacks --stack-name <stack-name> --query 'Stacks[0].Outputs[?OutputKey==`UserPool`].OutputValue' --output text)
CLIENT_ID=$(aws cloudformation describe-stacks --stack-name <stack-name> --query 'Stacks[0].Outputs[?OutputKey==`UserPoolClient`].OutputValue' --output text)
aws cognito-idp admin-create-user \
--user-pool-id $USER_POOL_ID \
--username admin@example.com \
--user-attributes Name=email,Value=admin@example.com \
--temporary-password TempPass123! \
--message-action SUPPRESS
aws cognito-idp admin-add-user-to-group \
--user-pool-id $USER_POOL_ID \
--username admin@example.com \
--group-name apiAdmins
aws cognito-idp admin-set-user-password \
--user-pool-id $USER_POOL_ID \
--username admin@example.com \
--password SecurePass123! \
--permanent
TOKEN=$(aws cognito-idp initiate-auth \
--auth-flow USER_PASSWORD_AUTH \
--client-id $CLIENT_ID \
--auth-parameters USERNAME=admin@example.com,PASSWORD=SecurePass123! \
--query 'AuthenticationResult.IdToken' \
--output text)
API_URL=$(aws cloudformation describe-stacks --stack-name <stack-name> --query 'Stacks[0].Outputs[?OutputKey==`APIEndpoint`].OutputValue' --output text)
curl --fail -s -H "Authorization: Bearer $TOKEN" $API_URL/users
"""


def run(script: str) -> str:
    """What a shell says whose AWS command line talks to the local cloud."""
    clean = {**os.environ, "NO_PROXY": "127.0.0.1,localhost", "AWS_PAGER": ""}
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script],
        capture_output=True, text=True, check=False, env=clean,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.slow
def test_commands_of_the_older_instructions_make_an_administrator(suite):
    suite.table.put_item(Item={"userid": f"by-hand-{uuid.uuid4().hex}", "name": "By Hand"})

    said = run(ADMINISTRATOR.replace("<stack-name>", STACK))
    listed = json.loads(said.splitlines()[-1])

    assert {type(user) for user in listed} == {dict}


@pytest.mark.slow
def test_printed_command_signs_in(suite, pool):
    somebody = pool.make("Cleo Commander")
    command = suite.outputs["CognitoAuthCommand"]
    for place, value in (("<e-mail>", somebody.email), ("<password>", PASSWORD)):
        command = command.replace(place, shlex.quote(value))

    token = run(command).strip()

    assert suite.api.get(f"/users/{somebody.user_id}", token=token).status == 200
