"""How many sessions one guest may have booked at an event, counted exactly."""

from datetime import datetime, timedelta

from backend.sessions import queries
from backend.sessions.errors import TooManyBookings
from backend.sessions.models import Agenda, Allowance, Booking, Session
from backend.shared import db

_GRACE = timedelta(minutes=1)
"""What was counted for less than this may yet be booked by who counted it."""


def count(session: Session, guest: str, rules: Agenda, *, now: datetime) -> None:
    """Count the session against what the guest may book, if that is limited.

    Counted before it is booked, so two at once never pass the limit. Refuses with
    ``TooManyBookings``.
    """
    if rules.most_bookings is None:
        return
    if not _is_counted(session, guest, rules, now=now):
        rule = f"A guest can book {rules.most_bookings} sessions of this event at once."
        raise TooManyBookings(
            rule if rules.most_bookings > 1 else "A guest can book one session of this event."
        )


def _is_counted(session: Session, guest: str, rules: Agenda, *, now: datetime) -> bool:
    key, most = _key(session.event_id, guest, rules), int(rules.most_bookings or 0)
    for _ in range(3):
        try:
            Allowance.take(key, guest, session.session_id, most=most, at=now)
        except db.StaleWrite as refusal:
            counted: Allowance | None = refusal.old
        else:
            return True
        if counted is None:
            booked = [one.session_id for one in queries.list_of_guest(guest) if one.is_active]
            Allowance.open(key, guest, booked=booked, at=now)
        elif not _forget_left_over(key, counted, session.event_id, now=now):
            return False
    return False


def _forget_left_over(key: str, counted: Allowance, event_id: str, *, now: datetime) -> int:
    """Count no more what was never booked, or given up, by somebody who crashed; how many."""
    suspects = Session.find_many([(event_id, one) for one in counted.list_before(now - _GRACE)])
    keys = [(queries.shard_of(one, counted.guest), counted.guest) for one in suspects]
    booked = {one.shard.partition("#")[0] for one in Booking.list_current(keys) if one.is_active}
    left_over = [one.session_id for one in suspects if one.session_id not in booked]
    for session_id in left_over:
        Allowance.give_back(key, counted.guest, session_id, until=now - _GRACE)
    return len(left_over)


def forget(booking: Booking, *, until: datetime) -> None:
    """The booking was given up at that moment: it counts no more. Bears being repeated, late."""
    rules = Agenda.find_for(booking.event_id)
    if rules.most_bookings is not None:
        key = _key(booking.event_id, booking.guest, rules)
        session_id = booking.shard.partition("#")[0]
        Allowance.give_back(key, booking.guest, session_id, until=until)


def _key(event_id: str, guest: str, rules: Agenda) -> str:
    return Allowance.key(event_id, guest, version=rules.version)
