"""Users and profiles as a program written for an older system finds them.

It knows the name of one stack. What it needs it reads from that stack's outputs; it makes its
people in the user pool, with passwords of Secrets Manager, and puts items into the users' table
itself.
"""

import json
import os
import shlex
import subprocess
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import boto3
import pytest

from infra.deploy.stage import stack_name
from tests.support.api import PASSWORD, Answered, Api

STACK = stack_name("test", "api")


@dataclass(frozen=True)
class Caller:
    """Somebody with an account; ``token`` is sent as it stands."""

    user_id: str
    email: str
    token: str


@dataclass
class Suite:
    """What such a program starts with."""

    outputs: dict[str, str]
    api: Api
    table: Any
    cognito: Any

    def make(self, *, administrator: bool = False) -> Caller:
        email = f"{uuid.uuid4().hex}@example.com"
        password = boto3.client("secretsmanager").get_random_password(
            ExcludeCharacters="\"`'\\=", PasswordLength=16, RequireEachIncludedType=True
        )["RandomPassword"]
        made = self.cognito.admin_create_user(
            UserPoolId=self.outputs["UserPool"],
            Username=email,
            UserAttributes=[{"Name": "name", "Value": "Robin Regular"}],
            MessageAction="SUPPRESS",
        )["User"]
        attributes = {pair["Name"]: pair["Value"] for pair in made["Attributes"]}
        assert made["Username"] == attributes["sub"]
        self.cognito.admin_set_user_password(
            UserPoolId=self.outputs["UserPool"], Username=email, Password=password, Permanent=True
        )
        if administrator:
            self.cognito.admin_add_user_to_group(
                UserPoolId=self.outputs["UserPool"],
                Username=email,
                GroupName=self.outputs["UserPoolAdminGroupName"],
            )
        signed_in = self.cognito.initiate_auth(
            ClientId=self.outputs["UserPoolClient"],
            AuthFlow="USER_PASSWORD_AUTH",
            AuthParameters={"USERNAME": email, "PASSWORD": password},
        )["AuthenticationResult"]
        return Caller(made["Username"], email, signed_in["IdToken"])

    def call(
        self, method: str, path: str, body: Any = None, *, by: Caller | None = None, **how: Any
    ) -> Answered:
        return self.api.call(method, path, body, token=by.token if by else "", **how)


@pytest.fixture(scope="module")
def suite(stage) -> Suite:
    described = boto3.client("cloudformation").describe_stacks(StackName=STACK)["Stacks"][0]
    outputs = {one["OutputKey"]: one["OutputValue"] for one in described["Outputs"]}
    table = boto3.resource("dynamodb").Table(outputs["UsersTable"])
    return Suite(outputs, Api(outputs["APIEndpoint"]), table, boto3.client("cognito-idp"))


@pytest.fixture(scope="module")
def boss(suite) -> Caller:
    return suite.make(administrator=True)


@pytest.fixture(scope="module")
def robin(suite) -> Caller:
    return suite.make()


@pytest.fixture
def anew(suite) -> Caller:
    """A person of this test's own."""
    return suite.make()


def test_outputs_are_all_on_the_stack_that_has_users(suite):
    named = {
        "APIEndpoint", "UsersTable", "UsersFunction", "UserPool", "UserPoolClient",
        "UserPoolAdminGroupName", "CognitoLoginURL", "CognitoAuthCommand",
        "AlarmsTopic", "DashboardURL", "AuthApiEndpoint", "UserPoolId", "UserPoolClientId", "UserPoolArn",
    }  # fmt: skip

    assert named - suite.outputs.keys() == set()
    assert suite.outputs["APIEndpoint"] == suite.outputs["AuthApiEndpoint"]
    assert not suite.outputs["APIEndpoint"].endswith("/")
    assert suite.outputs["UserPool"] == suite.outputs["UserPoolId"]
    assert suite.outputs["UserPoolArn"].endswith(suite.outputs["UserPoolId"])


ROUTES = [
    ("GET", "/users", None),
    ("POST", "/users", {"name": "Eve"}),
    ("GET", "/users/{user}", None),
    ("PUT", "/users/{user}", {"name": "Eve"}),
    ("DELETE", "/users/{user}", None),
]


