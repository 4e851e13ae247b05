"""Changing how many seats a pool has, in steps that any process can take up after a crash.

(1) The pool closes under a new plan. (2) Every block is shut under that plan, so its claims
can only become fewer, and is counted. (3) If the claims fit, the pool item gets caps that
cover them. (4) The blocks take their caps and the pool opens. If they do not fit it stays
closed: everybody keeps the seat, and each release, and each audit, comes back to (2).

A pool that was unlimited stays closed at (1) until every confirmed guest has been adopted, that
is, has a claim. A guest whose commit was decided without a limit and lands later still is
adopted then: the claim is forced into a block and all are counted again.
"""

import math
from datetime import datetime
from itertools import groupby

from backend.seats.claims import SEATS_PER_BLOCK, Claim, new_attempt, search_order, spread
from backend.seats.errors import PoolBusy, PoolNotFound
from backend.seats.models import Block, Pool, Summary
from backend.shared.db import StaleWrite

_ROUNDS = 6


def announce(pool: str, seats: int | None, *, order: int, nightly_at: datetime) -> bool:
    """Step (1), or the end of any limit; ``False`` when a wish as late was followed before.

    A pool with a limit is audited every night, from ``nightly_at`` on. Refuses with
    ``PoolNotFound`` and, when others keep changing the pool, ``PoolBusy``.
    """
    for _ in range(_ROUNDS):
        stored = fetch(pool)
        if stored.order >= order:
            return False
        try:
            if stored.capacity == seats:
                stored.keep(order=order)
            elif seats is None:
                stored.lift(order=order)
            else:
                blocks = math.ceil(seats / SEATS_PER_BLOCK)
                stored.announce(seats, blocks=blocks, order=order, nightly_at=nightly_at)
        except StaleWrite:
            continue
        return True
    raise PoolBusy("The number of seats is being changed elsewhere. Please try again.")


def fetch(pool: str) -> Pool:
    """The pool as it is now; refuses with ``PoolNotFound``."""
    stored = Pool.find_pool(pool)
    if stored is None:
        raise PoolNotFound("There are no seats under this name.", pool=pool)
    return stored


def force(pool: str, guest: str, *, now: datetime) -> Claim | None:
    """A claim for a guest who is confirmed without one, whether there is room or not.

    Whoever counted the blocks without it counts again. ``None``: the pool has no limit.
    """
    for _ in range(_ROUNDS):
        stored = fetch(pool)
        if stored.capacity is None:
            return None
        count = int(stored.blocks)
        claim = _force_into_some(pool, guest, count=count, now=now)
        if claim is not None:
            recount(pool)
            return claim
        Block.add_shut(pool, count)
        try:
            stored.extend(count + 1)
        except StaleWrite:
            continue
    raise PoolBusy("The seats are being counted. Please try again in a moment.")


def _force_into_some(pool: str, guest: str, *, count: int, now: datetime) -> Claim | None:
    attempt = new_attempt()
    known = {block.number: block for block in Block.list_for_pool(pool, blocks=count)}
    for number in search_order(guest, set(range(count)), count=count):
        if number not in known:
            Block.add_shut(pool, number)
        elif len(known[number].claims) >= SEATS_PER_BLOCK:
            continue
        wanted = Claim(guest, attempt, number)
        try:
            Block.force(pool, wanted, now=now)
        except StaleWrite:
            continue
        return wanted
    return None


def recount(pool: str) -> None:
    """Let no count stand that was made before now; nothing to do while guests are adopted."""
    for _ in range(_ROUNDS):
        stored = fetch(pool)
        if stored.capacity is None or stored.adopting:
            return
        try:
            stored.recount()
        except StaleWrite:
            continue
        return
    raise PoolBusy("The seats are being counted. Please try again in a moment.")


def settle(pool: str) -> None:
    """Carry a capacity change on as far as it goes now, whoever began it. Idempotent."""
    for _ in range(_ROUNDS):
        stored = Pool.find_pool(pool)
        if stored is None or not stored.closed:
            return
        try:
            if stored.adopting:
                return
            if stored.caps is not None:
                _open(pool, stored)
            elif not _plan(pool, stored):
                return
        except StaleWrite:
            continue  # somebody else took the next step


def _plan(pool: str, stored: Pool) -> bool:
    """Shut and count every block, then plan their caps; ``False`` while the claims do not fit."""
    plan, count = int(stored.plan), int(stored.blocks)
    known = {block.number: block for block in Block.list_for_pool(pool, blocks=count)}
    claimed = []
    for number in range(count):
        shut = known.get(number)
        if shut is None or shut.plan != plan:
            # Also one that is planned and not there yet: it must not appear with an old cap.
            shut = _set_cap(pool, number, 0, plan=plan)
        claimed.append(len(shut.claims))
    if sum(claimed) > stored.capacity:
        if not stored.over:
            stored.stay_closed()
        return False
    stored.plan_caps(spread(claimed, int(stored.capacity)))
    return True


def _open(pool: str, stored: Pool) -> None:
    plan = int(stored.plan)
    for number in range(Summary.number_of(len(stored.caps) - 1) + 1):
        Summary(Summary.key(pool, number)).add()
    blocks = [_set_cap(pool, k, cap, plan=plan) for k, cap in enumerate(stored.caps)]
    show_room(pool, {block.number for block in blocks if block.has_room})
    stored.reopen()


def _set_cap(pool: str, number: int, cap: int, *, plan: int) -> Block:
    """The block under this plan; refuses with ``StaleWrite`` when a newer plan has it."""
    try:
        return Block.set_cap(pool, number, cap, plan=plan)
    except StaleWrite as refusal:
        block: Block = refusal.old
        if block.plan > plan:
            raise
        return block


def show_room(pool: str, blocks: set[int]) -> None:
    """Say that these blocks have room: one write per summary."""
    for _, numbers in groupby(sorted(blocks), key=Summary.number_of):
        Summary.show(pool, set(numbers))
