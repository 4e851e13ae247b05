"""``Idempotency-Key`` on every route that creates: done once, for one user, operation and body."""

import json
import uuid
from pathlib import Path

import pytest

from backend.events.models import Event
from backend.users.models import User
from tests.factories.guest_requests import offer
from tests.support.api import PASSWORD
from tests.support.handlers import Handlers, claims_of

OPERATIONS = {
    operation["operationId"]: (path, operation)
    for path, methods in json.loads(Path("openapi.json").read_text())["paths"].items()
    for method, operation in methods.items()
    if method == "post"
}
TAKING_KEYS = {
    name
    for name, (_, operation) in OPERATIONS.items()
    if "Idempotency-Key" in [parameter["name"] for parameter in operation["parameters"]]
}
EVENT = {
    "title": "Harbour Conference",
    "startsAt": "2030-05-01T12:00:00Z",
    "endsAt": "2030-05-01T20:00:00Z",
}
APP_EVENT = {
    "title": "Harbour Meetup",
    "date": "2030-05-01",
    "startTime": "18:30",
    "endTime": "22:00",
    "fileExtension": "png",
}
KEPT = {
    "createEvent": (EVENT, "title", "eventId"),
    "createPublishedEvent": (APP_EVENT, "title", "event_id"),
    "addUser": ({"name": "Eve"}, "name", "userid"),
}
"""A body, a field that makes it another one, and what names the thing that was made."""
ONCE_BY_THEMSELVES = {"signUp", "register", "registerUserToEvent", "bookSession"}
"""One account per address, registration per guest and event, booking per guest and session."""
NAMED_BY_THE_KEY = {"askStaff"}
"""The key becomes the id of what is made, so that nothing else has to be kept."""
MAKE_NOTHING_NEW = {
    "confirmSignUp",
    "resendCode",
    "logIn",
    "refreshTokens",
    "logOut",
    "forgotPassword",
    "resetPassword",
    "publishEvent",
    "changeBanner",
    "putProfile",
    "putMyDocument",
    "admitTickets",
    "claimRequest",
    "fulfilRequest",
    "releaseRequest",
    "recallRequest",
    "declineRequest",
}
"""Said twice, they do what was done before; each scan has an id of its own."""


@pytest.fixture(scope="module")
def ask(tables):
    handlers = Handlers()

    def send(name, body, *, key, by="user-ada", path=""):
        return handlers.send(
            "POST",
            path or OPERATIONS[name][0],
            json.dumps(body),
            claims=claims_of(by, "apiAdmins"),
            headers={"Idempotency-Key": key},
        )

    return send


@pytest.fixture
def key():
    return uuid.uuid4().hex


def made():
    return Event.count(), User.count()


def test_every_route_that_creates_takes_a_key():
    assert KEPT.keys() | ONCE_BY_THEMSELVES | NAMED_BY_THE_KEY == TAKING_KEYS
    assert OPERATIONS.keys() == TAKING_KEYS | MAKE_NOTHING_NEW
    assert TAKING_KEYS.isdisjoint(MAKE_NOTHING_NEW)


@pytest.mark.parametrize("name", KEPT)
def test_same_request_is_done_once(ask, key, name):
    body, _, id_of = KEPT[name]
    first = ask(name, body, key=key)
    after = made()
    again = ask(name, dict(reversed(body.items())), key=key)

    assert (again.status, again.body[id_of]) == (first.status, first.body[id_of])
    assert made() == after


@pytest.mark.parametrize("name", KEPT)
def test_other_body_with_the_same_key_is_refused(ask, key, name):
    body, field, id_of = KEPT[name]
    first = ask(name, body, key=key)
    after = made()

    refused = ask(name, body | {field: "Another"}, key=key)

    assert refused.said == (409, "idempotency_mismatch")
    assert made() == after
    assert ask(name, body, key=key).body[id_of] == first.body[id_of]


@pytest.mark.parametrize("name", KEPT)
def test_key_of_another_user_is_another_key(ask, key, name):
    body, _, id_of = KEPT[name]
    mine = ask(name, body, key=key)
    theirs = ask(name, body, key=key, by="user-bo")

    assert theirs.status == mine.status
    assert theirs.body[id_of] != mine.body[id_of]


def test_key_of_another_operation_is_another_key(ask, key):
    answers = [ask(name, body, key=key) for name, (body, _, _) in KEPT.items()]

    assert {answer.status for answer in answers} == {200, 201}


def test_registrations_are_one_with_any_key(ask, key):
    event_id = ask("createPublishedEvent", APP_EVENT, key=key).body["event_id"]
    place = f"/events/{event_id}/registrations"
    app = {"event_uuid": event_id, "user_email": "user-ada@example.org"}

    first = ask("register", {}, key=key, path=place)
    again = [ask("register", {}, key=other, path=place) for other in (key, "k-2", "")]
    over = [ask("registerUserToEvent", app, key=other) for other in (key, "k-2", "")]

    assert (first.status, {answer.status for answer in again + over}) == (201, {200})
    assert {answer.body["ticket"] for answer in again} == {first.body["ticket"]}


def test_request_is_named_by_its_key(ask, key):
    event_id = ask("createPublishedEvent", APP_EVENT, key=key).body["event_id"]
    ask("register", {}, key="", path=f"/events/{event_id}/registrations")
    place, wish = f"/events/{event_id}/requests", {"kind": "HELP", "text": "A chair, please"}
    offer(Event.fetch(event_id))

    first = ask("askStaff", wish, key=key, path=place)
    again = ask("askStaff", wish, key=key, path=place)
    another = ask("askStaff", wish, key="k-2", path=place)
    refused = ask("askStaff", wish | {"text": "A table"}, key=key, path=place)

    assert (first.status, again.status, another.status) == (201, 200, 201)
    assert again.body == first.body
    assert another.body["requestId"] != first.body["requestId"]
    assert refused.said == (409, "idempotency_mismatch")


def test_account_is_one_with_any_key(ask, key):
    account = {"email": f"{key}@example.org", "password": PASSWORD, "name": "Ada"}
    first = ask("signUp", account, key=key)
    after = made()

    assert [ask("signUp", account, key=other).body for other in (key, "k-2")] == [first.body] * 2
    assert first.status == 201
    assert made() == after
