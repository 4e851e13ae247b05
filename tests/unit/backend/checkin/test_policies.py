"""What the door decides without asking anybody."""

from datetime import timedelta

import pytest

from backend.checkin.kinds import ScanResult
from backend.checkin.policies import refusal_of_door, result_of_refusal
from backend.events.states import EventStatus
from backend.registrations.models import Registration
from backend.registrations.states import Admission, RegistrationStatus
from tests.factories.events import NOON, build_event

R, S = ScanResult, RegistrationStatus
HOUR, MOMENT = timedelta(hours=1), timedelta(milliseconds=1)


@pytest.mark.parametrize(
    ("status", "away", "refusal"),
    [
        (EventStatus.PUBLISHED, -12 * HOUR - MOMENT, R.NOT_YET),
        (EventStatus.PUBLISHED, -12 * HOUR, None),
        (EventStatus.PUBLISHED, 2 * HOUR - MOMENT, None),
        (EventStatus.PUBLISHED, 2 * HOUR, R.OVER),
        (EventStatus.CANCELED, -24 * HOUR, R.CANCELED),
        (EventStatus.CANCELED, HOUR, R.CANCELED),
        (EventStatus.FINISHED, HOUR, None),
        (EventStatus.ARCHIVED, HOUR, R.OVER),
    ],
)
def test_the_door_is_open_from_twelve_hours_before_until_the_end(status, away, refusal):
    event = build_event(starts_at=NOON, ends_at=NOON + 2 * HOUR, status=status)
    assert refusal_of_door(event, now=NOON + away) is refusal


@pytest.mark.parametrize(
    ("status", "ticket_no", "result"),
    [
        (S.CONFIRMED, "mine", R.ALREADY_IN),
        (S.CONFIRMED, "newer", R.REVOKED),
        (S.CANCELED, "mine", R.CANCELED),
        (S.CANCELED, "newer", R.REVOKED),
        (S.WAITLISTED, "mine", R.WAITLISTED),
        (S.TOMBSTONE, None, R.INVALID),
        (S.TOMBSTONE, "mine", R.REVOKED),
    ],
)
def test_a_refused_ticket_is_called_by_what_is_stored(status, ticket_no, result):
    stored = Registration("e#R0", "G", status=status, ticket_no=ticket_no, admission=Admission.IN)
    assert result_of_refusal(stored, "mine") is result


def test_a_ticket_of_nobody_is_invalid():
    assert result_of_refusal(None, "mine") is R.INVALID
