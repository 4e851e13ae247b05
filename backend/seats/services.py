"""Seats: claimed, released and audited. Correct under any interleaving, crash or retry.

A claim only holds a seat. Whoever claims goes on to commit (a registration that names
the claim) and releases the claim when the commit is refused. What a crash leaves in
between is found by the audit. A claim whose commit has an unknown outcome is never
released by hand: it may be confirmed.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from backend.seats import capacity
from backend.seats.claims import (
    BLOCKS_PER_SUMMARY,
    Claim,
    block_caps,
    new_attempt,
    search_order,
)
from backend.seats.errors import PoolBusy, PoolClosed, PoolNotFound
from backend.seats.models import AuditState, Block, Pool, Summary
from backend.seats.queries import View, view_of
from backend.seats.states import Availability
from backend.shared.db import StaleWrite, Transaction

AUDIT_EVERY = timedelta(minutes=5)
THOROUGH_EVERY = timedelta(days=1)
GRACE = timedelta(minutes=1)
"""Claims younger than this may yet be confirmed by who made them."""
_LOOKS = 3


@dataclass(frozen=True, slots=True)
class Standing:
    """What a guest's registration says of a claim.

    ``confirmed``: it names exactly this claim. ``settled``: it names another claim, whose
    commit already keeps this one's from landing. ``version`` is the one to fence at.
    """

    confirmed: bool
    settled: bool
    version: int


IsConfirmed = Callable[[Sequence[Claim]], Sequence[Standing]]
Fence = Callable[[Claim, int], bool]


@dataclass(frozen=True, slots=True)
class AuditReport:
    """What an audit found: claims looked at, released, and left for the next one."""

    inspected: int
    released: int
    left: int


def open_pool(*, pool: str, capacity: int | None, now: datetime) -> None:
    """Make a pool of ``capacity`` seats (``None``: unlimited, no claims taken).

    Writes blocks, summaries and, last of all, the pool: nobody can claim before. Opening it
    again changes nothing. Refuses a capacity below 1 with ``BadInput``.
    """
    if Pool.find_pool(pool) is not None:
        return
    caps = [] if capacity is None else block_caps(capacity)
    Block.add_all([Block(Block.key(pool, k), cap=cap, claims={}) for k, cap in enumerate(caps)])
    for number in range(_summaries(len(caps))):
        first = number * BLOCKS_PER_SUMMARY
        room = set(range(first, min(first + BLOCKS_PER_SUMMARY, len(caps))))
        Summary(Summary.key(pool, number), room=room).add()
    limited = capacity is not None
    Pool(
        Pool.key(pool),
        capacity=capacity,
        blocks=len(caps),
        opened_at=now,
        audit_state=AuditState.NIGHTLY if limited else None,
        audit_due_at=now + THOROUGH_EVERY if limited else None,
    ).add()


def change_capacity(*, pool: str, seats: int | None, order: int, now: datetime) -> None:
    """Give the pool this many seats: more, or fewer, even fewer than are claimed, or no limit.

    ``order`` numbers the wish; one that is not later than the last one followed changes nothing,
    so repeating a call only carries it on. Everybody keeps the seat; while more is claimed than
    there are, the pool is full. Takes claims again when this returns, or a moment later if
    others change it too; one that had no limit when its guests are adopted (``adopt``,
    ``end_adoption``). Refuses with ``PoolNotFound``, ``BadInput`` (below 1) and ``PoolBusy``.
    """
    if seats is not None:
        block_caps(seats)
    capacity.announce(pool, seats, order=order, nightly_at=now + THOROUGH_EVERY)
    resume(pool=pool, now=now)


def resume(*, pool: str, now: datetime) -> None:
    """Carry on a change of capacity, if one is under way, as far as it goes now."""
    if view_of(pool, now=now, fresh=True).closed:
        Summary(Summary.key(pool, 0)).add()
        # Before the work, so that a crash in it is taken up by the next audit.
        Summary.schedule_first(pool, 0, due_at=now + AUDIT_EVERY)
        capacity.settle(pool)
        view_of(pool, now=now, fresh=True)


def adopt(*, pool: str, guest: str, now: datetime) -> Claim | None:
    """A claim for a guest who is confirmed without one, whether there is room or not.

    For commits that were decided while the pool had no limit; ``None`` when it has none now.
    Where there is no room the pool closes until enough seats are given back. The caller commits
    the claim or releases it, and then carries on with ``resume``. Refuses with ``PoolNotFound``
    and ``PoolBusy``.
    """
    try:
        held = claim(pool=pool, guest=guest, now=now, from_list=True)
    except PoolBusy:
        held = None
    return held or capacity.force(pool, guest, now=now)


def adopting_since(*, pool: str) -> int | None:
    """The plan under which guests are adopted now, for ``end_adoption``; ``None``: they are not.

    Refuses with ``PoolNotFound``.
    """
    stored = capacity.fetch(pool)
    return int(stored.plan) if stored.adopting else None


def end_adoption(*, pool: str, plan: int, now: datetime) -> bool:
    """Let the pool be counted: since ``plan`` was read, every confirmed guest has a claim.

    ``False`` when the pool changed since: somebody may have come in without one.
    """
    stored = capacity.fetch(pool)
    if not stored.adopting:
        return True
    if stored.plan != plan:
        return False
    try:
        stored.end_adoption()
    except StaleWrite:
        return False
    resume(pool=pool, now=now)
    return True


def note_waiting(*, pool: str, now: datetime) -> None:
    """Raise the flag that sends newcomers to the waiting list: somebody joined it.

    It stays until audits find the list empty. Two writes. Refuses with ``PoolNotFound``.
    """
    try:
        Pool.raise_flag(pool)
    except StaleWrite:
        raise PoolNotFound("There are no seats under this name.", pool=pool) from None
    Summary.schedule_first(pool, 0, due_at=now + AUDIT_EVERY)
    view_of(pool, now=now).waiting = True


def lower_flag(*, pool: str, is_anybody_waiting: Callable[[], bool], now: datetime) -> None:
    """Let newcomers claim again once two audits running found nobody waiting, and nobody joined.

    Two, a minute apart at least, because the index that says who waits lags behind.
    """
    stored = Pool.find_pool(pool)
    if stored is None or not stored.waiting:
        return
    try:
        if is_anybody_waiting():
            stored.note_empty(at=None)
        elif stored.empty_at is None or stored.empty_joined != stored.joined:
            stored.note_empty(at=now)
        elif stored.empty_at <= now - GRACE:
            stored.lower_flag()
    except StaleWrite:
        return  # somebody joined


def availability(*, pool: str, now: datetime) -> Availability:
    """What a newcomer would be told; at most a second old, no call within that second."""
    return view_of(pool, now=now).availability


def claim(*, pool: str, guest: str, now: datetime, from_list: bool = False) -> Claim | None:
    """Hold a seat for a new attempt of this guest; ``None`` when the pool is full.

    Also ``None`` while others wait, except ``from_list``: for who waits. One write unit where
    the first block tried has room. Refuses with ``PoolClosed`` while the capacity changes, with
    ``PoolBusy`` before the pool is open and when it has no limit (any more). The caller commits
    the claim or releases it.
    """
    attempt = new_attempt()
    for fresh in (True,) if from_list else (False, True):
        view = view_of(pool, now=now, fresh=fresh)
        room = view.for_who_waits if from_list else view.availability
        if room is Availability.CLOSED and view.blocks:
            raise PoolClosed("The number of seats is being changed. Please try again in a moment.")
        if room in (Availability.CLOSED, Availability.UNLIMITED):
            raise PoolBusy("The seats are being set up. Please try again in a moment.")
        if room is not Availability.OPEN:
            return None
        for number in search_order(guest, view.room, count=view.blocks):
            wanted = Claim(guest, attempt, number)
            try:
                block = Block.take(pool, wanted, now=now)
            except StaleWrite:
                # Whoever filled it may have crashed before saying so; a view read just now
                # that still shows room is worth correcting.
                _note_full(pool, number, view, now=now, tell=fresh)
                continue
            if not block.has_room:
                _note_full(pool, number, view, now=now, tell=True)
            return wanted
    return None


def _note_full(pool: str, number: int, view: View, *, now: datetime, tell: bool) -> None:
    view.room.discard(number)
    if not tell:
        return
    summary = Summary.number_of(number)
    last = all(Summary.number_of(other) != summary for other in view.room)
    due_at = now + AUDIT_EVERY
    left = Summary.clear(pool, number, due_at=due_at, audit_soon=last)
    if not left.room and not last:
        Summary.schedule(pool, summary, due_at=due_at)


def release(*, pool: str, claim: Claim, now: datetime) -> None:
    """Give exactly this claim's seat back. Repeating it changes nothing.

    Only for claims that no registration confirms (any more).
    """
    try:
        block = Block.give_back(pool, claim)
        is_news = len(block.claims) + 1 >= block.cap
    except StaleWrite as refusal:
        # Released before, maybe by somebody who crashed before the summary heard of it, or
        # while another, who had just filled the block, was about to tell it.
        if refusal.old is None:
            return
        block, is_news = refusal.old, True
    if block.cap == 0:
        resume(pool=pool, now=now)
        return
    view = view_of(pool, now=now)
    if block.has_room and (is_news or claim.block not in view.room):
        Summary.show(pool, {claim.block})
        view.room.add(claim.block)


def rename_within(
    write: Transaction, *, pool: str, claim: Claim, guest: str, now: datetime
) -> Claim:
    """Part of a larger transaction: this claim becomes one of another guest, in the same block.

    The attempt is a new one: a late release of a claim that the guest once had must not find it.
    """
    renamed = Claim(guest, new_attempt(), claim.block)
    Block(Block.key(pool, claim.block)).rename_within(write, claim, renamed, now=now)
    return renamed


def audit(
    *, pool: str, is_confirmed: IsConfirmed, fence: Fence, now: datetime, thorough: bool = False
) -> AuditReport:
    """Release the claims that nobody confirmed and never will; show again what has room.

    Looks at claims newer than the previous audit's start and older than a minute, or at all
    older than a minute when ``thorough`` or when the nightly audit is due. Before a release
    the guest's registration is fenced (its version raised), so a commit still on its way is
    refused. Any number of audits may run at once.

    ``is_confirmed`` reads, consistently, what the registrations say of some claims, in
    their order; ``fence(claim, version)`` answers ``False`` when the version moved on.
    """
    stored = Pool.find_pool(pool)
    if stored is None:
        raise PoolNotFound("There are no seats under this name.", pool=pool)
    thorough = thorough or stored.audit_due_at is None or stored.audit_due_at <= now
    since = None if thorough or stored.audited_at is None else stored.audited_at - GRACE
    blocks = Block.list_for_pool(pool, blocks=int(stored.blocks))
    suspects = [
        claim
        for block in blocks
        for claim, at in block.list_claims()
        if at <= (now - GRACE).timestamp() and (since is None or at >= since.timestamp())
    ]
    released, left = _release_orphans(pool, suspects, is_confirmed, fence, now)
    if stored.closed:
        resume(pool=pool, now=now)
        stored = Pool.find_pool(pool) or stored
        blocks = Block.list_for_pool(pool, blocks=int(stored.blocks))
    room = {block.number for block in blocks if block.has_room}
    _show_room(pool, room, now=now)
    _schedule(pool, stored, soon=stored.closed or stored.waiting or not (room or released), now=now)
    stored.note_audit(
        started_at=now, next_due_at=now + THOROUGH_EVERY if thorough and stored.blocks else None
    )
    return AuditReport(inspected=len(suspects), released=released, left=left)


def _release_orphans(
    pool: str, suspects: list[Claim], is_confirmed: IsConfirmed, fence: Fence, now: datetime
) -> tuple[int, int]:
    released = 0
    for _ in range(_LOOKS):
        moved: list[Claim] = []
        for claim, standing in zip(suspects, is_confirmed(suspects), strict=True):
            if standing.confirmed:
                continue
            if standing.settled or fence(claim, standing.version):
                release(pool=pool, claim=claim, now=now)
                released += 1
            else:
                moved.append(claim)
        suspects = moved
        if not suspects:
            break
    return released, len(suspects)


def _show_room(pool: str, room: set[int], *, now: datetime) -> None:
    """Show every block that has room.

    Bits of full blocks stay: clearing one here could overtake a release, and the next claim
    that such a block refuses clears it.
    """
    view = view_of(pool, now=now, fresh=True)
    capacity.show_room(pool, room - view.room)
    view.room |= room


def _schedule(pool: str, stored: Pool, *, soon: bool, now: datetime) -> None:
    """One entry in the index of audits while the pool is full, closed or flagged, else none."""
    due_at = now + AUDIT_EVERY
    for summary in Summary.list_for_pool(pool, blocks=int(stored.blocks)):
        if soon and summary.number == 0:
            Summary.schedule(pool, 0, due_at=due_at)
        elif summary.audit_state:
            Summary.schedule(pool, summary.number, due_at=None)
            now_stored = Pool.find_pool(pool)
            if now_stored and (now_stored.waiting or now_stored.closed):
                # Since the pool was read; whoever did it found an entry and made none.
                Summary.schedule_first(pool, 0, due_at=due_at)


def retire(*, pool: str) -> None:
    """Audit this pool no more: its event is over. Idempotent."""
    stored = Pool.find_pool(pool)
    if stored is None:
        return
    stored.retire()
    for number in range(_summaries(int(stored.blocks))):
        Summary.schedule(pool, number, due_at=None)


def _summaries(blocks: int) -> int:
    return -(-blocks // BLOCKS_PER_SUMMARY)
