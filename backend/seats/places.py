"""Places and their seats: claim, commit, release; wait, be promoted; be put right after a crash.

What registrations and bookings have in common. Never more places with a seat than seats, and
one active place per guest, whatever crashes, is sent again or arrives late. ``tests/model``
explores the protocol.
"""

import heapq
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any, Generic, TypeVar

from backend.seats import queries, services
from backend.seats.claims import Claim
from backend.seats.errors import PoolBusy, PoolClosed, TryAgain
from backend.seats.models import Place
from backend.seats.services import AuditReport, Standing
from backend.seats.states import Availability
from backend.shared import db
from backend.shared.actor import SYSTEM

PROMOTED_AT_ONCE = 100
ADOPTED_AT_ONCE = 200
TRIES = 5
_PAGE = 100
_WAITING_READ_AT_ONCE = 25

PlaceT = TypeVar("PlaceT", bound=Place)


class NoSeat(Exception):
    """Nothing is free, or nobody can say yet."""


@dataclass(frozen=True, slots=True)
class Taken(Generic[PlaceT]):
    """The place a guest has; ``is_new`` is false when it was there already."""

    place: PlaceT
    is_new: bool


def take(
    draft: PlaceT,
    *,
    waiting_shard: str,
    waits: bool = False,
    may_wait: bool = True,
    now: datetime,
) -> Taken[PlaceT] | None:
    """Claim, commit, and on a refused commit release and decide by what is stored.

    Without a seat the guest joins the waiting list in ``waiting_shard``, where one ``may_wait``;
    with ``waits`` in any case. ``None``: no seat is left and nobody may wait. Any other error
    leaves the claim alone: the commit may have landed. The audit finds it. Refuses with
    ``PoolBusy``, ``PoolClosed`` and ``TryAgain``.
    """
    seen, pool = 0, draft.pool
    for _ in range(TRIES):
        joins, held = (True, None) if waits else _look_for_seat(draft, may_wait, now=now)
        if joins is None:
            return None
        draft.prepare(held, waiting_shard=waiting_shard if joins else None, now=now)
        try:
            draft.commit(seen=seen)
        except db.StaleWrite as refusal:
            stored: PlaceT = refusal.old
        else:
            if joins:
                services.note_waiting(pool=pool, now=now)
            return Taken(draft, is_new=True)
        if held is not None and not stored.confirms(held):
            services.release(pool=pool, claim=held, now=now)
        landed = draft.landed_as(stored)
        if stored.is_active or (landed and stored.status is not draft.TOMBSTONE):
            return Taken(stored, is_new=landed)
        if landed:
            break  # it was made, and moved to another guest's key since
        if seen and stored.version > seen + 1:
            break  # ours may have been the next version: given up since, and replaced
        draft.succeed(stored)
        seen = int(stored.version)
    raise TryAgain("This was being changed elsewhere. Please try again.")


def _look_for_seat(
    draft: Place, may_wait: bool, *, now: datetime
) -> tuple[bool | None, Claim | None]:
    """Whether the guest has to wait, and the claim of who has not; ``None``: nothing is left."""
    pool = draft.pool
    if services.availability(pool=pool, now=now) is Availability.UNLIMITED:
        return False, None
    try:
        held = services.claim(pool=pool, guest=draft.guest, now=now)
    except PoolClosed:
        if not may_wait:
            raise
        return True, None
    except PoolBusy:
        if services.availability(pool=pool, now=now) is not Availability.UNLIMITED:
            raise
        return False, None  # the limit was lifted a moment ago
    if held is not None:
        return False, held
    return (True if may_wait else None), None


def give_up(place: PlaceT, *, changed_by: str, now: datetime) -> PlaceT:
    """Cancel a place as it was read, then release its seat.

    Never tried again on a changed item: that could cancel a later place. Refuses with
    ``IllegalTransition`` and ``StaleWrite``.
    """
    canceled = place.cancel(at=now, changed_by=changed_by)
    if place.claim is not None:
        services.release(pool=place.pool, claim=place.claim, now=now)
    return canceled


