"""Giving a booking up: the booking first, then its seat."""

from datetime import datetime

from backend.events import queries as events
from backend.events.policies import EventAction
from backend.registrations import queries as registrations
from backend.seats import places
from backend.sessions import policies, queries
from backend.sessions.errors import BookingNotFound
from backend.sessions.models import Booking, Session
from backend.sessions.services import allowing
from backend.sessions.states import BookingStatus
from backend.shared import db
from backend.shared.actor import Actor

S = BookingStatus


def cancel_booking(*, event_id: str, session_id: str, actor: Actor, now: datetime) -> Booking:
    """Give up the actor's own booking; what is canceled already stays as it is.

    Refuses with ``SignInNeeded``, ``EmailNotVerified``, ``EventNotFound``, ``SessionNotFound``,
    ``BookingNotFound``, ``NotCancelable`` (was there) and ``StaleWrite``.
    """
    registration = registrations.find_mine(event_id=event_id, actor=actor, now=now)
    if registration is None:
        raise BookingNotFound("You have not booked this session.")
    session = Session.fetch(event_id, session_id)
    found = queries.find_booking(session, registration.guest)
    if found is None:
        raise BookingNotFound("You have not booked this session.")
    return found if found.status is S.CANCELED else _cancel(found, actor=actor, now=now)


def remove_booking(
    *, event_id: str, session_id: str, guest: str, version: int, actor: Actor, now: datetime
) -> Booking:
    """Take a guest's booking back, by the event's organisers, as they saw it at ``version``.

    Refuses with ``EventNotFound``, ``EventForbidden``, ``SessionNotFound``, ``BookingNotFound``,
    ``StaleWrite`` (whose ``old`` is the booking as it is now), ``NotCancelable`` and
    ``IllegalTransition``.
    """
    event = events.authorize(
        event_id=event_id, actor=actor, action=EventAction.MANAGE_GUESTS, now=now
    )
    session = Session.fetch(event.uuid, session_id)
    found = queries.find_booking(session, guest)
    if found is None:
        raise BookingNotFound("This guest has not booked this session.")
    if found.version != version:
        raise db.StaleWrite(old=found)
    return _cancel(found, actor=actor, now=now)


def _cancel(booking: Booking, *, actor: Actor, now: datetime) -> Booking:
    policies.check_cancelable(booking)
    canceled = places.give_up(booking, changed_by=actor.label, now=now)
    allowing.forget(canceled, until=now)
    return canceled


def end_booking(booking: Booking, *, changed_by: str, now: datetime) -> BookingStatus:
    """Take a booking back because session, event or registration are called off.

    The caller knows that they are. Unlike the others this one goes on when the booking changes
    meanwhile; who was there stays ``ATTENDED``. Answers what the booking is then.
    """
    while booking.status in (S.BOOKED, S.WAITLISTED):
        try:
            canceled = places.give_up(booking, changed_by=changed_by, now=now)
        except db.StaleWrite as refusal:
            booking = refusal.old
            continue
        allowing.forget(canceled, until=now)
        return canceled.status
    return booking.status


def end_bookings_of(*, event_id: str, guest: str, changed_by: str, now: datetime) -> int:
    """Take back all that a guest who has no place at the event any more booked; how many.

    Misses none that was committed before: reads the bookings of all sessions by their keys.
    """
    ended = 0
    for booking in queries.list_of_guest_exactly(event_id, guest):
        ended += end_booking(booking, changed_by=changed_by, now=now) is S.CANCELED
    return ended


def erase_bookings(*, event_id: str, guest: str, changed_by: str, now: datetime) -> int:
    """End what an erased guest waits for, and forget who booked; how many bookings there are.

    A booking says nothing of the guest but the account it was made with. Seats stay taken, so the
    guest stays counted. Bears being repeated.
    """
    found = 0
    for booking in queries.list_of_guest(guest):
        if booking.event_id != event_id:
            continue
        if booking.is_waiting:
            end_booking(booking, changed_by=changed_by, now=now)
        Booking.forget_actor(booking.shard, booking.guest, changed_by=changed_by)
        found += 1
    return found
