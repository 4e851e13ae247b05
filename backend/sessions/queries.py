"""Sessions and bookings as guests, organisers and the door read them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import TYPE_CHECKING, Any

from backend.events import queries as events
from backend.events.models import Event
from backend.events.policies import EventAction
from backend.registrations import guests
from backend.registrations import queries as registrations
from backend.registrations.models import Registration
from backend.seats import places
from backend.seats import queries as seats
from backend.seats.states import Availability
from backend.sessions.agenda import Clash, Day, clashes_of, days_of, in_order
from backend.sessions.models import Booking, Session
from backend.sessions.states import BookingStatus
from backend.shared.actor import Actor
from backend.shared.paging import DEFAULT_LIMIT, Page

if TYPE_CHECKING:
    from backend.activity.queries import Totals

SETTINGS_CACHE_FOR = timedelta(seconds=30)
_CACHE_LIMIT = 1_000
_cached: dict[tuple[str, str], tuple[datetime, Session]] = {}
_MOST_COUNTED = 4_000
_READ_AT_ONCE = 100
_NOTICES_AT_ONCE = 500
"""Of each hour: as many as a minute suffices for; the others are due in the next one, too."""


@dataclass(frozen=True, slots=True)
class Numbers:
    """A session's numbers, a moment behind its bookings; ``left`` is ``None`` without a limit.

    ``booked`` have a place, those who ``attended`` among them; ``waiting`` wait for one.
    """

    booked: int
    waiting: int
    attended: int
    left: int | None


@dataclass(frozen=True, slots=True)
class MyBooking:
    """One of the actor's bookings, and what it is for."""

    booking: Booking
    session: Session
    event: Event


@dataclass(frozen=True, slots=True)
class BookedGuest:
    """A booking and the guest whose it is."""

    booking: Booking
    registration: Registration


@dataclass(frozen=True, slots=True)
class AgendaView:
    """An agenda as pages show it; ``sessions`` are the same as in ``days``, by start."""

    event: Event
    sessions: list[Session]
    days: list[Day]
    tracks: list[str]
    clashes: list[Clash]


# One session


def settings_of(event_id: str, session_id: str, *, now: datetime) -> Session:
    """The session whatever its state, at most 30 s old in this process.

    For the door; treat it as read only. Refuses with ``SessionNotFound``.
    """
    known = _cached.get((event_id, session_id))
    if known and timedelta(0) <= now - known[0] < SETTINGS_CACHE_FOR:
        return known[1]
    session = Session.fetch(event_id, session_id)
    if len(_cached) >= _CACHE_LIMIT:
        _cached.clear()
    _cached[event_id, session_id] = (now, session)
    return session


def forget_settings(session: Session) -> None:
    """Let this process read the session anew: it was just changed here."""
    _cached.pop((session.event_id, session.session_id), None)


def fetch_session(*, event_id: str, session_id: str, actor: Actor, now: datetime) -> Session:
    """One session as it is stored now, for who may know of its event.

    Refuses with ``EventNotFound`` and ``SessionNotFound``.
    """
    event, _mine = registrations.fetch_shown(event_id=event_id, actor=actor, now=now)
    return Session.fetch(event.uuid, session_id)


def list_sessions(
    *, event_id: str, actor: Actor, now: datetime, with_canceled: bool = False
) -> list[Session]:
    """The whole agenda by start, then by room, for who may know of the event.

    At most 500; refuses with ``EventNotFound``.
    """
    event, _mine = registrations.fetch_shown(event_id=event_id, actor=actor, now=now)
    return in_order(
        one for one in Session.list_for_event(event.uuid) if with_canceled or one.is_planned
    )


def list_page(
    *, event_id: str, actor: Actor, limit: int, start: dict[str, Any] | None, now: datetime
) -> tuple[Event, Page[Session]]:
    """One page of the agenda by start, canceled ones among them; a moment behind, O(page)."""
    event, _mine = registrations.fetch_shown(event_id=event_id, actor=actor, now=now)
    return event, Session.list_by_start(event.uuid, limit=limit, start=start)


def agenda(
    *, event_id: str, actor: Actor, now: datetime, with_canceled: bool = False
) -> AgendaView:
    """The whole agenda by day and room in the event's zone, with its clashes; refuses as above."""
    event, _mine = registrations.fetch_shown(event_id=event_id, actor=actor, now=now)
    sessions = [
        one for one in Session.list_for_event(event.uuid) if with_canceled or one.is_planned
    ]
    return AgendaView(
        event=event,
        sessions=in_order(sessions),
        days=days_of(sessions, event.time_zone),
        tracks=sorted({one.track for one in sessions if one.track}),
        clashes=clashes_of(sessions, event),
    )