@pytest.mark.parametrize(("method", "path", "body"), ROUTES)
def test_nobody_is_let_in_without_a_token(suite, robin, method, path, body):
    answer = suite.call(method, path.format(user=robin.user_id), body)

    assert answer.said == (401, "unauthorized")


@pytest.mark.parametrize(("method", "path", "body"), ROUTES)
def test_who_is_no_administrator_is_refused_others(suite, boss, robin, method, path, body):
    answer = suite.call(method, path.format(user=boss.user_id), body, by=robin)

    assert answer.said == (403, "forbidden")
    assert answer.body == {"error": "You may not do this.", "code": "forbidden"}
    assert answer.headers["access-control-allow-origin"] == "https://app.example.test"


def test_record_of_a_user_is_made_read_changed_and_removed_by_an_administrator(suite, boss):
    made = suite.call("POST", "/users", {"name": "Ada Byron"}, by=boss)
    place = f"/users/{made.body['userid']}"
    read = suite.call("GET", place, by=boss)
    changed = suite.call("PUT", place, {"name": "Ada Lovelace"}, by=boss)
    removed = suite.call("DELETE", place, by=boss)
    after = suite.call("GET", place, by=boss)

    assert [made.status, read.status, changed.status, removed.status] == [200] * 4
    assert made.body.keys() == {"userid", "name", "createdAt", "timestamp"}
    assert read.body == made.body
    assert changed.body["name"] == "Ada Lovelace"
    assert changed.body["timestamp"] >= made.body["timestamp"]
    assert (removed.body, after.status, after.body) == ({}, 200, {})


def test_existing_user_is_never_overwritten(suite, boss):
    user_id = f"by-hand-{uuid.uuid4().hex}"
    suite.table.put_item(Item={"userid": user_id, "name": "By Hand", "timestamp": "yesterday"})

    answer = suite.call("POST", "/users", {"name": "Eve", "userid": user_id}, by=boss)
    read = suite.call("GET", f"/users/{user_id}", by=boss)

    assert answer.said == (409, "user_exists")
    assert read.body == {"userid": user_id, "name": "By Hand", "timestamp": "yesterday"}


def test_body_that_is_no_json_is_refused(suite, boss):
    assert suite.call("POST", "/users", "no json", by=boss).said == (400, "bad_input")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "name"),
        ({"name": ""}, "name"),
        ({"name": "x" * 101}, "name"),
        ({"name": "A", "admin": True}, "admin"),
        ({"name": "A", "email": "nowhere"}, "email"),
        ({"name": "A", "userid": "a b"}, "userid"),
        ({"name": "A", "userid": "x" * 65}, "userid"),
        ({"name": "A", "userid": "x", "email": "a@example.com"}, "userid"),
    ],
)
def test_bad_field_is_named(suite, boss, body, field):
    answer = suite.call("POST", "/users", body, by=boss)

    assert (answer.status, [*answer.body["fields"]]) == (400, [field])


def test_all_users_are_a_bare_array_paged_by_a_header(suite, boss):
    for number in range(3):
        suite.table.put_item(Item={"userid": f"paged-{number}-{uuid.uuid4().hex}", "name": "P"})
    everybody = {item["userid"] for item in suite.table.scan()["Items"]}
    seen, token = [], ""
    while token is not None:
        page = suite.call("GET", f"/users?limit=2&nextToken={token}", by=boss)
        assert page.status == 200
        assert len(page.body) <= 2
        seen += [user["userid"] for user in page.body]
        token = page.headers.get("x-next-token")

    assert sorted(seen) == sorted(everybody)
    assert page.headers["access-control-expose-headers"] == "X-Next-Token"


@pytest.mark.parametrize("query", ["limit=0", "limit=101", "limit=x", "nextToken=x", "all=1"])
def test_list_refuses_a_bad_query(suite, boss, query):
    assert suite.call("GET", f"/users?{query}", by=boss).said == (400, "bad_input")


