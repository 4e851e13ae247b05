"""Booking: a seat at a session for a guest with a place at its event, or one on its waiting list."""

import secrets
from dataclasses import dataclass
from datetime import datetime

from backend.events import queries as events
from backend.events.models import Event
from backend.events.policies import EventAction
from backend.registrations import queries as registrations
from backend.registrations.models import Registration
from backend.seats import places
from backend.sessions import policies, queries
from backend.sessions.errors import FullyBooked, Overlaps
from backend.sessions.models import Agenda, Booking, Session
from backend.sessions.services import allowing
from backend.sessions.states import BookingStatus
from backend.shared.actor import Actor
from backend.shared.outcomes import counts


@dataclass(frozen=True, slots=True)
class Outcome:
    """What booking led to; ``created`` is false when it was booked already."""

    booking: Booking
    created: bool


def _word_of(outcome: Outcome) -> str:
    return outcome.booking.status if outcome.created else "REPEATED"


@counts("Booking", _word_of)
def book(
    *, event_id: str, session_id: str, allow_overlap: bool = False, actor: Actor, now: datetime
) -> Outcome:
    """The actor's place at a session or on its waiting list, a new one or the one there is.

    Another session booked at that time refuses it, unless ``allow_overlap`` or the event's rules
    say that this is meant; that check goes by an index and so may miss what was booked in the
    very same moment. Refuses with ``SignInNeeded``, ``EmailNotVerified``, ``EventNotFound``,
    ``SessionNotFound``, ``NotRegistered``, ``BookingClosed``, ``Overlaps`` (whose details name
    the other one), ``TooManyBookings``, ``FullyBooked``, ``PoolBusy`` and ``TryAgain``.
    """
    registration = registrations.find_mine(event_id=event_id, actor=actor, now=now)
    guest = policies.check_has_place(registration)
    event = events.settings_of(event_id, now=now)
    session = Session.fetch(event.uuid, session_id)
    return _book(
        event, session, guest, allow_overlap=allow_overlap, by_team=False, actor=actor, now=now
    )


@counts("Booking", _word_of)
def add_booking(
    *,
    event_id: str,
    session_id: str,
    guest: str,
    allow_overlap: bool = True,
    actor: Actor,
    now: datetime,
) -> Outcome:
    """The same for a guest of the event, by its organisers: until the session ends.

    Whether booking is open does not matter; seats, the waiting list and how much a guest may
    book do. Refuses as ``book`` does, and with ``EventForbidden`` and ``RegistrationNotFound``.
    """
    event = events.authorize(
        event_id=event_id, actor=actor, action=EventAction.MANAGE_GUESTS, now=now
    )
    session = Session.fetch(event.uuid, session_id)
    registration = policies.check_has_place(registrations.fetch_one(event, guest))
    return _book(
        event,
        session,
        registration,
        allow_overlap=allow_overlap,
        by_team=True,
        actor=actor,
        now=now,
    )


def _book(
    event: Event,
    session: Session,
    registration: Registration,
    *,
    allow_overlap: bool,
    by_team: bool,
    actor: Actor,
    now: datetime,
) -> Outcome:
    there = queries.find_booking(session, registration.guest)
    if there is not None and there.is_active:
        return Outcome(there, created=False)
    policies.check_bookable(session, event, by_team=by_team, now=now)
    rules = Agenda.find_for(event.uuid)
    if not (allow_overlap or rules.allow_overlap):
        _check_overlap(session, registration.guest)
    allowing.count(session, registration.guest, rules, now=now)
    draft = draft_of(session, registration, actor=actor, now=now)
    taken = places.take(
        draft,
        waiting_shard=queries.waiting_shard_of(session, draft.guest),
        may_wait=bool(session.waiting_list),
        now=now,
    )
    if taken is None:
        # Pressed twice at once: the last seat may be this guest's own, and stays counted.
        there = queries.find_booking(session, registration.guest)
        if there is not None and there.is_active:
            return Outcome(there, created=False)
        allowing.forget(draft, until=now)
        raise FullyBooked("Every seat of this session is taken.")
    return Outcome(taken.place, created=taken.is_new)


def draft_of(
    session: Session, registration: Registration, *, actor: Actor, now: datetime
) -> Booking:
    """A booking for this guest, not written yet."""
    return Booking(
        queries.shard_of(session, registration.guest),
        registration.guest,
        event_id=session.event_id,
        session_id=session.session_id,
        status=BookingStatus.BOOKED,
        registration_shard=registration.shard,
        booking_no=secrets.token_hex(8),
        booked_at=now,
        changed_by=actor.label,
    )


def _check_overlap(session: Session, guest: str) -> None:
    booked = [one for one in queries.list_of_guest(guest) if one.is_active]
    other = policies.find_overlap(session, queries.sessions_of(booked).values())
    if other is not None:
        raise Overlaps(
            f"You have “{other.title}” booked at that time.",
            session_id=other.session_id,
            title=other.title,
        )