def release_former(old: Place | None, new: Place | None, *, now: datetime) -> None:
    """Repeat the release of a seat that a change of its place freed: what streams do.

    Who changed it released it already, unless it crashed in between.
    """
    if old is not None and old.claim is not None and (new is None or new.claim != old.claim):
        services.release(pool=old.pool, claim=old.claim, now=now)


# The waiting list


def iter_line(
    model: type[PlaceT], waiting_shards: Iterable[str], *, since: datetime | None = None
) -> Iterator[PlaceT]:
    """Who waits, the longest first, then by key: keys, a moment behind, read as consumed.

    ``since`` leaves out who has waited for longer than that.
    """
    lines = (_waiting_in(model, shard, since) for shard in waiting_shards)
    return heapq.merge(*lines, key=place_in_line)


def place_in_line(waiting: Place) -> tuple[datetime, str]:
    """What orders the waiting list."""
    return waiting.waiting_since, waiting.guest


def _waiting_in(model: type[PlaceT], shard: str, since: datetime | None) -> Iterator[PlaceT]:
    """Who waits in one partition; those of one moment, whom the index leaves as they are, by key."""
    entries = _waiting_entries(model, shard, since)
    for _moment, group in groupby(entries, lambda one: one.waiting_since):
        yield from sorted(group, key=place_in_line)


def _waiting_entries(model: type[PlaceT], shard: str, since: datetime | None) -> Iterator[PlaceT]:
    start: dict[str, Any] | None = None
    while True:
        page = model.list_waiting(shard, since=since, limit=_WAITING_READ_AT_ONCE, start=start)
        yield from page.items
        start = page.next_key
        if start is None:
            return


def promote_line(
    *, pool: str, line: Callable[[], Iterable[Place]], now: datetime, limit: int = PROMOTED_AT_ONCE
) -> int:
    """Give free seats to who waits longest, until none is free or nobody waits; says how many.

    Carries on a change of capacity first. At most ``limit``: each promotion passes through the
    table's stream, which calls this again. Any number may run at once.
    """
    services.resume(pool=pool, now=now)
    if not _is_any_free(pool, now=now):
        return 0
    promoted = 0
    for entry in line():
        if promoted == limit:
            break
        try:
            promoted += _promote_longest(entry, now=now)
        except NoSeat:
            break
    return promoted


def _is_any_free(pool: str, *, now: datetime) -> bool:
    room = queries.view_of(pool, now=now).for_who_waits
    return room in (Availability.OPEN, Availability.UNLIMITED)


def _promote_longest(entry: Place, *, now: datetime) -> bool:
    """Whether the guest of an entry of the index, which lags behind, was promoted by this call."""
    found = type(entry).find(entry.shard, entry.guest)
    for _ in range(TRIES):
        if found is None or not found.is_waiting:
            return False
        held, pool = hold_seat(found, now=now), found.pool
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
        services.release(pool=pool, claim=held, now=now)
    return False


def hold_seat(waiting: Place, *, now: datetime) -> Claim | None:
    """A claim for who waits; ``None``: the pool has no limit. ``NoSeat`` when there is neither."""
    pool = waiting.pool
    try:
        held = services.claim(pool=pool, guest=waiting.guest, now=now, from_list=True)
    except PoolBusy:
        if queries.view_of(pool, now=now).for_who_waits is Availability.UNLIMITED:
            return None
        raise NoSeat from None
    if held is None:
        raise NoSeat
    return held


def promote_one(waiting: PlaceT, *, changed_by: str, now: datetime) -> PlaceT:
    """Give who waits a free seat, whoever has waited longer, as the place was read.

    Refuses with ``NoSeat``, ``IllegalTransition`` and ``StaleWrite`` (it changed meanwhile).
    """
    held = hold_seat(waiting, now=now)
    try:
        return waiting.promote(held, changed_by=changed_by)
    except db.StaleWrite as refusal:
        stored: PlaceT | None = refusal.old
        if stored is not None and held is not None and stored.confirms(held):
            return stored
        if held is not None:
            services.release(pool=waiting.pool, claim=held, now=now)
        raise


# Seats for who has a place without one


