"""The event app's lists and registrations over HTTP."""

import os
import uuid
from datetime import timedelta
from typing import Any

import boto3
import pytest

from tests.factories.events import make_event
from tests.integration.api.conftest import details
from tests.support.event_app import ITEM, TOMORROW, UNKNOWN, attend, new_event, registered_to


def listed(api, limit: int) -> list[dict[str, Any]]:
    """All pages, by the key that each one gives."""
    items: list[dict[str, Any]] = []
    start = ""
    while True:
        page = api.get(f"/get-events?limit={limit}{start}").body
        assert page.keys() == {"events", "last_evaluated_key"}
        assert len(page["events"]) <= limit
        items += page["events"]
        if page["last_evaluated_key"] is None:
            return items
        assert page["last_evaluated_key"] == {"uuid": page["events"][-1]["uuid"]}
        start = f"&start_key={page['last_evaluated_key']['uuid']}"


def test_listing_goes_through_all_public_events_the_newest_first(api, create):
    mine = [create() for _ in range(5)]

    found = [item["uuid"] for item in listed(api, 2)]

    assert found[:5] == mine[::-1]
    assert len(set(found)) == len(found)
    assert found == [item["uuid"] for item in listed(api, 100)]
    assert len(api.get("/get-events").body["events"]) == min(10, len(found))


def test_events_that_are_over_stay_listed(api, create, owner):
    past = create(date="2024-03-01")
    finished = create(date=(TOMORROW - timedelta(days=2)).isoformat())
    make_event(status="FINISHED")

    found = [item["uuid"] for item in listed(api, 100)]

    assert {past, finished} <= {*found}
    assert past not in str(api.get("/events?limit=100").body)


@pytest.mark.parametrize("privacy", ["private", "unlisted"])
def test_event_that_is_not_public_is_not_listed(api, create, owner, privacy):
    event_id = create(privacy=privacy)

    assert event_id not in [item["uuid"] for item in listed(api, 100)]
    one = api.get(f"/get-events?event_id={event_id}").body["events"]
    assert [item["uuid"] for item in one] == ([event_id] if privacy == "unlisted" else [])
    made = api.get(f"/get-events-that-user-created?user_email={owner.email}", by=owner)
    [own] = [item for item in made.body["events"] if item["uuid"] == event_id]
    assert (own["privacy"], own["creator"]) == (privacy, owner.email)


def test_canceled_event_and_one_made_private_leave_the_list(api, create, owner):
    canceled, hidden = create(), create()
    assert api.delete(f"/events/{canceled}", by=owner).status == 200
    private = details(visibility="PRIVATE", version=1)
    assert api.put(f"/events/{hidden}", private, by=owner).status == 200

    assert {canceled, hidden} & {item["uuid"] for item in listed(api, 100)} == set()


def test_no_address_of_a_creator_is_shown_to_others(api, create, owner, guest):
    event_id = create()
    attend(api, event_id, guest)

    assert owner.email not in str(listed(api, 100))
    assert owner.email not in str(registered_to(api, guest).body)
    assert owner.user_id not in str(listed(api, 100))


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("limit=abc", "limit"),
        ("limit=0", "limit"),
        ("limit=-1", "limit"),
        ("limit=10000", "limit"),
        ("start_key=nonsense", "start_key"),
        ("event_id=" + "x" * 65, "event_id"),
        ("page=2", "page"),
    ],
)
def test_bad_query_is_named(api, query, field):
    answer = api.get(f"/get-events?{query}")

    assert (answer.said, list(answer.body["fields"])) == ((400, "bad_input"), [field])


@pytest.mark.parametrize(
    "path", ["/get-events-that-user-created", "/get-events-that-user-registered-to"]
)
def test_own_lists_are_ones_own(api, owner, stranger, path):
    missing = api.get(path, by=owner)
    assert (missing.status, missing.body["error"]) == (400, "user_email is required")
    assert api.get(f"{path}?user_email=", by=owner).body["error"] == "user_email is required"
    other = api.get(f"{path}?user_email={stranger.email}", by=owner)
    assert other.said == (403, "other_address")
    assert api.get(f"{path}?user_email={owner.email}").said == (401, "unauthorized")
    for token in (owner.id_token, f"Bearer {owner.id_token}"):
        assert api.get(f"{path}?user_email={owner.email.upper()}", token=token).status == 200


def test_address_that_is_not_confirmed_is_nobodys(api, pool, create):
    person = pool.make(verified=False)

    path = f"/get-events-that-user-created?user_email={person.email}"
    assert api.get(path, by=person).said == (403, "other_address")
    assert attend(api, create(), person).said == (403, "other_address")


