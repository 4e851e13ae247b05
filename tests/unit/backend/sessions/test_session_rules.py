"""States, details, clashes and policies of sessions, without a database."""

from dataclasses import replace
from datetime import datetime, timedelta
from itertools import combinations
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.events.states import EventStatus
from backend.sessions import policies
from backend.sessions.agenda import ClashKind, clashes_of, days_of, overlap, room_key
from backend.sessions.details import at_wall, checked
from backend.sessions.errors import BookingClosed
from backend.sessions.models import Session
from backend.sessions.states import (
    BOOKING_STATES,
    SESSION_STATES,
    BookingStatus,
    SessionStatus,
)
from backend.shared.errors import BadInput
from tests.factories.events import NOON, build_event
from tests.factories.sessions import build_session_details
from tests.support.moves import legal_moves

B, P = BookingStatus, SessionStatus
EVENT = build_event(starts_at=NOON, ends_at=NOON + timedelta(hours=8), time_zone="Europe/Berlin")


def test_bookings_move_as_the_product_says():
    assert legal_moves(BOOKING_STATES, B) == {
        (B.BOOKED, B.CANCELED),
        (B.BOOKED, B.ATTENDED),
        (B.WAITLISTED, B.BOOKED),
        (B.WAITLISTED, B.CANCELED),
        (B.CANCELED, B.BOOKED),
        (B.CANCELED, B.WAITLISTED),
        (B.TOMBSTONE, B.BOOKED),
        (B.TOMBSTONE, B.WAITLISTED),
    }


def test_a_session_is_canceled_for_good():
    assert legal_moves(SESSION_STATES, P) == {(P.PLANNED, P.CANCELED)}


def a_session(minutes: int = 60, length: int = 45, **values) -> Session:
    starts_at = NOON + timedelta(minutes=minutes)
    given_ends_at = starts_at + timedelta(minutes=length)
    status = values.pop("status", P.PLANNED)
    session_id = values.pop("session_id", f"S{minutes:05}{length:05}")
    details = build_session_details(EVENT, starts_at=starts_at, ends_at=given_ends_at, **values)
    return Session(EVENT.uuid, session_id, status=status, **details.stored())


@pytest.mark.parametrize(
    ("values", "fields"),
    [
        ({"title": "  "}, {"title"}),
        ({"title": "x" * 201}, {"title"}),
        ({"title": "a\nb"}, {"title"}),
        ({"description": "x" * 2_001}, {"description"}),
        ({"description": "\x00"}, {"description"}),
        ({"room": "x" * 101}, {"room"}),
        ({"track": "x" * 61}, {"track"}),
        ({"speakers": "x" * 501}, {"speakers"}),
        ({"capacity": 0}, {"capacity"}),
        ({"capacity": 100_001}, {"capacity"}),
        ({"capacity": True}, {"capacity"}),
        ({"capacity": "5"}, {"capacity"}),
        ({"notice_minutes": -1}, {"notice_minutes"}),
        ({"notice_minutes": 121}, {"notice_minutes"}),
        ({"starts_at": datetime(2030, 5, 1, 13, 0)}, {"starts_at"}),  # noqa: DTZ001 - the bad input
        ({"starts_at": NOON.replace(year=1999)}, {"starts_at"}),
        ({"starts_at": NOON - timedelta(minutes=1)}, {"starts_at"}),
        ({"starts_at": NOON + timedelta(hours=8)}, {"starts_at", "ends_at"}),
        ({"ends_at": NOON + timedelta(minutes=60)}, {"ends_at"}),
        ({"ends_at": NOON + timedelta(hours=9)}, {"ends_at"}),
        ({"title": "", "capacity": 0, "ends_at": NOON}, {"title", "capacity", "ends_at"}),
    ],
)
def test_each_field_that_breaks_a_rule_is_named(values, fields):
    details = build_session_details(EVENT)

    with pytest.raises(BadInput) as refusal:
        checked(replace(details, **values), EVENT)

    assert refusal.value.fields.keys() == fields


def test_a_session_that_is_a_whole_long_event_is_too_long():
    long = build_event(starts_at=NOON, ends_at=NOON + timedelta(days=30))
    details = build_session_details(long, starts_at=NOON, ends_at=NOON + timedelta(days=8))

    with pytest.raises(BadInput) as refusal:
        checked(details, long)

    assert refusal.value.fields == {"ends_at": "A session lasts at most 7 days."}


