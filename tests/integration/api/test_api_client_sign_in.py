"""Programs that people already sign in with: their libraries, unchanged, against the local cloud."""

import json
import os
import subprocess
import uuid
from typing import Any

import boto3
import httpx
import pycognito
import pytest
from pycognito.aws_srp import AWSSRP
from pycognito.exceptions import ForceChangePasswordException

from infra import node
from infra.checks import CLIENTS
from tests.support.api import PASSWORD

NEW_PASSWORD = "Another-Horse-8"
LET_IN = [[200, 200], [200, 200]]
"""Raw and as a bearer's, with the first token and with the refreshed one."""


@pytest.fixture(scope="session")
def sign_in(stage):
    """``sign_in("amplify.mjs", email, password)``: what the program says of it."""
    node.install(CLIENTS)

    def run(program: str, email: str, password: str, **more: str) -> dict[str, Any]:
        task = {
            "endpoint": os.environ["AWS_ENDPOINT_URL"],
            "poolId": stage["UserPoolId"],
            "clientId": stage["UserPoolClientId"],
            "url": f"{stage['APIEndpoint']}/me/events",
            "email": email,
            "password": password,
        }
        done = subprocess.run(
            [node.program(), program],
            cwd=CLIENTS,
            input=json.dumps(task | more),
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        assert done.returncode == 0, done.stderr
        told: dict[str, Any] = json.loads(done.stdout)
        return told

    return run


@pytest.fixture
def invited(stage) -> str:
    """The address of somebody who was given a first password and must choose another."""
    email = f"invited-{uuid.uuid4().hex[:12]}@example.org"
    boto3.client("cognito-idp").admin_create_user(
        UserPoolId=stage["UserPoolId"],
        Username=email,
        TemporaryPassword=PASSWORD,
        MessageAction="SUPPRESS",
        UserAttributes=[
            {"Name": "email", "Value": email},
            {"Name": "email_verified", "Value": "true"},
        ],
    )
    return email


@pytest.mark.node
@pytest.mark.parametrize(
    ("program", "steps"), [("amplify.mjs", ["DONE"]), ("cognito_identity.mjs", ["onSuccess"])]
)
def test_javascript_signs_in_and_stays_signed_in(sign_in, guest, program, steps):
    told = sign_in(program, guest.email, PASSWORD)

    assert told == {"steps": steps, "statuses": LET_IN, "refreshed": True}


@pytest.mark.node
@pytest.mark.parametrize(
    ("program", "steps"),
    [
        ("amplify.mjs", ["CONFIRM_SIGN_IN_WITH_NEW_PASSWORD_REQUIRED", "DONE"]),
        ("cognito_identity.mjs", ["newPasswordRequired", "onSuccess"]),
    ],
)
def test_javascript_gives_an_invited_person_a_password_of_their_own(
    sign_in, invited, program, steps
):
    told = sign_in(program, invited, PASSWORD, newPassword=NEW_PASSWORD)
    again = sign_in(program, invited, PASSWORD)

    assert told == {"steps": steps, "statuses": LET_IN, "refreshed": True}
    assert again == {"refused": "NotAuthorizedException"}


def test_pycognito_signs_in_and_stays_signed_in(stage, api, guest):
    person = pycognito.Cognito(stage["UserPoolId"], stage["UserPoolClientId"], username=guest.email)
    # It would ask AWS for them, whatever the endpoint.
    keys = f"{os.environ['AWS_ENDPOINT_URL']}/{stage['UserPoolId']}/.well-known/jwks.json"
    person.pool_jwk = httpx.get(keys).json()

    person.authenticate(PASSWORD)
    first = person.id_token
    person.renew_access_token()

    assert person.id_token != first
    for token in (first, person.id_token):
        assert api.get("/me/events", token=token).status == 200
        assert api.get("/me/events", token=f"Bearer {token}").status == 200


def test_pycognito_gives_an_invited_person_a_password_of_their_own(stage, api, invited):
    srp = AWSSRP(
        username=invited,
        password=PASSWORD,
        pool_id=stage["UserPoolId"],
        client_id=stage["UserPoolClientId"],
        client=boto3.client("cognito-idp"),
    )
    with pytest.raises(ForceChangePasswordException):
        srp.authenticate_user()

    tokens = srp.set_new_password_challenge(NEW_PASSWORD)["AuthenticationResult"]

    assert api.get("/me/events", token=tokens["IdToken"]).status == 200
