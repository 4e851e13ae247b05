"""Claims, releases and audits of one pool, against the local cloud."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from backend.seats import queries, services
from backend.seats.claims import Claim
from backend.seats.errors import CapacityFixed, PoolBusy, PoolNotFound
from backend.seats.models import AuditState, Block, Pool, Summary
from backend.seats.services import Standing
from backend.seats.states import Availability
from backend.shared.errors import BadInput

NOON = datetime(2030, 5, 1, 12, 0, tzinfo=UTC)
LATER = NOON + timedelta(minutes=2)
pytestmark = pytest.mark.usefixtures("tables")


@pytest.fixture(autouse=True)
def a_fresh_process():
    queries.forget_views()


def open_pool(capacity: int | None) -> str:
    pool = str(uuid4())
    services.open_pool(pool=pool, capacity=capacity, now=NOON)
    return pool


def guest(number: int) -> str:
    return f"GUEST{number:011d}"


def claim(pool: str, number: int, *, at: datetime = NOON) -> Claim | None:
    return services.claim(pool=pool, guest=guest(number), now=at)


def fill(pool: str, seats: int) -> list[Claim]:
    claims = [claim(pool, number) for number in range(seats)]
    assert None not in claims
    return claims


def blocks_of(pool: str) -> list[Block]:
    return Block.list_for_pool(pool, blocks=int(Pool.find_pool(pool).blocks))


def claims_of(pool: str) -> set[Claim]:
    return {claim for block in blocks_of(pool) for claim, _ in block.list_claims()}


def room_of(pool: str) -> set[int]:
    blocks = int(Pool.find_pool(pool).blocks)
    return set().union(*(s.room or () for s in Summary.list_for_pool(pool, blocks=blocks)))


def due(state: AuditState, *, at: datetime) -> list[str]:
    return queries.list_due(state, now=at, limit=1000).items


def nobody_is_confirmed(claims):
    return [Standing(confirmed=False, settled=False, version=0) for _ in claims]


def audit(pool: str, *, confirmed=(), at: datetime = LATER, fence=lambda *_: True, **how):
    def is_confirmed(claims):
        return [Standing(claim in confirmed, settled=False, version=0) for claim in claims]

    return services.audit(pool=pool, is_confirmed=is_confirmed, fence=fence, now=at, **how)


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


def test_release_in_a_block_that_does_not_exist_changes_nothing():
    services.release(pool=str(uuid4()), claim=Claim(guest(1), "AAAAAA", 0), now=NOON)


# Capacity


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


# Audits


def test_audit_releases_what_nobody_confirmed_and_keeps_the_rest():
    pool = open_pool(3)
    held = fill(pool, 3)

    report = audit(pool, confirmed=held[:1])

    assert (report.inspected, report.released, report.left) == (3, 2, 0)
    assert claims_of(pool) == {held[0]}
    assert room_of(pool) == {0}


def test_audit_fences_before_it_releases():
    pool = open_pool(1)
    held = claim(pool, 1)
    seen = []

    def fence(subject, version):
        seen.append((subject, version, claims_of(pool)))
        return True

    audit(pool, fence=fence)

    assert seen == [(held, 0, {held})]


def test_audit_keeps_a_claim_whose_guest_keeps_changing():
    pool = open_pool(1)
    held = claim(pool, 1)

    report = audit(pool, fence=lambda *_: False)

    assert (report.released, report.left) == (0, 1)
    assert claims_of(pool) == {held}


def test_audit_releases_without_a_fence_where_another_claim_is_confirmed():
    pool = open_pool(1)
    claim(pool, 1)

    def is_confirmed(claims):
        return [Standing(confirmed=False, settled=True, version=3) for _ in claims]

    services.audit(pool=pool, is_confirmed=is_confirmed, fence=None, now=LATER)

    assert claims_of(pool) == set()


def test_audit_leaves_young_claims_alone():
    pool = open_pool(2)
    held = claim(pool, 1)

    report = audit(pool, at=NOON + timedelta(seconds=59))

    assert (report.inspected, claims_of(pool)) == (0, {held})


def test_early_audit_looks_at_claims_since_the_one_before():
    pool = open_pool(3)
    old = claim(pool, 1)
    audit(pool, confirmed=[old], at=NOON + timedelta(minutes=10), thorough=True)
    young = claim(pool, 2, at=NOON + timedelta(minutes=11))

    report = audit(pool, at=NOON + timedelta(minutes=15))

    assert (report.inspected, claims_of(pool)) == (1, {old})
    assert young not in claims_of(pool)


def test_nightly_audit_looks_at_every_claim():
    pool = open_pool(3)
    old = claim(pool, 1)
    audit(pool, confirmed=[old], at=NOON + timedelta(minutes=10), thorough=True)

    report = audit(pool, at=NOON + timedelta(days=1, minutes=10))

    assert (report.inspected, claims_of(pool)) == (1, set())


def test_nightly_audits_come_due_once_a_day():
    pool = open_pool(3)
    day = timedelta(days=1)

    assert pool in due(AuditState.NIGHTLY, at=NOON + day)
    audit(pool, at=NOON + day)

    assert pool not in due(AuditState.NIGHTLY, at=NOON + day)
    assert pool in due(AuditState.NIGHTLY, at=NOON + 2 * day)


def test_audit_of_a_pool_that_stays_full_is_due_again_in_five_minutes():
    pool = open_pool(1)
    held = claim(pool, 1)

    audit(pool, confirmed=[held], at=LATER)

    assert pool not in due(AuditState.SOON, at=LATER)
    assert pool in due(AuditState.SOON, at=LATER + services.AUDIT_EVERY)


def test_audit_of_a_pool_with_room_again_waits_for_the_night():
    pool = open_pool(1)
    claim(pool, 1)

    audit(pool)

    assert pool not in due(AuditState.SOON, at=LATER + services.AUDIT_EVERY)


def test_audit_shows_room_that_a_crash_kept_hidden():
    pool = open_pool(50)
    for number in range(3):
        Summary.clear(pool, number, due_at=NOON, audit_soon=False)

    audit(pool)

    assert room_of(pool) == {0, 1, 2}


def test_audit_of_an_unlimited_pool_finds_nothing():
    pool = open_pool(None)

    assert audit(pool).inspected == 0
    assert pool not in due(AuditState.NIGHTLY, at=NOON + timedelta(days=9))


def test_audit_of_an_unknown_pool_is_refused():
    with pytest.raises(PoolNotFound):
        audit(str(uuid4()))


def test_retired_pool_is_audited_no_more():
    pool = open_pool(1)
    fill(pool, 1)

    services.retire(pool=pool)
    services.retire(pool=pool)

    ages = NOON + timedelta(days=99)
    assert pool not in due(AuditState.NIGHTLY, at=ages) + due(AuditState.SOON, at=ages)


def test_retiring_an_unknown_pool_changes_nothing():
    services.retire(pool=str(uuid4()))