def test_a_session_over_the_change_of_clocks_is_as_long_as_it_is():
    """Berlin, 31 March 2030: from 01:30 to 03:30 by the clocks is one hour."""
    zone = ZoneInfo("Europe/Berlin")
    night = datetime(2030, 3, 31, 0, 0, tzinfo=zone)
    event = build_event(starts_at=night, ends_at=night + timedelta(hours=8))
    details = build_session_details(
        event,
        starts_at=datetime(2030, 3, 31, 1, 30, tzinfo=zone),
        ends_at=datetime(2030, 3, 31, 3, 30, tzinfo=zone),
    )

    tidy = checked(details, event)

    assert tidy.ends_at - tidy.starts_at == timedelta(hours=1)


@pytest.mark.parametrize(
    ("wall", "hour"),
    [
        ("2030-03-31T01:59", 0),
        ("2030-03-31T03:00", 1),
        ("2030-10-27T02:30", 0),
    ],
)
def test_what_clocks_show_is_one_moment(wall, hour):
    moment = at_wall(datetime.fromisoformat(wall), "Europe/Berlin", field="starts_at")

    assert moment.hour == hour


def test_what_clocks_never_show_is_refused():
    with pytest.raises(BadInput) as refusal:
        at_wall(datetime(2030, 3, 31, 2, 0), "Europe/Berlin", field="starts_at")  # noqa: DTZ001

    assert refusal.value.fields.keys() == {"starts_at"}


spans = st.tuples(
    st.integers(0, 20), st.integers(1, 20), st.sampled_from(["Hall A", "hall  a", "B", ""])
)


@given(st.lists(spans, max_size=8))
def test_clashes_are_all_pairs_at_once_in_one_room(found):
    sessions = [
        a_session(start, length, room=room, session_id=f"S{number:025}")
        for number, (start, length, room) in enumerate(found)
    ]

    told = {
        frozenset(one.session_id for one in clash.sessions)
        for clash in clashes_of(sessions, EVENT)
        if clash.kind is ClashKind.ROOM
    }

    assert told == {
        frozenset((one.session_id, other.session_id))
        for one, other in combinations(sessions, 2)
        if one.room and room_key(one.room) == room_key(other.room) and overlap(one, other)
    }


def test_what_is_canceled_clashes_with_nothing():
    sessions = [a_session(), a_session(status=P.CANCELED, session_id="X")]

    assert clashes_of(sessions, EVENT) == []


def test_a_session_belongs_to_the_day_it_starts_on_where_it_is():
    """22:30 in UTC is half past midnight in Berlin."""
    late = a_session(10 * 60 + 30)

    assert [f"{day.day}" for day in days_of([late], "Europe/Berlin")] == ["2030-05-02"]
    assert [f"{day.day}" for day in days_of([late], "UTC")] == ["2030-05-01"]


def test_sessions_that_follow_each_other_do_not_overlap():
    first, second = a_session(0, 60), a_session(60, 60)

    assert not overlap(first, second)
    assert policies.find_overlap(first, [first, second]) is None


BEFORE, WITHIN, AFTER = NOON, NOON + timedelta(minutes=70), NOON + timedelta(hours=3)


@pytest.mark.parametrize(
    ("values", "event_status", "now", "by_team"),
    [
        ({}, EventStatus.DRAFT, BEFORE, True),
        ({}, EventStatus.FINISHED, BEFORE, True),
        ({"status": P.CANCELED}, EventStatus.PUBLISHED, BEFORE, True),
        ({}, EventStatus.PUBLISHED, AFTER, True),
        ({}, EventStatus.PUBLISHED, WITHIN, False),
        ({"booking_open": False}, EventStatus.PUBLISHED, BEFORE, False),
    ],
)
def test_a_session_that_takes_no_bookings_says_why(values, event_status, now, by_team):
    session, event = a_session(**values), build_event(status=event_status)

    with pytest.raises(BookingClosed):
        policies.check_bookable(session, event, by_team=by_team, now=now)


@pytest.mark.parametrize(("now", "by_team"), [(BEFORE, False), (WITHIN, True)])
def test_a_session_that_takes_bookings(now, by_team):
    policies.check_bookable(
        a_session(booking_open=not by_team), build_event(), by_team=by_team, now=now
    )


@pytest.mark.parametrize(
    ("minutes", "now", "at"),
    [
        (10, NOON, NOON + timedelta(minutes=50)),
        (120, NOON, NOON),
        (10, NOON + timedelta(minutes=55), NOON + timedelta(minutes=55)),
        (0, NOON, None),
        (10, NOON + timedelta(minutes=60), None),
    ],
)
def test_when_guests_are_told_to_queue_up(minutes, now, at):
    notice = policies.notice_of(NOON + timedelta(minutes=60), minutes, now=now)

    bucket = f"{at:%Y-%m-%dT%H}" if at else None
    assert notice == {"notice_bucket": bucket, "notice_at": at}
