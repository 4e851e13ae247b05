"""When a notice is due, on either side of an hour and of a change of clocks."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from backend.events.states import EventStatus
from backend.sessions import policies
from backend.sessions.details import checked
from backend.sessions.models import Session
from backend.sessions.models.sessions import bucket_of
from backend.sessions.states import SessionStatus
from tests.factories.events import NOON, build_event
from tests.factories.sessions import build_session_details

BERLIN = ZoneInfo("Europe/Berlin")
MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize(
    ("starts_at", "minutes", "bucket"),
    [
        # The notice lies in the hour before, over midnight and over the new year.
        (datetime(2030, 5, 1, 12, 5, tzinfo=UTC), 10, "2030-05-01T11"),
        (datetime(2030, 5, 1, 12, 10, tzinfo=UTC), 10, "2030-05-01T12"),
        (datetime(2030, 1, 1, 0, 5, tzinfo=UTC), 10, "2029-12-31T23"),
        (datetime(2030, 5, 1, 14, 0, tzinfo=UTC), 120, "2030-05-01T12"),
        # Clocks go from 02:00 to 03:00: ten minutes before 03:05 they show 01:55.
        (datetime(2030, 3, 31, 3, 5, tzinfo=BERLIN), 10, "2030-03-31T00"),
        # They go from 03:00 back to 02:00: 02:05 comes twice, an hour apart.
        (datetime(2030, 10, 27, 2, 5, tzinfo=BERLIN), 10, "2030-10-26T23"),
        (datetime(2030, 10, 27, 2, 5, fold=1, tzinfo=BERLIN), 10, "2030-10-27T00"),
    ],
)
def test_a_notice_lies_in_the_hour_of_its_moment(starts_at, minutes, bucket):
    event = build_event(starts_at=starts_at.astimezone(UTC) - timedelta(hours=1))
    details = build_session_details(
        event,
        starts_at=starts_at,
        ends_at=starts_at.astimezone(UTC) + timedelta(hours=1),
        notice_minutes=minutes,
    )

    start = checked(details, event).starts_at
    notice = policies.notice_of(start, minutes, now=start - timedelta(days=1))

    assert notice["notice_bucket"] == bucket
    assert starts_at.astimezone(UTC) - notice["notice_at"] == timedelta(minutes=minutes)


@pytest.mark.parametrize(
    ("at", "buckets"),
    [
        (datetime(2030, 5, 1, 12, 0, tzinfo=UTC), ["2030-05-01T11", "2030-05-01T12"]),
        (datetime(2030, 1, 1, 0, 30, tzinfo=UTC), ["2029-12-31T23", "2030-01-01T00"]),
        (datetime(2030, 10, 27, 2, 30, fold=1, tzinfo=BERLIN), ["2030-10-27T00", "2030-10-27T01"]),
    ],
)
def test_the_hour_before_is_another_bucket_whatever_clocks_show(at, buckets):
    now = at.astimezone(UTC)

    assert [bucket_of(now - timedelta(hours=1)), bucket_of(now)] == buckets


def planned(**values):
    given = {
        "status": SessionStatus.PLANNED,
        "starts_at": NOON,
        "ends_at": NOON + timedelta(hours=1),
        "notice_at": NOON - 10 * MINUTE,
    }
    return Session("event", "session", **given | values)


@pytest.mark.parametrize(
    ("session", "now", "due"),
    [
        (planned(), NOON - 11 * MINUTE, False),
        (planned(), NOON - 10 * MINUTE, True),
        (planned(), NOON, True),
        (planned(), NOON + 59 * MINUTE, True),
        (planned(), NOON + 60 * MINUTE, False),
        (planned(notice_at=None), NOON, False),
        (planned(status=SessionStatus.CANCELED), NOON, False),
    ],
)
def test_a_notice_is_due_from_its_moment_until_the_session_is_over(session, now, due):
    assert policies.is_notice_due(session, build_event(), now=now) is due


@pytest.mark.parametrize("status", [one for one in EventStatus if one is not EventStatus.PUBLISHED])
def test_no_notice_is_due_at_an_event_that_does_not_take_place(status):
    assert not policies.is_notice_due(planned(), build_event(status=status), now=NOON)