def test_registering_twice_answers_the_same_and_adds_nothing(api, create, guest, owner):
    event_id = create()

    answers = [attend(api, event_id, guest) for _ in range(2)]

    assert [(answer.status, answer.body) for answer in answers] == [
        (200, {"message": "User registered successfully"})
    ] * 2
    everybody = api.get(f"/events/{event_id}/registrations", by=owner).body["registrations"]
    assert len(everybody) == 1
    items = registered_to(api, guest).body
    assert [item["uuid"] for item in items["events"]] == [event_id]
    assert items["events"][0].keys() == ITEM


def test_attending_is_told_of_one_event(api, create, guest):
    event_id, other = create(), create()
    attend(api, event_id, guest)

    assert registered_to(api, guest, f"&event_uuid={event_id}").body == {"isAttending": True}
    assert registered_to(api, guest, f"&event_uuid={other}").body == {"isAttending": False}
    assert registered_to(api, guest, f"&event_uuid={UNKNOWN}").body == {"isAttending": False}
    api.delete(f"/events/{event_id}/registrations/me", by=guest)
    assert registered_to(api, guest, f"&event_uuid={event_id}").body == {"isAttending": False}
    assert registered_to(api, guest).body == {"events": []}


def test_full_event_is_refused(api, create, guest, pool):
    event_id = create(maxAttendees="1")
    assert attend(api, event_id, guest).status == 200

    late = pool.make("Lena Late")
    assert attend(api, event_id, late).said == (400, "sold_out")
    assert registered_to(api, late).body == {"events": []}


def test_nobody_is_put_on_a_waiting_list(api, event, guest, pool, owner):
    event_id = event(capacity=1)
    assert attend(api, event_id, guest).status == 200

    late = pool.make("Lena Late")
    assert attend(api, event_id, late).said == (400, "sold_out")
    guests = api.get(f"/events/{event_id}/registrations", by=owner).body["registrations"]
    assert [one["status"] for one in guests] == ["CONFIRMED"]
    # Who waits already, having asked elsewhere, is not told to be registered.
    assert api.post(f"/events/{event_id}/registrations", {}, by=late).status == 201
    assert attend(api, event_id, late).said == (400, "sold_out")
    assert registered_to(api, late, f"&event_uuid={event_id}").body == {"isAttending": False}


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"event_uuid": UNKNOWN}, (404, "event_not_found")),
        ({"event_uuid": ""}, (400, "bad_input")),
        ({"event_uuid": None}, (400, "bad_input")),
        ({"user_email": "somebody@example.org"}, (403, "other_address")),
        ({"user_email": ""}, (400, "bad_input")),
        ({"admin": True}, (400, "bad_input")),
    ],
)
def test_bad_registration_is_refused(api, create, guest, body, said):
    event_id = create()

    assert attend(api, event_id, guest, **body).said == said
    assert registered_to(api, guest).body == {"events": []}


def test_private_event_takes_no_strangers(api, create, guest):
    assert attend(api, create(privacy="private"), guest).said == (404, "event_not_found")


def test_event_that_is_over_takes_nobody(api, create, guest):
    assert attend(api, create(date="2024-03-01"), guest).said == (400, "registration_closed")


def test_new_account_creates_and_attends_without_another_call(api, create):
    """Register and log in as clients of the event app do, then act with those tokens."""
    email = f"nina-{uuid.uuid4().hex[:12]}@example.org"
    account = {"email": email, "password": "Correct-Horse-7"}
    made = api.post("/register", account | {"name": "Nina New"})
    assert (made.status, list(made.body)) == (201, ["message"])
    pool = boto3.client("cognito-idp")
    pool.admin_confirm_sign_up(UserPoolId=os.environ["USER_POOL_ID"], Username=email)
    pool.admin_update_user_attributes(
        UserPoolId=os.environ["USER_POOL_ID"],
        Username=email,
        UserAttributes=[{"Name": "email_verified", "Value": "true"}],
    )

    tokens = api.post("/login", account)

    assert tokens.body.keys() == {"idToken", "accessToken", "refreshToken", "expiresIn"}
    token = tokens.body["idToken"]
    assert api.post("/create-event", new_event(), token=token).status == 200
    asked = {"event_uuid": create(), "user_email": email}
    assert api.post("/register-user-to-event", asked, token=f"Bearer {token}").status == 200
    with_access = api.post("/register-user-to-event", asked, token=tokens.body["accessToken"])
    assert with_access.said == (401, "unauthorized")
