"""Registrations as guests, organisers and the door read them."""

import heapq
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from backend.events import policies as event_policies
from backend.events import queries as events
from backend.events.models import Event
from backend.events.policies import EventAction
from backend.registrations import guests, policies
from backend.registrations.errors import RegistrationNotFound
from backend.registrations.models import Registration
from backend.registrations.states import RegistrationStatus
from backend.seats import places
from backend.seats import queries as seats
from backend.seats.states import Availability
from backend.shared import db
from backend.shared.actor import Actor
from backend.shared.paging import DEFAULT_LIMIT, Page

_READ_PER_ITEM = 10
"""A page looks at up to this many guests per place in it, however rare a status is."""
_ENTRIES_PER_UNIT = 24
"""About what a query of the index by name returns for one read unit: asking for less saves none."""
_SAME_CODE_LIMIT = 20
_MOST_READ = 100
MOST_COUNTED = 4_000


@dataclass(frozen=True, slots=True)
class Place:
    """One of the actor's registrations and the event it is for."""

    registration: Registration
    event: Event


def fetch_one(event: Event, guest: str) -> Registration:
    """A guest's registration as it is now; refuses with ``RegistrationNotFound``."""
    if not guests.is_guest_key(guest):
        raise RegistrationNotFound("This guest is not registered.")
    return Registration.fetch(_shard_of(event, guest), guest)


def fetch_seen(event: Event, guest: str, version: int) -> Registration:
    """The same, provided it still is the ``version`` that somebody saw.

    Refuses with ``StaleWrite``, which carries the registration as it is now.
    """
    registration = fetch_one(event, guest)
    if registration.version != version:
        raise db.StaleWrite(old=registration)
    return registration


def find_mine(*, event_id: str, actor: Actor, now: datetime) -> Registration | None:
    """The actor's registration, also a canceled one; ``None`` for who never registered.

    Refuses with ``SignInNeeded``, ``EmailNotVerified`` and ``EventNotFound``: also for who
    never registered at an event that they may not know of.
    """
    guest = guests.guest_key(event_id, policies.own_email(actor))
    event = events.settings_of(event_id, now=now)
    found = Registration.find(_shard_of(event, guest), guest)
    if found is not None and found.status is not RegistrationStatus.TOMBSTONE:
        return found
    if not event_policies.is_open_to_strangers(event):
        events.authorize(event_id=event_id, actor=actor, action=EventAction.READ, now=now)
    return None


def fetch_mine(*, event_id: str, actor: Actor, now: datetime) -> Registration:
    """The same; refuses with ``RegistrationNotFound`` instead of answering ``None``.

    Who may not know of the event gets ``EventNotFound``, as if there were none.
    """
    found = find_mine(event_id=event_id, actor=actor, now=now)
    if found is None:
        raise RegistrationNotFound("You are not registered for this event.")
    return found


def fetch_shown(*, event_id: str, actor: Actor, now: datetime) -> tuple[Event, Registration | None]:
    """The event as it is stored now, with the actor's own place at it, if any.

    Who has a place, or waits for one, sees the event also while it is private or archived.
    Refuses with ``EventNotFound``.
    """
    mine = find_mine(event_id=event_id, actor=actor, now=now) if actor.email else None
    if mine is not None and mine.is_active:
        return Event.fetch(event_id), mine
    return events.fetch_visible(event_id=event_id, actor=actor, now=now), None


def fetch_guest(*, event_id: str, guest: str, actor: Actor, now: datetime) -> Registration:
    """One guest for the event's team.

    Refuses with ``EventNotFound``, ``EventForbidden`` and ``RegistrationNotFound``.
    """
    event = events.authorize(event_id=event_id, actor=actor, action=EventAction.SEE_GUESTS, now=now)
    return fetch_one(event, guest)


def find_by_code_prefix(event: Event, prefix: str) -> list[Registration]:
    """Whose guest key starts with these (two or more) characters: mostly one, at times more."""
    shard = _shard_of(event, prefix)
    page = Registration.list_by_guest_prefix(shard, prefix, limit=_SAME_CODE_LIMIT)
    return [found for found in page.items if found.status is not RegistrationStatus.TOMBSTONE]


def list_mine(
    *, actor: Actor, limit: int = DEFAULT_LIMIT, start: dict[str, Any] | None = None
) -> Page[Registration]:
    """One page of what the actor ever registered for, canceled included, the latest first.

    Refuses with ``SignInNeeded`` and ``EmailNotVerified``.
    """
    email = guests.address_key(policies.own_email(actor))
    page = Registration.list_by_email(email, limit=limit, start=start)
    return Page(_current(page.items), page.next_key)


def list_of_address(email: str) -> Iterator[Registration]:
    """Everything ever registered under an address, with what its index holds of each."""
    start: dict[str, Any] | None = None
    while True:
        page = Registration.list_by_email(guests.address_key(email), limit=_MOST_READ, start=start)
        yield from page.items
        start = page.next_key
        if start is None:
            return