def clashes(*, event_id: str, actor: Actor, now: datetime) -> list[Clash]:
    """The warnings about an agenda alone; refuses as above."""
    return agenda(event_id=event_id, actor=actor, now=now).clashes


def list_due_notices(*, now: datetime) -> list[Session]:
    """Sessions whose guests are to be told to queue up: keys, a moment behind the table."""
    return Session.list_due(now=now, limit=_NOTICES_AT_ONCE)


def calls_in(booking: Booking, session: Session, *, now: datetime) -> bool:
    """Whether who booked is to queue up at this moment: from the notice until it begins."""
    if booking.status is not BookingStatus.BOOKED or not session.is_planned:
        return False
    notice = timedelta(minutes=session.notice_minutes)
    return session.starts_at - notice <= now < session.starts_at


# Seats


def shards_of(session: Session) -> list[str]:
    """All partitions of a session's bookings."""
    return [f"{session.session_id}#R{number}" for number in range(session.shards)]


def shard_of(session: Session, guest: str) -> str:
    """The partition of a guest's booking."""
    return guests.shard_of(session.session_id, guest, shards=session.shards)


def waiting_shard_of(session: Session, guest: str) -> str:
    """The partition of the waiting list in which a guest waits."""
    return guests.waiting_shard_of(session.session_id, guest, shards=session.shards)


def availability_of(session: Session, *, now: datetime) -> Availability:
    """Whether a newcomer would get a seat; at most a second old."""
    return seats.view_of(session.pool, now=now).availability


def numbers_of(sessions: Sequence[Session]) -> dict[str, Numbers]:
    """The numbers of each session, by its id; one batch read per 100 partitions."""
    # Few routes tell numbers, and a cold start is shorter without the counters.
    from backend.activity import queries as activity

    totals = activity.totals_of({one.session_id: one.shards for one in sessions})
    return {one.session_id: _numbers(one, totals[one.session_id]) for one in sessions}


def _numbers(session: Session, totals: "Totals") -> Numbers:
    left = None if session.capacity is None else max(0, session.capacity - totals.confirmed)
    return Numbers(totals.confirmed, totals.waiting, totals.admitted, left)


def iter_waiting(session: Session) -> Iterator[Booking]:
    """Who waits, the longest first: keys, a moment behind, read as consumed."""
    shards = guests.waiting_shards_of(session.session_id, shards=session.shards)
    return places.iter_line(Booking, shards)


def waiting_position(booking: Booking, session: Session) -> int | None:
    """The place on the waiting list, from 1, a moment behind; ``None`` for who does not wait.

    Who waits behind more than ``_MOST_COUNTED`` is told at least as many.
    """
    if not booking.is_waiting:
        return None
    shards = guests.waiting_shards_of(session.session_id, shards=session.shards)
    limit, since = _MOST_COUNTED // len(shards), booking.waiting_since
    return 1 + sum(Booking.count_waiting_before(shard, since, limit=limit) for shard in shards)


# Bookings


def find_booking(session: Session, guest: str) -> Booking | None:
    """A guest's booking as it is now, also a canceled one."""
    found = Booking.find(shard_of(session, guest), guest)
    return None if found is None or found.status is BookingStatus.TOMBSTONE else found


def list_of_guest(guest: str) -> list[Booking]:
    """All that one guest of an event ever booked, as it is now; which, is a moment behind."""
    keys: list[tuple[str, str]] = []
    start: dict[str, Any] | None = None
    while True:
        page = Booking.list_of_guest(guest, limit=_READ_AT_ONCE, start=start)
        keys += [(entry.shard, entry.guest) for entry in page.items]
        start = page.next_key
        if start is None:
            break
    return sorted(Booking.list_current(keys), key=lambda one: str(one.session_id))


def list_of_guest_exactly(event_id: str, guest: str) -> list[Booking]:
    """All that one guest of an event has, or waits for, now: reads every session's booking.

    For who must miss none that was just committed: the index of guests lags behind.
    """
    keys = [(shard_of(one, guest), guest) for one in Session.list_for_event(event_id)]
    return [booking for booking in Booking.list_current(keys) if booking.is_active]


def sessions_of(bookings: Sequence[Booking]) -> Mapping[str, Session]:
    """The sessions of these bookings, by id."""
    keys = list(dict.fromkeys((one.event_id, one.session_id) for one in bookings))
    return {one.session_id: one for one in Session.find_many(keys)}


