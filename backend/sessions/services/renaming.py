"""Bookings of a guest under another key: the same seats."""

from datetime import datetime

from backend.registrations.models import Registration
from backend.seats import services as seats
from backend.sessions import queries
from backend.sessions.models import Booking, Session
from backend.sessions.services.booking import draft_of
from backend.sessions.services.canceling import end_booking
from backend.shared import db
from backend.shared.actor import SYSTEM

_KEPT = ("status", "booked_at", "waiting_since", "attended_at", "attended_gate", "attended_scan")
_TRIES = 3


def move_bookings(*, registration: Registration, former: str, now: datetime) -> int:
    """Give what a guest booked under a former key to the present one; says how many.

    One transaction each: the new booking, a tombstone for the old one, the seat's claim renamed.
    Seats, places in the line and attendance stay. Where the guest has booked the session under
    the present key, too, the old booking is canceled. Bears being repeated.
    """
    moved = 0
    for booking in queries.list_of_guest_exactly(registration.event_id, former):
        session = Session.fetch(booking.event_id, str(booking.session_id))
        moved += _move(booking, session, registration, now=now)
    return moved


def _move(booking: Booking, session: Session, registration: Registration, *, now: datetime) -> bool:
    found: Booking | None = booking
    for _ in range(_TRIES):
        if found is None or not found.is_active:
            return False
        there = Booking.find(queries.shard_of(session, registration.guest), registration.guest)
        if there is not None and there.is_active:
            end_booking(found, changed_by=SYSTEM.label, now=now)
            return False
        try:
            _write(found, session, registration, over=there, now=now)
        except db.StaleWrite:
            found = Booking.find(booking.shard, booking.guest)
        else:
            return True
    raise db.StaleWrite(old=found)


def _write(
    booking: Booking,
    session: Session,
    registration: Registration,
    *,
    over: Booking | None,
    now: datetime,
) -> None:
    moved = draft_of(session, registration, actor=SYSTEM, now=now)
    if over is not None:
        moved.succeed(over)
    for name in _KEPT:
        setattr(moved, name, getattr(booking, name))
    moved.former_guest = booking.guest
    if booking.is_waiting:
        moved.waiting_shard = queries.waiting_shard_of(session, moved.guest)
    with db.transaction() as write:
        if booking.claim is not None:
            new = seats.rename_within(
                write, pool=session.pool, claim=booking.claim, guest=moved.guest, now=now
            )
            moved.claim_block, moved.claim_attempt = new.block, new.attempt
        moved.add_within(write, seen=int(over.version) if over else 0)
        booking.leave_within(write, changed_by=SYSTEM.label)
