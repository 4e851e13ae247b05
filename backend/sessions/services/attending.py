"""At the door of a session: who booked comes in, and who did not while there is a seat."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from backend.events import queries as events
from backend.events.policies import EventAction
from backend.registrations.models import Registration
from backend.seats import places
from backend.sessions import queries
from backend.sessions.models import Booking, Session
from backend.sessions.services.booking import draft_of
from backend.sessions.states import BookingStatus
from backend.shared import db
from backend.shared.actor import Actor
from backend.shared.outcomes import counts

_TRIES = 3


class AttendanceResult(StrEnum):
    """What a scan at a session's door answers.

    ``FULL``: without a booking, and no seat is free or others wait for it. ``WAITLISTED``: the
    guest waits for a seat. ``CANCELED``: the session does not take place. ``NOT_REGISTERED``:
    no place at the event.
    """

    ATTENDED = "ATTENDED"
    ALREADY_IN = "ALREADY_IN"
    FULL = "FULL"
    WAITLISTED = "WAITLISTED"
    CANCELED = "CANCELED"
    NOT_REGISTERED = "NOT_REGISTERED"


R = AttendanceResult


@dataclass(frozen=True, slots=True)
class Attendance:
    """The answer, and the booking as it is then, if there is one; ``walk_in``: made just now."""

    result: AttendanceResult
    booking: Booking | None = None
    walk_in: bool = False


def _word_of(attendance: Attendance) -> str:
    return attendance.result


@counts("Attendance", _word_of)
def attend(
    *,
    event_id: str,
    session_id: str,
    registration: Registration,
    scan_id: str,
    gate: str,
    actor: Actor,
    now: datetime,
) -> Attendance:
    """A guest comes to a session: once, however often the scan is sent.

    One conditional write for who booked. Who did not gets a seat where one is left and nobody
    waits for it, whatever the event's rules say of how much a guest may book. The settings of
    event and session are at most 30 s old. Refuses with ``EventNotFound``, ``EventForbidden``,
    ``SessionNotFound``, ``PoolBusy`` and ``TryAgain``.
    """
    events.authorize(event_id=event_id, actor=actor, action=EventAction.SCAN, now=now)
    session = queries.settings_of(event_id, session_id, now=now)
    if not session.is_planned:
        return Attendance(R.CANCELED)
    if not registration.is_confirmed or registration.event_id != event_id:
        return Attendance(R.NOT_REGISTERED)
    walk_in = False
    for _ in range(_TRIES):
        try:
            booking = Booking.attend(
                queries.shard_of(session, registration.guest),
                registration.guest,
                scan_id=scan_id,
                gate=gate,
                at=now,
                changed_by=actor.label,
            )
            return Attendance(R.ATTENDED, booking, walk_in)
        except db.StaleWrite as refusal:
            stored: Booking | None = refusal.old
        if stored is not None and stored.is_active and stored.status is not BookingStatus.BOOKED:
            already = stored.status is BookingStatus.ATTENDED
            return Attendance(R.ALREADY_IN if already else R.WAITLISTED, stored)
        if stored is None or not stored.is_active:
            if not _take_seat(session, registration, actor=actor, now=now):
                return Attendance(R.FULL, stored)
            walk_in = True
    return Attendance(R.FULL)


def _take_seat(
    session: Session, registration: Registration, *, actor: Actor, now: datetime
) -> bool:
    draft = draft_of(session, registration, actor=actor, now=now)
    waiting_shard = queries.waiting_shard_of(session, draft.guest)
    return places.take(draft, waiting_shard=waiting_shard, may_wait=False, now=now) is not None
