"""Opening, claiming and releasing, against the local cloud."""

from datetime import timedelta
from uuid import uuid4

import pytest

from backend.seats import queries, services
from backend.seats.claims import Claim
from backend.seats.errors import PoolBusy
from backend.seats.models import AuditState, Block, Pool, Summary
from backend.seats.states import Availability
from backend.shared.errors import BadInput
from tests.support.seat_pools import (
    NOON,
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


# Opening


def test_open_pool_makes_blocks_of_at_most_24_seats_and_one_summary():
    pool = open_pool(50)

    assert [block.cap for block in blocks_of(pool)] == [17, 17, 16]
    assert room_of(pool) == {0, 1, 2}
    assert Pool.find_pool(pool).capacity == 50


def test_open_pool_of_3500_seats_has_two_summaries():
    pool = open_pool(3_500)

    assert sum(block.cap for block in blocks_of(pool)) == 3_500
    assert [
        len(s.room) for s in sorted(Summary.list_for_pool(pool, blocks=146), key=lambda s: s.number)
    ] == [128, 18]


def test_open_pool_again_keeps_the_claims():
    pool = open_pool(30)
    held = fill(pool, 3)

    services.open_pool(pool=pool, capacity=30, now=NOON)

    assert claims_of(pool) == set(held)


def test_open_pool_after_a_crash_keeps_what_was_written():
    pool = open_pool(30)
    Pool.find_pool(pool).delete()
    held = Claim(guest(1), "AAAAAA", 0)
    Block.take(pool, held, now=NOON)

    services.open_pool(pool=pool, capacity=30, now=NOON)

    assert (claims_of(pool), Pool.find_pool(pool).blocks) == ({held}, 2)


def test_open_pool_refuses_a_capacity_of_nothing():
    with pytest.raises(BadInput):
        open_pool(0)


# Claiming


def test_claim_holds_a_seat_with_the_second_it_was_made():
    pool = open_pool(10)

    held = claim(pool, 1)

    assert blocks_of(pool)[held.block].claims == {held.text: int(NOON.timestamp())}


def test_claims_of_one_guest_differ():
    pool = open_pool(10)

    assert claim(pool, 1) != claim(pool, 1)


def test_every_seat_of_a_pool_can_be_claimed_and_no_more():
    pool = open_pool(50)

    held = fill(pool, 50)

    assert claim(pool, 50) is None
    assert claims_of(pool) == set(held)


def test_a_full_pool_says_so_and_waits_for_an_early_audit():
    pool = open_pool(2)

    fill(pool, 2)

    assert services.availability(pool=pool, now=NOON) == Availability.FULL
    assert room_of(pool) == set()
    assert pool in due(AuditState.SOON, at=NOON + services.AUDIT_EVERY)
    assert pool not in due(AuditState.SOON, at=NOON)


def test_another_process_learns_within_a_second_that_the_pool_is_full():
    pool = open_pool(2)
    elsewhere = queries.view_of(pool, now=NOON)
    queries.forget_views()
    fill(pool, 2)
    queries._views[pool] = elsewhere

    assert services.availability(pool=pool, now=NOON) == Availability.OPEN
    assert services.availability(pool=pool, now=NOON + timedelta(seconds=1)) == Availability.FULL


def test_claim_with_an_outdated_view_finds_the_last_seat():
    pool = open_pool(50)
    elsewhere = queries.view_of(pool, now=NOON)
    queries.forget_views()
    fill(pool, 49)
    queries._views[pool] = elsewhere

    assert claim(pool, 100) is not None
    assert claim(pool, 101) is None


def test_claim_corrects_a_summary_whose_writer_crashed():
    pool = open_pool(2)
    for number in range(2):
        Block.take(pool, Claim(guest(number), "AAAAAA", 0), now=NOON)

    assert claim(pool, 3) is None

    assert room_of(pool) == set()
    assert pool in due(AuditState.SOON, at=NOON + services.AUDIT_EVERY)


def test_the_last_block_is_noticed_though_the_view_believed_in_another():
    pool = open_pool(50)
    view = queries.view_of(pool, now=NOON)
    for number in (0, 1):
        Summary.clear(pool, number, due_at=NOON, audit_soon=False)
    view.room = {0, 1, 2}

    services._note_full(pool, 2, view, now=NOON, tell=True)

    assert room_of(pool) == set()
    assert pool in due(AuditState.SOON, at=NOON + services.AUDIT_EVERY)


def test_a_claim_sent_twice_takes_one_seat():
    pool = open_pool(1)
    held = claim(pool, 1)

    Block.take(pool, held, now=NOON)

    assert claims_of(pool) == {held}


def test_claim_before_the_pool_is_open_is_refused():
    pool = str(uuid4())

    with pytest.raises(PoolBusy):
        claim(pool, 1)

    services.open_pool(pool=pool, capacity=1, now=NOON)
    assert claim(pool, 1) is not None


def test_claim_in_an_unlimited_pool_is_refused():
    pool = open_pool(None)

    with pytest.raises(PoolBusy):
        claim(pool, 1)

    assert services.availability(pool=pool, now=NOON) == Availability.UNLIMITED


def test_a_process_that_knows_very_many_pools_forgets_them(monkeypatch):
    monkeypatch.setattr(queries, "_VIEWS_KEPT", 1)
    pools = [open_pool(1), open_pool(1)]

    for pool in pools:
        queries.view_of(pool, now=NOON)

    assert set(queries._views) == {pools[1]}


def test_claim_while_the_capacity_changes_is_refused():
    pool = open_pool(5)
    Pool.change(Pool.key(pool), actions=[Pool.closed.set(True)])

    with pytest.raises(PoolBusy):
        claim(pool, 1)

    assert services.availability(pool=pool, now=NOON) == Availability.CLOSED


# Releasing


def test_release_frees_exactly_that_claim():
    pool = open_pool(10)
    first, second = claim(pool, 1), claim(pool, 1)

    services.release(pool=pool, claim=first, now=NOON)

    assert claims_of(pool) == {second}


def test_release_shows_the_freed_seat_to_everybody():
    pool = open_pool(1)
    held = claim(pool, 1)

    services.release(pool=pool, claim=held, now=NOON)
    queries.forget_views()

    assert room_of(pool) == {0}
    assert claim(pool, 2) is not None


def test_release_again_changes_nothing():
    pool = open_pool(2)
    held, other = fill(pool, 2)

    services.release(pool=pool, claim=held, now=NOON)
    services.release(pool=pool, claim=held, now=NOON)

    assert claims_of(pool) == {other}


def test_release_again_shows_the_seat_that_a_crash_kept_hidden():
    pool = open_pool(1)
    held = claim(pool, 1)
    Block.give_back(pool, held)

    services.release(pool=pool, claim=held, now=NOON)

    assert room_of(pool) == {0}


def test_release_again_shows_the_seat_that_somebody_hid_meanwhile():
    pool = open_pool(1)
    held = claim(pool, 1)
    services.release(pool=pool, claim=held, now=NOON)
    Summary.clear(pool, 0, due_at=NOON, audit_soon=True)  # late, by who had filled the block

    services.release(pool=pool, claim=held, now=NOON)

    assert room_of(pool) == {0}


def test_release_in_a_block_that_does_not_exist_changes_nothing():
    services.release(pool=str(uuid4()), claim=Claim(guest(1), "AAAAAA", 0), now=NOON)