def test_user_with_an_address_gets_an_account_and_an_invitation_once(suite, boss, stage_cloud):
    email = f"{uuid.uuid4().hex}@example.com"
    body = {"name": "Ina Invited", "email": email.upper()}

    made = suite.call("POST", "/users", body, by=boss)
    again = suite.call("POST", "/users", body, by=boss)
    account = suite.cognito.admin_get_user(UserPoolId=suite.outputs["UserPool"], Username=email)

    assert (made.status, made.body["email"]) == (200, email)
    assert account["Username"] == made.body["userid"]
    assert account["UserStatus"] == "FORCE_CHANGE_PASSWORD"
    assert again.said == (409, "user_exists")


def test_account_that_was_left_without_a_record_gets_it(suite, boss, anew):
    made = suite.call("POST", "/users", {"name": "Robin", "email": anew.email}, by=boss)

    assert (made.status, made.body["userid"]) == (200, anew.user_id)


def test_same_key_makes_one_user(suite, boss):
    key = {"Idempotency-Key": uuid.uuid4().hex}
    first = suite.call("POST", "/users", {"name": "Twice"}, by=boss, headers=key)
    second = suite.call("POST", "/users", {"name": "Twice"}, by=boss, headers=key)
    other = suite.call("POST", "/users", {"name": "Else"}, by=boss, headers=key)

    assert second.body == first.body
    assert other.said == (409, "idempotency_mismatch")


def test_one_makes_changes_and_reads_the_own_record(suite, anew):
    place = f"/users/{anew.user_id}"
    missing = suite.call("GET", place, by=anew)
    made = suite.call("PUT", place, {"name": "Robin Hood"}, by=anew)
    read = suite.call("GET", place, by=anew)
    account = suite.cognito.admin_get_user(
        UserPoolId=suite.outputs["UserPool"], Username=anew.user_id
    )

    assert (missing.status, missing.body) == (200, {})
    assert made.status == 200
    assert read.body == made.body
    assert (read.body["userid"], read.body["name"]) == (anew.user_id, "Robin Hood")
    assert {"Name": "name", "Value": "Robin Hood"} in account["UserAttributes"]


@pytest.mark.parametrize("scheme", ["", "Bearer ", "bearer "])
def test_token_is_taken_raw_and_after_bearer(suite, robin, scheme):
    place = f"/users/{robin.user_id}"

    assert suite.api.get(place, token=scheme + robin.token).status == 200


def test_one_erases_the_own_account_and_cannot_come_back(suite, anew):
    place = f"/users/{anew.user_id}"
    suite.call("PUT", place, {"name": "Robin"}, by=anew)
    suite.call("POST", "/profiles", {"name": "Robin"}, by=anew)

    erased = suite.call("DELETE", place, by=anew)
    again = suite.call("DELETE", place, by=anew)
    back = suite.call("PUT", place, {"name": "Robin"}, by=anew)

    assert (erased.status, erased.body, again.status) == (200, {}, 200)
    assert back.said == (404, "user_not_found")
    assert "Item" not in suite.table.get_item(Key={"userid": anew.user_id})
    assert suite.call("GET", f"/profiles/{anew.user_id}", by=anew).status == 404
    with pytest.raises(suite.cognito.exceptions.UserNotFoundException):
        suite.cognito.admin_get_user(UserPoolId=suite.outputs["UserPool"], Username=anew.email)


def eventually(look: Callable[[], Any], seconds: float = 60) -> Any:
    deadline = time.monotonic() + seconds
    while not (seen := look()) and time.monotonic() < deadline:
        time.sleep(0.2)
    return seen


def test_erased_account_leaves_nameless_places_at_events(suite, pool, event):
    guest = pool.make("Gerda Gone")
    event_id = event()
    place = f"/events/{event_id}/registrations"
    assert suite.api.post(place, {"name": guest.name}, by=guest).status == 201
    table = boto3.resource("dynamodb").Table("test-registrations")

    def stored() -> str:
        kept = [one for one in table.scan()["Items"] if one.get("event_id") == event_id]
        return json.dumps(kept, default=str)

    assert guest.email in stored()
    assert suite.api.delete(f"/users/{guest.user_id}", by=guest).status == 200

    told = (guest.email, guest.name, guest.user_id)
    assert eventually(lambda: not any(text in stored() for text in told)), stored()
    assert '"CONFIRMED"' in stored()


