import pytest

from backend.seats.claims import (
    SEATS_PER_BLOCK,
    Claim,
    block_caps,
    new_attempt,
    parse_claim,
    search_order,
    spread,
)
from backend.shared.errors import BadInput

GUEST = "0123456789ABCDEF"


@pytest.mark.parametrize(
    ("capacity", "caps"),
    [(1, [1]), (24, [24]), (25, [13, 12]), (50, [17, 17, 16]), (72, [24, 24, 24])],
)
def test_block_caps_add_up_to_the_capacity(capacity, caps):
    assert block_caps(capacity) == caps


def test_block_caps_of_a_large_pool_fill_no_block_beyond_its_size():
    caps = block_caps(20_000)

    assert (len(caps), sum(caps), max(caps)) == (834, 20_000, SEATS_PER_BLOCK)


@pytest.mark.parametrize("capacity", [0, -1])
def test_block_caps_refuse_a_pool_without_seats(capacity):
    with pytest.raises(BadInput) as refused:
        block_caps(capacity)

    assert list(refused.value.fields) == ["capacity"]


def test_claim_survives_its_text_form():
    claim = Claim(GUEST, new_attempt(), 7)

    assert (len(claim.text), parse_claim(claim.text, block=7)) == (22, claim)


def test_new_attempts_differ():
    assert len({new_attempt() for _ in range(1_000)}) == 1_000


def test_search_order_goes_round_from_the_guests_home():
    order = search_order(GUEST, set(range(10)), count=10)

    assert order == [(order[0] + step) % 10 for step in range(10)]


def test_search_order_keeps_only_blocks_with_room():
    assert sorted(search_order(GUEST, {3, 8}, count=10)) == [3, 8]


def test_search_order_spreads_guests_over_all_blocks():
    homes = {search_order(f"GUEST{n:011d}", set(range(24)), count=24)[0] for n in range(500)}

    assert homes == set(range(24))


def test_search_order_of_a_pool_without_blocks_is_empty():
    assert search_order(GUEST, set(), count=0) == []


@pytest.mark.parametrize(
    ("claimed", "capacity", "caps"),
    [
        ([17, 17, 16], 50, [17, 17, 16]),
        ([0, 0, 0], 50, [17, 17, 16]),
        ([20, 1, 1], 24, [20, 2, 2]),
        ([24, 24], 60, [24, 24, 12]),
        ([1, 0], 1, [1, 0]),
    ],
)
def test_spread_covers_the_claims_and_adds_up(claimed, capacity, caps):
    assert spread(claimed, capacity) == caps


def test_spread_over_many_blocks_fills_none_beyond_its_size():
    caps = spread([3] * 834, 50_000)

    assert (len(caps), sum(caps), max(caps)) == (2084, 50_000, SEATS_PER_BLOCK)