def adopt_one(place: Place, *, now: datetime) -> bool:
    """Claim the seat that a guest with a place has, if the pool has a limit; whether it did.

    Who was confirmed before the limit keeps the place even where that is one too many. The
    caller lets the pool be counted (``promote_line`` does). Refuses with ``PoolNotFound`` and
    ``PoolBusy``.
    """
    for _ in range(TRIES):
        if not place.is_confirmed or place.claim is not None:
            return False
        pool = place.pool
        held = services.adopt(pool=pool, guest=place.guest, now=now)
        if held is None:
            return False
        try:
            place.adopt(held)
        except db.StaleWrite as refusal:
            place = refusal.old
        else:
            return True
        if place.confirms(held):
            return True
        services.release(pool=pool, claim=held, now=now)
    return False


def adopt_late(confirmed: Sequence[Place], *, now: datetime) -> bool:
    """Adopt guests of one pool who were seen confirmed without a claim; whether it has a limit.

    For commits that were decided without a limit and landed after there was one again. If there
    is, the caller lets the pool be counted (``promote_line`` does), whoever adopted them.
    """
    if not confirmed:
        return False
    view = queries.view_of(confirmed[0].pool, now=now, fresh=True)
    if not view.limited:
        return False
    current = type(confirmed[0]).find_current([(one.shard, one.guest) for one in confirmed])
    for found in current.values():
        adopt_one(found, now=now)
    return True


def adopt_page(
    model: type[Place], shard: str, *, after: str | None, limit: int, now: datetime
) -> tuple[int, str | None]:
    """Adopt the guests of one page of a shard: how many, and the key to go on after (or none)."""
    page = model.list_in_shard(shard, after=after, limit=limit)
    adopted = sum(adopt_one(found, now=now) for found in page.items)
    return adopted, page.next_key["guest"]["S"] if page.next_key else None


def adopt_all(
    model: type[Place],
    *,
    pool: str,
    shards: Callable[[], Sequence[str]],
    limit: int = ADOPTED_AT_ONCE,
    now: datetime,
) -> bool:
    """Adopt whom a change from no limit left without a claim, and let the pool be counted.

    Stops after about ``limit`` guests; ``False`` while some are left, or when the pool kept
    changing. Only reads where nobody is to be adopted.
    """
    left = limit
    for _ in range(TRIES):
        plan = services.adopting_since(pool=pool)
        if plan is None:
            return True
        left -= _adopt_some(model, shards(), left, now=now)
        if left <= 0:
            return False
        if services.end_adoption(pool=pool, plan=plan, now=now):
            return True
    return False


def _adopt_some(model: type[Place], shards: Sequence[str], limit: int, *, now: datetime) -> int:
    """Adopt the guests of all pages until about ``limit`` were; how many that is."""
    adopted = 0
    for shard in shards:
        after: str | None = None
        while adopted < limit:
            done, after = adopt_page(model, shard, after=after, limit=_PAGE, now=now)
            adopted += done
            if after is None:
                break
    return adopted


# After a crash


def audit(
    model: type[Place],
    *,
    pool: str,
    event_id: str,
    shard_of: Callable[[str], str],
    thorough: bool,
    now: datetime,
) -> AuditReport:
    """Free the seats of one pool that a crash left claimed; see ``services.audit``.

    ``shard_of`` tells the partition of a guest's place.
    """

    def is_confirmed(claims: Sequence[Claim]) -> list[Standing]:
        keys = list({(shard_of(claim.guest), claim.guest) for claim in claims})
        stored = model.find_current(keys)
        return [standing(claim, stored.get(claim.guest)) for claim in claims]

    def fence(claim: Claim, version: int) -> bool:
        return model.fence(shard_of(claim.guest), claim.guest, event_id=event_id, seen=version)

    return services.audit(
        pool=pool, is_confirmed=is_confirmed, fence=fence, now=now, thorough=thorough
    )


def standing(claim: Claim, stored: Place | None) -> Standing:
    """What the place that is stored, if any, says of a claim."""
    if stored is None:
        return Standing(confirmed=False, settled=False, version=0)
    confirmed = stored.confirms(claim)
    return Standing(
        confirmed=confirmed,
        # One confirmed without a claim may yet be given this one: it has to be fenced.
        settled=stored.is_confirmed and stored.claim is not None and not confirmed,
        version=int(stored.version),
    )
