"""The event app's contract over HTTP: its shapes to the letter, its holes closed."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from backend.events.models import Event
from tests.integration.api.conftest import details
from tests.support.event_app import ITEM, UNKNOWN, new_event


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


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("fileExtension", ".PNG"),
        ("file_extension", "png"),
        ("extension", "png"),
        ("imageExtension", "png"),
        ("contentType", "image/png"),
        ("content_type", "image/png"),
        ("fileType", "image/png"),
        ("imageType", "image/png"),
    ],
)
def test_image_type_has_the_names_that_clients_give_it(api, owner, name, value):
    body = new_event(fileExtension=...) | {name: value}

    made = api.post("/create-event", body, by=owner)

    assert (made.status, made.body.keys()) == (200, {"event_id", "upload_url"})
    assert ".png?" in made.body["upload_url"]


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
