"""Sessions as public pages draw them: what is left, what one has, and what one may do."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from backend.events.models import Event
from backend.registrations.models import Registration
from backend.sessions import policies, queries
from backend.sessions.agenda import days_of
from backend.sessions.errors import BookingClosed
from backend.sessions.models import Booking, Session
from backend.sessions.queries import Numbers
from portal.common.agenda_grid import grids_of

_UNLIMITED = Numbers(booked=0, waiting=0, attended=0, left=None)


@dataclass(frozen=True, slots=True)
class SessionCard:
    """``booking`` is what the guest has or waits for; ``takes_bookings``: guests can book now."""

    session: Session
    numbers: Numbers
    booking: Booking | None
    takes_bookings: bool

    @property
    def is_full(self) -> bool:
        """Whether a newcomer waits, or is turned away."""
        left = self.numbers.left
        return left is not None and (left == 0 or self.numbers.waiting > 0)

    @property
    def offer(self) -> str:
        """What a guest with a place at the event can do: ``BOOK``, ``WAIT`` or nothing."""
        if self.booking or not self.takes_bookings:
            return ""
        if self.is_full:
            return "WAIT" if self.session.waiting_list else ""
        return "BOOK"


def cards_of(
    sessions: Sequence[Session], event: Event, mine: Registration | None, *, now: datetime
) -> dict[str, SessionCard]:
    """The card of each session by its id; bookings as they are stored now.

    Where seats are not limited nobody is told numbers, so none are read: anybody may look.
    """
    numbers = queries.numbers_of([one for one in sessions if one.capacity is not None])
    booked = _booked(sessions, mine)
    return {
        one.session_id: SessionCard(
            one,
            numbers.get(one.session_id, _UNLIMITED),
            booked.get(one.session_id),
            _takes(one, event, now),
        )
        for one in sessions
    }


def agenda_of(event: Event, mine: Registration | None, *, now: datetime) -> dict[str, Any]:
    """What the page of an event shows of its agenda; nothing where there is none."""
    sessions = [one for one in Session.list_for_event(event.uuid) if one.is_planned]
    if not sessions:
        return {"grids": []}
    cards = cards_of(sessions, event, mine, now=now)
    grids = grids_of(days_of(sessions, event.time_zone), lambda one: cards[one.session_id])
    return {"grids": grids, "books": mine is not None and mine.is_confirmed}


def _booked(sessions: Sequence[Session], mine: Registration | None) -> dict[str, Booking]:
    """By session; read by key: a page that follows a booking shows it."""
    if mine is None:
        return {}
    keys = [(queries.shard_of(one, mine.guest), mine.guest) for one in sessions]
    return {str(one.session_id): one for one in Booking.list_current(keys) if one.is_active}


def _takes(session: Session, event: Event, now: datetime) -> bool:
    try:
        policies.check_bookable(session, event, by_team=False, now=now)
    except BookingClosed:
        return False
    return True
