from datetime import timedelta

from icalendar import Calendar

from backend.events.calendar import calendar_file
from backend.events.kinds import LocationType
from backend.events.states import EventStatus
from tests.factories.events import NOON, build_event


def entry_of(event, **values):
    calendar = Calendar.from_ical(calendar_file(event, now=NOON, **values))
    [entry] = calendar.walk("VEVENT")
    return calendar, entry


def test_calendar_file_holds_the_event_in_utc():
    event = build_event(title="Ž" * 80, description="a; b, c\nd", version=3)

    calendar, entry = entry_of(event, url="https://foyer.example/e/1")

    assert entry["uid"] == f"{event.uuid}@foyer"
    assert (str(entry["summary"]), str(entry["description"])) == ("Ž" * 80, "a; b, c\nd")
    assert (entry["dtstart"].dt, entry["dtend"].dt) == (
        NOON + timedelta(days=7),
        NOON + timedelta(days=7, hours=8),
    )
    assert (entry["sequence"], entry["status"], entry["url"]) == (
        3,
        "CONFIRMED",
        "https://foyer.example/e/1",
    )
    assert (calendar["method"], calendar["x-wr-timezone"]) == ("PUBLISH", "Europe/Berlin")


def test_calendar_file_ends_lines_as_the_format_asks():
    content = calendar_file(build_event(), now=NOON)

    assert content.count(b"\n") == content.count(b"\r\n")
    assert max(len(line) for line in content.split(b"\r\n")) <= 75


def test_calendar_file_of_a_canceled_event_cancels_the_entry():
    calendar, entry = entry_of(build_event(status=EventStatus.CANCELED))

    assert (calendar["method"], entry["status"]) == ("CANCEL", "CANCELLED")


def test_calendar_file_leaves_out_what_is_empty():
    _, entry = entry_of(build_event(description="", location="", location_type=LocationType.ONLINE))

    assert [name for name in ("description", "location", "url") if name in entry] == []
    assert str(entry["x-foyer-location-type"]) == "ONLINE"