def test_address_that_was_never_proved_erases_nobody_elses_place(suite, pool, event, owner):
    """Whoever has the address owns the places, not who typed it into an account."""
    event_id = event()
    table = boto3.resource("dynamodb").Table("test-registrations")
    impostor = pool.make("Ivo Impostor", verified=False)
    added = suite.api.post(
        f"/events/{event_id}/registrations", {"name": "Ivo"}, by=pool.make("Vera Victim")
    )
    assert added.status == 201
    (item,) = [one for one in table.scan()["Items"] if one.get("event_id") == event_id]
    table.update_item(
        Key={"shard": item["shard"], "guest": item["guest"]},
        UpdateExpression="SET user_email = :address",
        ExpressionAttributeValues={":address": impostor.email},
    )

    assert suite.api.delete(f"/users/{impostor.user_id}", by=impostor).status == 200

    jobs = boto3.resource("dynamodb").Table("test-jobs").scan()["Items"]
    assert [job for job in jobs if job.get("event_id") == event_id] == []


# Profiles


def test_new_profile_is_greeted_once_by_user_id_and_no_name(suite, anew):
    logs = boto3.client("logs")

    def greetings() -> list[dict[str, Any]]:
        found = logs.get_paginator("filter_log_events").paginate(
            logGroupName="/aws/lambda/test-profiles-stream"
        )
        lines = [line["message"] for page in found for line in page["events"]]
        return [json.loads(line) for line in lines if anew.user_id in line]

    for name in ("Wilma Welcome", "Wilma Again"):
        suite.call("POST", "/profiles", {"name": name}, by=anew)
    suite.call("POST", "/user/profile", {"a": 1}, by=anew)

    assert eventually(greetings)
    assert [(line["message"], line["user_id"]) for line in greetings()] == [
        ("WELCOME", anew.user_id)
    ]
    assert "Wilma" not in json.dumps(greetings())


def test_profile_is_written_and_read(suite, anew):
    written = suite.call("POST", "/profiles", {"name": "Robin"}, by=anew)
    read = suite.call("GET", f"/profiles/{anew.user_id}", by=anew)

    assert (written.status, written.body["message"]) == (200, "profile upserted")
    assert read.body == written.body["profile"]
    assert read.body.keys() == {"userId", "name", "email", "updatedAt"}
    assert (read.body["userId"], read.body["name"]) == (anew.user_id, "Robin")
    assert read.body["updatedAt"] > 1_700_000_000_000


def test_profile_is_nobody_elses_but_an_administrators(suite, boss, robin, anew):
    suite.call("POST", "/profiles", {"name": "Robin"}, by=anew)
    place = f"/profiles/{anew.user_id}"
    refused = suite.call("GET", place, by=robin)

    assert (refused.status, refused.body["error"]) == (404, "not found")
    assert suite.call("GET", place, by=boss).body["name"] == "Robin"


DOCUMENT = (
    '{"pi": 3.14159265358979323846264338327950288, "big": 123456789012345678901234567890, '
    '"tiny": 1e-400, "huge": 1E+999, "zero": -0.0, "deep": {"list": [1, 2.50, null, true]}, '
    '"text": "Zoë \\u0000 𝄞"}'
)


def test_document_comes_back_number_for_number(suite, anew):
    before = suite.call("GET", "/user/profile", by=anew)
    suite.call("POST", "/profiles", {"name": "Robin"}, by=anew)
    still = suite.call("GET", "/user/profile", by=anew)
    written = suite.call("POST", "/user/profile", DOCUMENT, by=anew)
    stored = (
        boto3.resource("dynamodb")
        .Table("test-profiles")
        .get_item(Key={"userId": anew.user_id})["Item"]["document"]
    )
    read = suite.call("GET", "/user/profile", by=anew)

    assert [before.status, still.status] == [404, 404]
    assert (written.status, read.status) == (200, 200)
    assert stored == DOCUMENT
    assert read.body == written.body == {"profile_data": json.loads(DOCUMENT)}


@pytest.mark.parametrize("body", ["", "[]", "null", "1", '{"a": NaN}', '{"a"', "[" * 60_000])
def test_document_that_is_no_object_is_refused(suite, anew, body):
    assert suite.call("POST", "/user/profile", body, by=anew).said == (400, "bad_input")
    assert suite.call("GET", "/user/profile", by=anew).status == 404


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
