"""Agendas as CSV and calendar files, in and out."""

from datetime import UTC, datetime, timedelta

import pytest

from backend.sessions import calendar, spreadsheets
from backend.sessions.details import RowProblem, SessionDetails
from backend.sessions.models import Session
from backend.sessions.services.planning import details_of
from backend.sessions.states import SessionStatus
from backend.shared.errors import BadInput
from tests.factories.events import NOON, build_event
from tests.factories.sessions import build_session_details

EVENT = build_event(time_zone="Europe/Berlin")


def a_session(**values):
    own = {
        "event_id": EVENT.uuid,
        "session_id": "01JD5QH3V7T2M9K4W8Z6XBYCRN",
        "version": 4,
        "updated_at": NOON,
        "status": values.pop("status", SessionStatus.PLANNED),
    }
    return Session(**own, **build_session_details(EVENT, **values).stored())


SESSIONS = [
    a_session(description="a; b, c\nd", title='=Knots, "tied"'),
    a_session(title="Ž" * 90, room="", track="", speakers="", capacity=None, booking_open=False),
]


def test_a_table_reads_back_as_it_was_written():
    written = spreadsheets.agenda_table(EVENT, SESSIONS)

    read = spreadsheets.read_agenda(written, EVENT)

    assert read.problems == []
    assert read.sessions == [details_of(one) for one in SESSIONS]
    assert b"'=Knots" in written


def test_a_calendar_reads_back_as_it_was_written():
    written = calendar.agenda_file(EVENT, SESSIONS, url="https://foyer.example/e/1", now=NOON)

    read = calendar.read_agenda(written, EVENT)

    kept = [
        (one.title, one.description, one.track, one.speakers, one.capacity, one.starts_at)
        for one in SESSIONS
    ]
    assert read.problems == []
    assert [
        (one.title, one.description, one.track, one.speakers, one.capacity, one.starts_at)
        for one in read.sessions
    ] == kept
    assert read.sessions[0].room == "Hall A"


def test_a_canceled_session_cancels_its_entry_and_is_not_read():
    written = calendar.agenda_file(EVENT, [a_session(status=SessionStatus.CANCELED)], now=NOON)

    assert b"STATUS:CANCELLED" in written
    with pytest.raises(BadInput):
        calendar.read_agenda(written, EVENT)


def ics(starts: str, ends: str = "DTEND:20300508T140000Z") -> bytes:
    lines = [
        "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:x", "BEGIN:VEVENT", "UID:1", "SUMMARY:Knots",
        starts, ends, "LOCATION:Pier", "END:VEVENT", "END:VCALENDAR", "",
    ]  # fmt: skip
    return "\r\n".join(lines).encode()


@pytest.mark.parametrize(
    ("starts", "at"),
    [
        ("DTSTART:20300508T130000Z", datetime(2030, 5, 8, 13, 0, tzinfo=UTC)),
        ("DTSTART:20300508T150000", datetime(2030, 5, 8, 13, 0, tzinfo=UTC)),
        ("DTSTART;TZID=America/New_York:20300508T090000", datetime(2030, 5, 8, 13, 0, tzinfo=UTC)),
        # Clocks show it twice; the first of both is meant.
        ("DTSTART:20301027T023000", datetime(2030, 10, 27, 0, 30, tzinfo=UTC)),
    ],
)
def test_times_of_a_calendar_are_in_its_zone_or_the_events(starts, at):
    (session,) = calendar.read_agenda(ics(starts), EVENT).sessions

    assert (session.starts_at, session.room) == (at, "Pier")


@pytest.mark.parametrize(
    ("starts", "rule"),
    [
        ("DTSTART;VALUE=DATE:20300508", "A day and a time are needed here."),
        ("X-NOTHING:1", "A day and a time are needed here."),
        ("DTSTART:yesterday", "A day and a time are needed here."),
        ("DTSTART:00010101T000000", "Choose a year between 2000 and 2199."),
        (
            "DTSTART;TZID=America/New_York:99991231T235900",
            "Choose a year between 2000 and 2199.",
        ),
        (
            "DTSTART:20300331T023000",
            "The clocks go forward then: this time does not exist there.",
        ),
    ],
)
def test_an_entry_without_a_time_is_told(starts, rule):
    assert calendar.read_agenda(ics(starts), EVENT).problems == [RowProblem(1, "starts_at", rule)]


def test_an_entry_with_a_capacity_of_too_many_digits_is_told():
    content = ics("DTSTART:20300508T130000Z\r\nX-FOYER-CAPACITY:" + "9" * 5000)

    (problem,) = calendar.read_agenda(content, EVENT).problems

    assert (problem.row, problem.field) == (1, "capacity")


@pytest.mark.parametrize(
    "content", [b"", b"nonsense", b"BEGIN:VCALENDAR\r\nEND:VEVENT", b"\xff\xfe"]
)
def test_what_is_no_calendar_is_refused(content):
    with pytest.raises(BadInput) as refusal:
        calendar.read_agenda(content, EVENT)

    assert refusal.value.fields.keys() == {"file"}


def test_a_calendar_that_is_too_large_is_refused():
    with pytest.raises(BadInput):
        calendar.read_agenda(b"x" * (calendar.MOST_BYTES + 1), EVENT)


def test_a_table_by_other_hands():
    content = b"Name;Begin;Ends at;Hall\nKnots;2030-05-08 15:00;2030-05-08T13:45:00+00:00;A\n"

    (session,) = spreadsheets.read_agenda(content, EVENT).sessions

    assert session == SessionDetails(
        title="Knots",
        starts_at=datetime(2030, 5, 8, 13, 0, tzinfo=UTC),
        ends_at=datetime(2030, 5, 8, 13, 45, tzinfo=UTC),
    )


def test_each_cell_that_cannot_be_read_is_told_with_its_row():
    content = (
        b"Title,Start,End,Capacity,Booking,Notice minutes\n"
        b"A,2030-05-08 15:00,2030-05-08 16:00,,,\n"
        b"B,tomorrow,2030-05-08 16:00,many,perhaps,-1\n"
        b"C,2030-03-31 02:30,2030-05-08 16:00,,,\n"
        b"D,0001-01-01 00:30,9999-12-31 23:30,,,\n"
    )

    read = spreadsheets.read_agenda(content, EVENT)

    assert len(read.sessions) == 1
    assert [(one.row, one.field) for one in read.problems] == [
        (3, "starts_at"),
        (3, "capacity"),
        (3, "booking_open"),
        (3, "notice_minutes"),
        (4, "starts_at"),
        (5, "starts_at"),
        (5, "ends_at"),
    ]


@pytest.mark.parametrize("content", [b"", b"Title,Room\nA,B\n", b"\x00\x01\x02"])
def test_what_is_no_agenda_is_refused(content):
    with pytest.raises(BadInput) as refusal:
        spreadsheets.read_agenda(content, EVENT)

    assert refusal.value.fields.keys() == {"file"}


def test_more_rows_than_an_agenda_holds_are_refused():
    rows = b"A,2030-05-08 15:00,2030-05-08 16:00\n" * 501

    with pytest.raises(BadInput):
        spreadsheets.read_agenda(b"Title,Start,End\n" + rows, EVENT)


def test_more_entries_than_an_agenda_holds_are_refused():
    one = SESSIONS[0]
    written = calendar.agenda_file(EVENT, [one] * 501, now=NOON + timedelta(days=1))

    with pytest.raises(BadInput):
        calendar.read_agenda(written, EVENT)
