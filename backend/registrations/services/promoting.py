"""Who waits gets the seat that is free: the promoter, and organisers out of order."""

from datetime import datetime

from backend.events import queries as events
from backend.events.policies import EventAction
from backend.events.states import EventStatus
from backend.registrations import policies, queries
from backend.registrations.errors import SoldOut
from backend.registrations.models import Registration
from backend.registrations.states import RegistrationStatus
from backend.seats import queries as seat_queries
from backend.seats import services as seats
from backend.seats.claims import Claim
from backend.seats.errors import PoolBusy
from backend.seats.states import Availability
from backend.shared import db
from backend.shared.actor import SYSTEM, Actor

PROMOTED_AT_ONCE = 100
_TRIES = 5


class _NoSeat(Exception):
    """Nothing is free, or nobody can say yet."""


def promote_waiting(*, event_id: str, now: datetime, limit: int = PROMOTED_AT_ONCE) -> int:
    """Give free seats to who waits longest, until none is free or nobody waits; says how many.

    Carries on a change of capacity first. At most ``limit``: each promotion passes through the
    table's stream, which calls this again. Any number may run at once. Nothing to do once the
    event is over.
    """
    event = events.settings_of(event_id, now=now)
    if event.status is not EventStatus.PUBLISHED or event.ends_at <= now:
        return 0
    seats.resume(pool=event_id, now=now)
    if not _is_any_free(event_id, now=now):
        return 0
    promoted = 0
    for entry in queries.iter_waiting(event):
        if promoted == limit:
            break
        try:
            promoted += _promote_longest(entry, now=now)
        except _NoSeat:
            break
    return promoted


def _is_any_free(pool: str, *, now: datetime) -> bool:
    room = seat_queries.view_of(pool, now=now).for_who_waits
    return room in (Availability.OPEN, Availability.UNLIMITED)


def _promote_longest(entry: Registration, *, now: datetime) -> bool:
    """Whether the guest of an entry of the index, which lags behind, was promoted by this call."""
    found = Registration.find(entry.shard, entry.guest)
    for _ in range(_TRIES):
        if found is None or found.status is not RegistrationStatus.WAITLISTED:
            return False
        held = _hold_seat(found, now=now)
        try:
            found.promote(held, changed_by=SYSTEM.label)
        except db.StaleWrite as refusal:
            found = refusal.old
        else:
            return True
        if held is None:
            continue
        if found is not None and found.confirms(held):
            return True
        seats.release(pool=entry.event_id, claim=held, now=now)
    return False


def _hold_seat(waiting: Registration, *, now: datetime) -> Claim | None:
    """A claim, or ``None`` where the pool has no limit; ``_NoSeat`` when there is neither."""
    pool = waiting.event_id
    try:
        held = seats.claim(pool=pool, guest=waiting.guest, now=now, from_list=True)
    except PoolBusy:
        if seat_queries.view_of(pool, now=now).for_who_waits is Availability.UNLIMITED:
            return None
        raise _NoSeat from None
    if held is None:
        raise _NoSeat
    return held


def promote_guest(
    *, event_id: str, guest: str, version: int, actor: Actor, now: datetime
) -> Registration:
    """Give a guest who waits a free seat, whoever has waited longer, by the event's organisers.

    Refuses with ``EventNotFound``, ``EventForbidden``, ``RegistrationNotFound``,
    ``RegistrationClosed``, ``StaleWrite`` (it changed since ``version``), ``NotWaiting`` and
    ``SoldOut``.
    """
    event = events.authorize(
        event_id=event_id, actor=actor, action=EventAction.MANAGE_GUESTS, now=now
    )
    policies.check_open(event, now=now)
    registration = queries.fetch_seen(event, guest, version)
    policies.check_waiting(registration)
    try:
        held = _hold_seat(registration, now=now)
    except _NoSeat:
        raise SoldOut("No seat is free. Raise the capacity, or wait for one.") from None
    try:
        return registration.promote(held, changed_by=actor.label)
    except db.StaleWrite as refusal:
        stored: Registration | None = refusal.old
        if stored is not None and held is not None and stored.confirms(held):
            return stored
        if held is not None:
            seats.release(pool=event_id, claim=held, now=now)
        raise