def list_my_places(
    *, actor: Actor, limit: int = DEFAULT_LIMIT, start: dict[str, Any] | None = None
) -> Page[Place]:
    """The same page with the events: two batch reads more. Refuses as ``list_mine`` does."""
    page = list_mine(actor=actor, limit=limit, start=start)
    ids = list(dict.fromkeys(registration.event_id for registration in page.items))
    found = {event.uuid: event for event in Event.find_many(ids)}
    places = [Place(mine, found[mine.event_id]) for mine in page.items if mine.event_id in found]
    return Page(places, page.next_key)


def availability_of(event: Event, *, now: datetime) -> Availability:
    """Whether a newcomer would get a seat; at most a second old."""
    return seats.view_of(event.uuid, now=now).availability


def places_left(event: Event) -> int | None:
    """About how many seats nobody holds, from the counters; ``None`` without a limit."""
    if event.capacity is None:
        return None
    # No route of the API asks this, and a cold start is shorter without the counters.
    from backend.activity import queries as activity

    totals = activity.totals(event_id=event.uuid, shards=int(event.shards))
    return max(0, int(event.capacity) - totals.confirmed)


def waiting_position(registration: Registration, *, now: datetime) -> int | None:
    """The place on the waiting list, from 1, a moment behind; ``None`` for who does not wait.

    Counts at most ``MOST_COUNTED`` over all partitions, so whatever the list, looking costs at most
    about 90 read units: who waits behind more is told at least as many.
    """
    if registration.status is not RegistrationStatus.WAITLISTED:
        return None
    event = events.settings_of(registration.event_id, now=now)
    shards = guests.waiting_shards_of(event.uuid, shards=int(event.shards))
    since = registration.waiting_since
    limit = MOST_COUNTED // len(shards)
    before = [Registration.count_waiting_before(shard, since, limit=limit) for shard in shards]
    return 1 + sum(before)


def iter_waiting(event: Event, *, since: datetime | None = None) -> Iterator[Registration]:
    """Who waits, the longest first, then by key: keys, a moment behind, read as consumed.

    ``since`` leaves out who has waited for longer than that.
    """
    shards = guests.waiting_shards_of(event.uuid, shards=int(event.shards))
    return places.iter_line(Registration, shards, since=since)


def list_for_event(
    *,
    event_id: str,
    actor: Actor,
    name_prefix: str = "",
    status: RegistrationStatus | None = None,
    limit: int = DEFAULT_LIMIT,
    start: dict[str, Any] | None = None,
    now: datetime,
) -> Page[Registration]:
    """One page of an event's guests by name, for its team; reads O(page), not O(guests).

    ``name_prefix`` ignores case and accents. With a rare ``status`` a page can be shorter
    than ``limit`` and still have a ``next_key``. Refuses with ``EventNotFound`` and
    ``EventForbidden``.
    """
    event = events.authorize(event_id=event_id, actor=actor, action=EventAction.SEE_GUESTS, now=now)
    return page_by_name(event, name_prefix=name_prefix, status=status, limit=limit, start=start)


def page_by_name(
    event: Event,
    *,
    name_prefix: str,
    status: RegistrationStatus | None = None,
    attention: bool = False,
    limit: int,
    start: dict[str, Any] | None = None,
) -> Page[Registration]:
    """The same page for features above that authorised the actor themselves.

    With ``attention`` only those the desk should look at.
    """
    after: str | None = start["after"] if start else None
    found: list[Registration] = []
    merged = _by_name(event, guests.folded(name_prefix), after, limit=limit)
    for looked_at, entry in enumerate(merged):
        if len(found) == limit or looked_at == limit * _READ_PER_ITEM:
            return Page(_current(found), {"after": after})
        if status in (None, entry.status) and (entry.attention or not attention):
            found.append(entry)
        after = entry.name_key
    return Page(_current(found))


def _by_name(event: Event, prefix: str, after: str | None, *, limit: int) -> Iterator[Registration]:
    """The index entries of all name shards in one order, read as they are consumed."""
    shards = guests.name_shards_of(event.uuid, shards=int(event.shards))
    # One more than the page, to see whether there is a next.
    chunk = min(limit + 1, _ENTRIES_PER_UNIT)
    return heapq.merge(
        *(_in_shard(shard, prefix, after, chunk) for shard in shards),
        key=lambda entry: entry.name_key,
    )


def _in_shard(shard: str, prefix: str, after: str | None, chunk: int) -> Iterator[Registration]:
    while True:
        page = Registration.list_by_name(shard, prefix=prefix, after=after, limit=chunk)
        yield from page.items
        if page.next_key is None:
            return
        after = page.items[-1].name_key


def _current(entries: list[Registration]) -> list[Registration]:
    """The whole items of index entries, in the same order."""
    return Registration.find_many([(entry.shard, entry.guest) for entry in entries])


def _shard_of(event: Event, guest: str) -> str:
    return guests.shard_of(event.uuid, guest, shards=int(event.shards))
