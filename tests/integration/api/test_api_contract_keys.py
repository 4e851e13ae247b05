"""``Idempotency-Key`` on the deployed routes that create, each with its own rights."""

import json
import re
import uuid
from pathlib import Path

import pytest

from tests.integration.api.conftest import details
from tests.support.api import PASSWORD
from tests.support.event_app import new_event

TAKING_KEYS = {
    operation["operationId"]: path
    for path, methods in json.loads(Path("openapi.json").read_text())["paths"].items()
    for method, operation in methods.items()
    if "Idempotency-Key" in [one["name"] for one in operation["parameters"]]
}
KEPT = {
    "createEvent": (details(), "title", "eventId"),
    "createPublishedEvent": (new_event(), "title", "event_id"),
    "addUser": ({"name": "Eve"}, "name", "userid"),
}
"""A body, a field that makes it another one, and what names the thing that was made."""


@pytest.fixture(scope="module")
def second(pool):
    return pool.make("Sam Second", group="apiAdmins")


@pytest.mark.parametrize("name", KEPT)
def test_key_makes_one_thing_of_one_person_and_body(api, administrator, second, name):
    body, field, id_of = KEPT[name]
    key = {"Idempotency-Key": uuid.uuid4().hex}

    def ask(sent, by):
        return api.post(TAKING_KEYS[name], sent, by=by, headers=key)

    first, again = ask(body, administrator), ask(body, administrator)
    other = ask(body | {field: "Another"}, administrator)
    theirs = ask(body, second)

    assert (again.status, again.body[id_of]) == (first.status, first.body[id_of])
    assert other.said == (409, "idempotency_mismatch")
    assert (theirs.status, theirs.body[id_of] != first.body[id_of]) == (first.status, True)


@pytest.mark.parametrize("key", ["x" * 256, "a\tb"])
@pytest.mark.parametrize("name", TAKING_KEYS)
def test_key_has_bounds_on_every_route(api, administrator, name, key):
    path = re.sub(r"{\w+}", "0190aaaa-0000-7000-8000-000000000001", TAKING_KEYS[name])

    answer = api.post(path, {}, by=administrator, headers={"Idempotency-Key": key})

    assert (answer.said, [*answer.body["fields"]]) == ((400, "bad_input"), ["Idempotency-Key"])


def test_what_is_one_by_itself_is_one_with_any_key(api, event, guest):
    event_id = event()
    place = f"/events/{event_id}/registrations"
    app = {"event_uuid": event_id, "user_email": guest.email}
    account = {"email": f"{uuid.uuid4().hex}@example.org", "password": PASSWORD, "name": "Nina"}
    keys = [{"Idempotency-Key": uuid.uuid4().hex} for _ in range(2)]

    registered = [api.post(place, {}, by=guest, headers=key) for key in keys]
    attending = [api.post("/register-user-to-event", app, by=guest, headers=key) for key in keys]
    signed_up = [api.post("/register", account, headers=key) for key in keys]

    assert [answer.status for answer in registered] == [201, 200]
    assert {answer.body["ticket"] for answer in registered} == {registered[0].body["ticket"]}
    assert [answer.status for answer in attending] == [200, 200]
    assert [(answer.status, answer.body) for answer in signed_up] == [(201, signed_up[0].body)] * 2
