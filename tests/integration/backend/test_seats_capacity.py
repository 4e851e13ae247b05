"""Changing how many seats a pool has, against the local cloud."""

import itertools
from datetime import datetime
from uuid import uuid4

import pytest

from backend.seats import services
from backend.seats.claims import SEATS_PER_BLOCK
from backend.seats.errors import PoolBusy, PoolClosed, PoolNotFound
from backend.seats.models import AuditState, Pool
from backend.seats.states import Availability
from backend.shared.db import StaleWrite
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
    guest,
    open_pool,
    room_of,
)

pytestmark = pytest.mark.usefixtures("tables")


wishes = itertools.count(1)


def change_capacity(
    pool: str, seats: int | None, *, at: datetime = NOON, order: int | None = None
) -> None:
    services.change_capacity(pool=pool, seats=seats, order=order or next(wishes), now=at)


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


def test_a_wish_that_is_not_later_than_the_last_changes_nothing():
    pool = open_pool(5)
    change_capacity(pool, 7, order=10)

    change_capacity(pool, 9, order=10)
    change_capacity(pool, 2, order=9)

    assert sum(caps_of(pool)) == 7


def test_a_wish_for_the_capacity_there_is_counts_as_one():
    pool = open_pool(5)
    change_capacity(pool, 5, order=10)

    change_capacity(pool, 9, order=9)

    assert sum(caps_of(pool)) == 5


def test_a_wish_overtaken_by_a_later_one_for_the_same_capacity_is_refused():
    pool = open_pool(5)
    seen = Pool.find_pool(pool)
    change_capacity(pool, 5, order=10)

    with pytest.raises(StaleWrite):
        seen.announce(9, blocks=1, order=9, nightly_at=LATER)
    with pytest.raises(StaleWrite):
        seen.lift(order=9)
    with pytest.raises(StaleWrite):
        seen.keep(order=9)


def test_lifting_the_limit_keeps_the_claims_and_takes_no_more():
    pool = open_pool(5)
    held = fill(pool, 5)

    change_capacity(pool, None)

    assert services.availability(pool=pool, now=NOON) == Availability.UNLIMITED
    assert claims_of(pool) == set(held)


def test_lifting_the_limit_of_a_pool_over_its_capacity_opens_it():
    pool = open_pool(5)
    fill(pool, 5)
    change_capacity(pool, 3)

    change_capacity(pool, None)

    assert services.availability(pool=pool, now=NOON) == Availability.UNLIMITED


# A limit for a pool that had none


def adopt(pool: str, *numbers: int) -> list:
    return [services.adopt(pool=pool, guest=guest(number), now=NOON) for number in numbers]


def end_adoption(pool: str) -> bool:
    return services.end_adoption(pool=pool, plan=int(Pool.find_pool(pool).plan), now=NOON)


def limited(seats: int) -> str:
    """A pool that had no limit and waits for its guests' claims."""
    pool = open_pool(None)
    change_capacity(pool, seats)
    return pool


def test_a_pool_that_gets_a_limit_stays_closed_until_its_guests_are_adopted():
    pool = limited(3)

    with pytest.raises(PoolClosed):
        claim(pool, 9)
    services.resume(pool=pool, now=NOON)
    assert services.availability(pool=pool, now=NOON) == Availability.CLOSED
    assert pool in due(AuditState.SOON, at=NOON + services.AUDIT_EVERY)

    held = adopt(pool, 1, 2)
    assert end_adoption(pool)

    assert (claims_of(pool), sum(caps_of(pool))) == (set(held), 3)
    assert claim(pool, 3) is not None
    assert claim(pool, 4) is None


def test_a_pool_whose_guests_are_more_than_its_limit_keeps_them_and_stays_closed():
    pool = limited(2)

    held = adopt(pool, *range(60))
    assert end_adoption(pool)

    assert claims_of(pool) == set(held)
    assert max(len(block.claims) for block in blocks_of(pool)) <= SEATS_PER_BLOCK
    assert services.availability(pool=pool, now=NOON) == Availability.FULL
    for given_up in held[1:]:
        services.release(pool=pool, claim=given_up, now=LATER)
    assert claim(pool, 99, at=LATER) is not None
    assert claim(pool, 98, at=LATER) is None


def test_an_adoption_does_not_end_when_the_pool_changed_since():
    pool = limited(2)
    plan = int(Pool.find_pool(pool).plan)
    change_capacity(pool, None)
    change_capacity(pool, 4)

    assert not services.end_adoption(pool=pool, plan=plan, now=NOON)

    assert Pool.find_pool(pool).adopting
    assert end_adoption(pool)
    assert end_adoption(pool)


def test_another_limit_during_the_adoption_goes_on_adopting():
    pool = limited(2)
    adopt(pool, 1)
    change_capacity(pool, 4)

    assert Pool.find_pool(pool).adopting
    assert end_adoption(pool)
    assert sum(caps_of(pool)) == 4


def test_adopting_where_there_is_room_closes_nothing():
    pool = open_pool(3)

    assert len(set(adopt(pool, 1))) == 1

    assert services.availability(pool=pool, now=NOON) == Availability.OPEN


def test_adopting_past_the_limit_lets_nobody_in_until_enough_left():
    pool = open_pool(30)
    held = fill(pool, 30)

    (late,) = adopt(pool, 77)
    services.resume(pool=pool, now=NOON)

    assert claims_of(pool) == {*held, late}
    services.release(pool=pool, claim=held[0], now=NOON)
    assert claim(pool, 99) is None
    services.release(pool=pool, claim=held[1], now=NOON)
    assert claim(pool, 99) is not None
    assert claim(pool, 98) is None


def test_a_count_made_before_an_adoption_does_not_stand():
    pool = open_pool(30)
    held = fill(pool, 30)
    change_capacity(pool, 20)
    for given_up in held[:9]:
        services.release(pool=pool, claim=given_up, now=NOON)
    counted = Pool.find_pool(pool)

    adopt(pool, 77)

    with pytest.raises(StaleWrite):
        counted.plan_caps([10, 10])


def test_adopting_without_a_limit_takes_no_claim():
    assert adopt(open_pool(None), 1) == [None]


def test_changing_the_capacity_of_an_unknown_pool_is_refused():
    with pytest.raises(PoolNotFound):
        change_capacity(str(uuid4()), 5)


def test_changing_the_capacity_gives_up_when_others_keep_changing_it(monkeypatch):
    pool = open_pool(5)
    announce = Pool.announce

    def announce_too_late(self, capacity, *, order, **values):
        announce(self, capacity + 1, order=order - 0.5, **values)
        return announce(self, capacity, order=order, **values)

    monkeypatch.setattr(Pool, "announce", announce_too_late)
    with pytest.raises(PoolBusy):
        change_capacity(pool, 7)
