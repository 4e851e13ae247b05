"""How the words of the event app's clients are read, and told again."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from backend.events.api.event_app_input import EventAppInput
from backend.events.api.event_app_shapes import EventAppItem, OwnerQuery
from backend.events.kinds import Category, LocationType, Visibility
from backend.shared.errors import BadInput
from backend.shared.shapes import read_json, read_query
from tests.factories.events import build_event


def told(**values: Any) -> EventAppInput:
    sent = {
        "title": "Harbour Meetup",
        "date": "2026-11-20",
        "startTime": "18:30",
        "endTime": "22:00",
        "timeZone": "Europe/Berlin",
        "contentType": "image/png",
    }
    given = {name: value for name, value in (sent | values).items() if value is not ...}
    return read_json(EventAppInput, json.dumps(given))


def refused(**values: Any) -> list[str]:
    with pytest.raises(BadInput) as refusal:
        told(**values).details()
    return list(refusal.value.fields)


def shown(**values: Any) -> EventAppItem:
    body = told(**values)
    return EventAppItem.of(build_event(**body.details().stored(), event_app=body.words()))


@pytest.mark.parametrize(
    ("sent", "hour", "minute"),
    [
        ("18:30", 18, 30),
        ("8:05", 8, 5),
        ("18:30:00", 18, 30),
        ("18:30:00.000", 18, 30),
        ("6:30 PM", 18, 30),
        ("12:00 am", 0, 0),
        ("12:15pm", 12, 15),
        ("00:00", 0, 0),
    ],
)
def test_times_of_the_day_are_read(sent, hour, minute):
    starts_at = told(startTime=sent, endTime="23:59").details().starts_at

    assert (starts_at.hour, starts_at.minute) == (hour, minute)
    assert shown(startTime=sent, endTime="23:59").start_time == sent


@pytest.mark.parametrize("sent", ["24:00", "18:60", "0:30 pm", "13:00 am", "noon", "18", "१८:३०"])
def test_what_is_no_time_of_the_day_is_refused(sent):
    assert refused(startTime=sent) == ["startTime"]


@pytest.mark.parametrize(
    ("sent", "day"),
    [
        ("2026-11-20", 20),
        ("2026-11-20T00:00:00.000Z", 20),
        ("2026-11-19T23:00:00Z", 20),
        ("2026-11-20T22:00:00-05:00", 21),
    ],
)
def test_days_are_those_of_the_events_zone(sent, day):
    assert told(date=sent).details().starts_at.day == day


@pytest.mark.parametrize(
    "sent", ["2026-02-30", "20.11.2026", "2026-11-20T25:00Z", "1999-12-31", "2026-11-20T18:00:00"]
)
def test_what_is_no_day_is_refused(sent):
    assert refused(date=sent) == ["date"]


def test_times_stand_on_both_sides_of_a_change_of_the_clock():
    details = told(date="2026-10-24", startTime="23:00", endTime="04:00").details()

    assert details.starts_at.astimezone(UTC) == datetime(2026, 10, 24, 21, tzinfo=UTC)
    assert details.ends_at.astimezone(UTC) == datetime(2026, 10, 25, 3, tzinfo=UTC)


@pytest.mark.parametrize(
    ("field", "sent", "meant"),
    [
        ("locationType", "In Person", LocationType.IN_PERSON),
        ("locationType", "in_person", LocationType.IN_PERSON),
        ("locationType", "virtual", LocationType.ONLINE),
        ("locationType", "Hybrid", LocationType.BOTH),
        ("category", "Meetup", Category.MEETUP),
        ("category", "street dance", Category.OTHER),
        ("privacy", "Private", Visibility.PRIVATE),
    ],
)
def test_words_are_understood_and_told_again(field, sent, meant):
    details = told(**{field: sent}).details()

    assert meant in (details.location_type, details.category, details.visibility)
    assert getattr(shown(**{field: sent}), {"locationType": "location_type"}.get(field, field)) == (
        sent
    )


def test_our_own_words_are_not_kept():
    body = told(locationType="in-person", category="meetup", privacy="public")

    assert body.words() == {}
    assert told(category="Meetup").words() == {"category": "Meetup"}


def test_event_from_elsewhere_is_told_in_plain_words():
    item = EventAppItem.of(build_event(capacity=None, location_type=LocationType.BOTH))

    assert (item.location_type, item.category, item.privacy) == ("both", "conference", "public")
    assert (item.max_attendees, item.s3_key, item.file_url) == ("", "", "")
    assert item.creator == "Olga Owner"


@pytest.mark.parametrize("sent", ["image/jpg", "image/gif", "png"])
def test_other_image_types_are_refused(sent):
    assert refused(contentType=sent) == ["contentType"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("fileExtension", "jpeg"),
        ("file_extension", "jpg"),
        ("extension", ".JPG"),
        ("contentType", "image/jpeg"),
        ("content_type", "IMAGE/JPEG"),
    ],
)
def test_image_type_has_several_names(name, value):
    assert told(**({"contentType": ...} | {name: value})).image_type == "image/jpeg"


@pytest.mark.parametrize("sent", [0, 100_001, True, 2.0, [], "1e2", " 5", "-1"])
def test_what_is_no_number_of_seats_is_refused(sent):
    assert refused(maxAttendees=sent) == ["maxAttendees"]


def test_address_is_asked_for_in_the_words_of_the_contract():
    with pytest.raises(BadInput, match=r"^user_email is required$"):
        read_query(OwnerQuery, {}).required_email()
