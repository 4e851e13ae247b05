"""Changing how many seats a pool has, against the local cloud."""

from datetime import datetime
from uuid import uuid4

import pytest

from backend.seats import services
from backend.seats.errors import CapacityFixed, PoolBusy, PoolNotFound
from backend.seats.models import AuditState, Pool
from backend.seats.states import Availability
from backend.shared.errors import BadInput
from tests.support.seat_pools import (
    LATER,
    NOON,
    audit,
    blocks_of,
    claim,
    claims_of,
    due,
    fill,
    open_pool,
    room_of,
)

pytestmark = pytest.mark.usefixtures("tables")


def change_capacity(pool: str, seats: int, *, at: datetime = NOON) -> None:
    services.change_capacity(pool=pool, seats=seats, now=at)


def caps_of(pool: str) -> list[int]:
    return [int(block.cap) for block in blocks_of(pool)]


def test_raising_the_capacity_adds_seats_and_blocks():
    pool = open_pool(2)
    held = fill(pool, 2)

    change_capacity(pool, 30)

    assert (sum(caps_of(pool)), len(caps_of(pool)), room_of(pool)) == (30, 2, {0, 1})
    assert claims_of(pool) == set(held)
    assert fill(pool, 28)
    assert claim(pool, 99) is None


def test_raising_the_capacity_beyond_a_summary_adds_summaries():
    pool = open_pool(24)

    change_capacity(pool, 24 * 130)

    assert room_of(pool) == set(range(130))


def test_lowering_the_capacity_takes_free_seats_only():
    pool = open_pool(50)
    held = fill(pool, 5)

    change_capacity(pool, 6)

    assert (sum(caps_of(pool)), claims_of(pool)) == (6, set(held))
    assert claim(pool, 98) is not None
    assert claim(pool, 99) is None


def test_lowering_below_what_is_claimed_keeps_everybody_and_closes():
    pool = open_pool(50)
    held = fill(pool, 5)

    change_capacity(pool, 3)

    assert (caps_of(pool), claims_of(pool)) == ([0, 0, 0], set(held))
    assert claim(pool, 99) is None
    assert services.availability(pool=pool, now=NOON) == Availability.FULL
    assert pool in due(AuditState.SOON, at=NOON + services.AUDIT_EVERY)


def test_a_pool_over_its_capacity_opens_once_enough_seats_are_free():
    pool = open_pool(50)
    held = fill(pool, 5)
    change_capacity(pool, 3)

    for given_up in held[:3]:
        services.release(pool=pool, claim=given_up, now=LATER)

    assert sum(caps_of(pool)) == 3
    assert claim(pool, 98, at=LATER) is not None
    assert claim(pool, 99, at=LATER) is None


def test_an_audit_opens_a_pool_over_its_capacity():
    pool = open_pool(50)
    held = fill(pool, 5)
    change_capacity(pool, 3)

    audit(pool, confirmed=held[:2])

    assert (sum(caps_of(pool)), claims_of(pool)) == (3, set(held[:2]))
    assert claim(pool, 98, at=LATER) is not None


def test_changing_the_capacity_to_what_it_is_changes_nothing():
    pool = open_pool(50)

    change_capacity(pool, 50)

    assert (caps_of(pool), Pool.find_pool(pool).plan) == ([17, 17, 16], 0)


def test_changing_the_capacity_there_and_back_leaves_every_seat():
    pool = open_pool(50)
    held = fill(pool, 10)

    for seats in (3, 80, 1, 50):
        change_capacity(pool, seats)

    assert (sum(caps_of(pool)), claims_of(pool)) == (50, set(held))


@pytest.mark.parametrize("seats", [0, -5])
def test_changing_the_capacity_to_nothing_is_refused(seats):
    pool = open_pool(50)

    with pytest.raises(BadInput):
        change_capacity(pool, seats)


def test_an_unlimited_pool_gets_no_limit():
    pool = open_pool(None)

    with pytest.raises(CapacityFixed):
        change_capacity(pool, 5)


def test_changing_the_capacity_of_an_unknown_pool_is_refused():
    with pytest.raises(PoolNotFound):
        change_capacity(str(uuid4()), 5)


def test_changing_the_capacity_gives_up_when_others_keep_changing_it(monkeypatch):
    pool = open_pool(5)
    announce = Pool.announce

    def announce_too_late(self, capacity):
        announce(self, capacity + 1)
        return announce(self, capacity)

    monkeypatch.setattr(Pool, "announce", announce_too_late)
    with pytest.raises(PoolBusy):
        change_capacity(pool, 7)
