"""The event app's contract over HTTP: its shapes to the letter, its holes closed."""

import os
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import boto3
import pytest

from backend.events.models import Event
from tests.factories.events import make_event
from tests.integration.api.conftest import details
from tests.support.api import Person

TOMORROW = datetime.now(UTC).date() + timedelta(days=1)
ITEM = {
    "uuid",
    "title",
    "description",
    "date",
    "startTime",
    "endTime",
    "locationType",
    "location",
    "category",
    "maxAttendees",
    "privacy",
    "creator",
    "s3_key",
    "file_url",
}
UNKNOWN = "0190aaaa-0000-7000-8000-000000000001"


def new_event(**values: Any) -> dict[str, Any]:
    """What a client of the event app sends."""
    defaults = {
        "title": "Harbour Meetup",
        "description": "By the water.",
        "date": TOMORROW.isoformat(),
        "startTime": "18:30",
        "endTime": "22:00",
        "locationType": "in-person",
        "location": "Pier 2, Hamburg",
        "category": "meetup",
        "maxAttendees": "50",
        "privacy": "public",
        "fileExtension": "png",
    }
    return {name: value for name, value in (defaults | values).items() if value is not ...}


@pytest.fixture
def create(api, owner):
    """``create(title="X")``: the id of a new event of the owner."""

    def make(by: Person = owner, **values: Any) -> str:
        made = api.post("/create-event", new_event(**values), by=by)
        assert made.status == 200, made
        event_id: str = made.body["event_id"]
        return event_id

    return make


@pytest.fixture
def show(api):
    """The one item of an id."""

    def ask(event_id: str) -> dict[str, Any]:
        [item] = api.get(f"/get-events?event_id={event_id}").body["events"]
        return item

    return ask


def attend(api, event_id: str, person: Person, **values: Any):
    body = {"event_uuid": event_id, "user_email": person.email} | values
    return api.post("/register-user-to-event", body, by=person)


def registered_to(api, person: Person, more: str = ""):
    path = f"/get-events-that-user-registered-to?user_email={person.email}{more}"
    return api.get(path, by=person)


def test_created_event_is_published_at_once_and_shown_as_it_was_sent(api, create, show, owner):
    made = api.post("/create-event", new_event(), by=owner)
    assert (made.status, made.body.keys()) == (200, {"event_id", "upload_url"})
    event_id = made.body["event_id"]

    item = show(event_id)

    stored = Event.fetch(event_id)
    assert item == {
        **{name: value for name, value in new_event().items() if name in ITEM},
        "uuid": event_id,
        "creator": owner.name,
        "s3_key": stored.offered_banner,
        "file_url": item["file_url"],
    }
    assert item.keys() == ITEM
    assert item["file_url"].endswith("/" + item["s3_key"])
    assert (stored.status, stored.waiting_list, stored.time_zone) == (
        "PUBLISHED",
        False,
        "Europe/Berlin",
    )
    assert stored.ends_at - stored.starts_at == timedelta(hours=3, minutes=30)
    assert api.get(f"/events/{event_id}").body["offer"] == "PLACE"


def test_answers_of_one_event_have_no_next_page(api, create):
    assert api.get(f"/get-events?event_id={create()}").body["last_evaluated_key"] is None
    assert api.get(f"/get-events?event_id={UNKNOWN}").body == {
        "events": [],
        "last_evaluated_key": None,
    }
    assert api.get("/get-events?event_id=no-such-thing").body["events"] == []


@pytest.mark.parametrize(
    ("field", "sent", "meant"),
    [
        ("maxAttendees", "", None),
        ("maxAttendees", None, None),
        ("maxAttendees", 7, 7),
        ("category", "Street Dance", "OTHER"),
        ("category", "Workshop", "WORKSHOP"),
        ("locationType", "Hybrid", "BOTH"),
        ("locationType", "In Person", "IN_PERSON"),
        ("startTime", "6:30 PM", "18:30"),
        ("endTime", "22:15:00", "22:15"),
    ],
)
def test_words_of_clients_are_understood_and_sent_back(create, show, field, sent, meant):
    event_id = create(**{field: sent})

    stored = Event.fetch(event_id)
    berlin = ZoneInfo("Europe/Berlin")
    understood = {
        "maxAttendees": stored.capacity,
        "category": stored.category,
        "locationType": stored.location_type,
        "startTime": f"{stored.starts_at.astimezone(berlin):%H:%M}",
        "endTime": f"{stored.ends_at.astimezone(berlin):%H:%M}",
    }
    assert understood[field] == meant
    assert show(event_id)[field] == ("" if sent is None else str(sent))


