"""Changing how many seats a pool has, in steps that any process can take up after a crash.

(1) The pool closes under a new plan. (2) Every block is shut under that plan, so its claims
can only become fewer, and is counted. (3) If the claims fit, the pool item gets caps that
cover them. (4) The blocks take their caps and the pool opens. If they do not fit it stays
closed: everybody keeps the seat, and each release, and each audit, comes back to (2).
"""

from itertools import groupby

from backend.seats.claims import spread
from backend.seats.models import Block, Pool, Summary
from backend.shared.db import StaleWrite

_ROUNDS = 6


def settle(pool: str) -> None:
    """Carry a capacity change on as far as it goes now, whoever began it. Idempotent."""
    for _ in range(_ROUNDS):
        stored = Pool.find_pool(pool)
        if stored is None or not stored.closed:
            return
        try:
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