def my_bookings_at(*, event_id: str, actor: Actor, now: datetime) -> list[MyBooking]:
    """What the actor has booked or waits for at one event, by start, canceled sessions left out.

    Refuses with ``SignInNeeded``, ``EmailNotVerified`` and ``EventNotFound``.
    """
    registration = registrations.find_mine(event_id=event_id, actor=actor, now=now)
    if registration is None:
        return []
    event = events.settings_of(event_id, now=now)
    mine = _mine(event, [one for one in list_of_guest(registration.guest) if one.is_active])
    return sorted(mine, key=lambda one: (one.session.starts_at, one.session.session_id))


def _mine(event: Event, bookings: Sequence[Booking]) -> list[MyBooking]:
    sessions = sessions_of(bookings)
    return [
        MyBooking(one, sessions[one.session_id], event)
        for one in bookings
        if one.session_id in sessions
    ]


def my_bookings(
    *, actor: Actor, limit: int = DEFAULT_LIMIT, start: dict[str, Any] | None = None, now: datetime
) -> Page[MyBooking]:
    """One page of all the actor ever booked, by event (the latest registered for first).

    Canceled ones are among them. A page can be shorter than ``limit`` and still have a
    ``next_key``: it looks into a limited number of events. Refuses with ``SignInNeeded`` and
    ``EmailNotVerified``.
    """
    here = dict(start or {"event": None, "after": None})
    # One registration more than the one to go on with tells where the next begins.
    places_of = registrations.list_mine(actor=actor, limit=limit, start=here["event"])
    found: list[MyBooking] = []
    for registration in places_of.items:
        after = here.pop("after", None)
        page = Booking.list_of_guest(registration.guest, limit=limit - len(found), start=after)
        keys = [(one.shard, one.guest) for one in page.items]
        current = Booking.find_many(keys, consistent=True)  # the index lags behind
        event = events.settings_of(registration.event_id, now=now)
        found += _mine(event, current)
        if page.next_key:
            before = here["event"]
            return Page(found, {"event": before, "after": page.next_key})
        here["event"] = _email_key(registration)
        if len(found) >= limit:
            break
    done = not places_of.items or here["event"] == _email_key(places_of.items[-1])
    ended = done and places_of.next_key is None
    return Page(found, None if ended else {"event": here["event"], "after": None})


def _email_key(registration: Registration) -> dict[str, Any]:
    """The place of a registration in the index of addresses."""
    stored = registration.serialize()
    return {name: stored[name] for name in ("user_email", "registered_at", "shard", "guest")}


def list_bookings(
    *,
    event_id: str,
    session_id: str,
    actor: Actor,
    status: BookingStatus | None = None,
    limit: int = DEFAULT_LIMIT,
    start: dict[str, Any] | None = None,
    now: datetime,
) -> Page[BookedGuest]:
    """One page of who booked a session, for the event's team; canceled ones only by ``status``.

    By partition and key, so in no order that means anything, but for ``WAITLISTED``: the longest
    first, and all on one page of at most ``limit``. A page can be shorter than ``limit`` and
    still have a ``next_key``. Refuses with ``EventNotFound``, ``EventForbidden`` and
    ``SessionNotFound``.
    """
    event = events.authorize(event_id=event_id, actor=actor, action=EventAction.SEE_GUESTS, now=now)
    session = Session.fetch(event.uuid, session_id)
    if status is BookingStatus.WAITLISTED:
        return Page(_with_guests(_first_waiting(session, limit)))
    found, following = page_of_all(session, start, limit=limit)
    wanted = [one for one in found if (one.status is status if status else one.is_active)]
    return Page(_with_guests(wanted), following)


def page_of_all(
    session: Session, cursor: Mapping[str, Any] | None, *, limit: int
) -> tuple[list[Booking], dict[str, Any] | None]:
    """About ``limit`` bookings of a session in any state, and where to go on, if anywhere."""
    shards = shards_of(session)
    here = cursor or {"shard": 0, "after": None}
    number, after = int(here["shard"]), here["after"]
    found: list[Booking] = []
    while number < len(shards) and len(found) < limit:
        page = Booking.list_in_shard(shards[number], after=after, limit=limit - len(found))
        found += page.items
        after = page.next_key["guest"]["S"] if page.next_key else None
        number += after is None
    return found, {"shard": number, "after": after} if number < len(shards) else None


def _first_waiting(session: Session, limit: int) -> list[Booking]:
    keys = [(one.shard, one.guest) for one in islice(iter_waiting(session), limit)]
    return [one for one in Booking.find_many(keys, consistent=True) if one.is_waiting]


def _with_guests(bookings: Sequence[Booking]) -> list[BookedGuest]:
    keys = [(one.registration_shard, one.guest) for one in bookings]
    known = {one.guest: one for one in Registration.find_many(keys)}
    return [BookedGuest(one, known[one.guest]) for one in bookings if one.guest in known]