def test_words_of_a_client_give_way_to_what_an_organiser_changed(api, create, show, owner):
    event_id = create(category="Street Dance", startTime="6:30 pm")

    edited = api.put(f"/events/{event_id}", details(category="SPORTS", version=1), by=owner)

    assert edited.status == 200
    item = show(event_id)
    starts_at = datetime.fromisoformat(edited.body["startsAt"])
    assert item["category"] == "sports"
    assert item["startTime"] != "6:30 pm"
    assert item["startTime"][-3:] == f":{starts_at:%M}"


def test_zone_is_the_events_own_if_given(create, show):
    event_id = create(timeZone="America/New_York", date="2030-07-01", startTime="20:00")

    assert f"{Event.fetch(event_id).starts_at:%Y-%m-%d %H:%M}" == "2030-07-02 00:00"
    assert (show(event_id)["date"], show(event_id)["startTime"]) == ("2030-07-01", "20:00")


def test_end_before_the_start_is_one_of_the_next_day(create, show):
    event_id = create(startTime="22:00", endTime="02:00")

    stored = Event.fetch(event_id)
    assert stored.ends_at - stored.starts_at == timedelta(hours=4)
    assert (show(event_id)["startTime"], show(event_id)["endTime"]) == ("22:00", "02:00")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("title", ...),
        ("title", " "),
        ("title", "x" * 201),
        ("title", 7),
        ("title", "a\x00b"),
        ("description", "x" * 10_001),
        ("date", ...),
        ("date", "tomorrow"),
        ("date", "2026-02-30"),
        ("date", "1066-10-14"),
        ("startTime", ...),
        ("startTime", "25:00"),
        ("startTime", "13:00 pm"),
        ("endTime", "18:60"),
        ("endTime", "18:30"),
        ("locationType", "moon"),
        ("location", "x" * 301),
        ("category", "x" * 61),
        ("maxAttendees", "0"),
        ("maxAttendees", "100001"),
        ("maxAttendees", "many"),
        ("maxAttendees", True),
        ("maxAttendees", 2.5),
        ("maxAttendees", -1),
        ("privacy", "secret"),
        ("timeZone", "Mars/Olympus"),
        ("timeZone", "../../etc/passwd"),
        ("fileExtension", "svg"),
        ("contentType", "text/html"),
        ("uuid", UNKNOWN),
    ],
)
def test_bad_field_of_a_new_event_is_named(api, owner, field, value):
    answer = api.post("/create-event", new_event(**{field: value}), by=owner)

    assert (answer.said, list(answer.body["fields"])) == ((400, "bad_input"), [field])


def test_image_type_is_needed_once(api, owner):
    for values in (
        {"fileExtension": ...},
        {"fileExtension": ""},
        {"fileExtension": "png", "contentType": "image/jpeg"},
    ):
        answer = api.post("/create-event", new_event(**values), by=owner)
        assert (answer.said, list(answer.body["fields"])) == ((400, "bad_input"), ["body"])


def test_creator_is_who_is_signed_in(api, create, owner, stranger):
    refused = api.post("/create-event", new_event(creator=stranger.email), by=owner)

    assert refused.said == (403, "other_address")
    assert Event.fetch(create(creator=owner.email.upper())).creator_id == owner.user_id


def test_same_key_makes_one_event_with_a_new_address_each_time(api, pool):
    person, key = pool.make(), {"Idempotency-Key": "create-1"}

    answers = [
        api.post("/create-event", new_event(), by=person, headers=key).body for _ in range(2)
    ]

    assert answers[0]["event_id"] == answers[1]["event_id"]
    assert all("X-Amz-Expires=60" in answer["upload_url"] for answer in answers)
    path = f"/get-events-that-user-created?user_email={person.email}"
    assert len(api.get(path, by=person).body["events"]) == 1
    other = api.post("/create-event", new_event(title="Other"), by=person, headers=key)
    assert other.said == (409, "idempotency_mismatch")


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
