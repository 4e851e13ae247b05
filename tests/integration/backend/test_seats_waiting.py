"""The flag that sends newcomers to the waiting list, against the local cloud."""

from datetime import timedelta
from uuid import uuid4

import pytest

from backend.seats import queries, services
from backend.seats.errors import PoolNotFound
from backend.seats.models import AuditState, Pool
from backend.seats.states import Availability
from tests.support.seat_pools import LATER, NOON, audit, claim, due, fill, guest, open_pool

pytestmark = pytest.mark.usefixtures("tables")
MUCH_LATER = LATER + timedelta(minutes=5)


def note_waiting(pool: str) -> None:
    services.note_waiting(pool=pool, now=NOON)


def lower_flag(pool: str, *, anybody: bool = False, at=LATER) -> None:
    services.lower_flag(pool=pool, is_anybody_waiting=lambda: anybody, now=at)


def flagged(pool: str) -> bool:
    return Pool.find_pool(pool).waiting


def test_newcomers_get_no_seat_while_others_wait():
    pool = open_pool(5)
    note_waiting(pool)

    assert services.availability(pool=pool, now=NOON) == Availability.WAITING
    assert claim(pool, 1) is None
    assert services.claim(pool=pool, guest=guest(1), now=NOON, from_list=True) is not None


def test_another_process_hears_of_the_flag_within_a_second():
    pool = open_pool(5)
    queries.view_of(pool, now=NOON)
    Pool.raise_flag(pool)

    assert services.availability(pool=pool, now=NOON) == Availability.OPEN
    assert services.availability(pool=pool, now=NOON + queries.VIEW_FOR) == Availability.WAITING


def test_who_waits_gets_nothing_in_a_full_pool():
    pool = open_pool(1)
    fill(pool, 1)

    assert services.claim(pool=pool, guest=guest(2), now=NOON, from_list=True) is None


def test_a_flagged_pool_is_audited_soon_though_it_has_room():
    pool = open_pool(5)
    note_waiting(pool)

    assert pool in due(AuditState.SOON, at=NOON + services.AUDIT_EVERY)


def test_joining_again_does_not_put_the_audit_off():
    pool = open_pool(5)
    note_waiting(pool)
    services.note_waiting(pool=pool, now=LATER)

    assert pool in due(AuditState.SOON, at=NOON + services.AUDIT_EVERY)
    assert Pool.find_pool(pool).joined == 2


def test_an_audit_keeps_a_flagged_pool_due():
    pool = open_pool(5)
    note_waiting(pool)

    audit(pool)

    assert pool in due(AuditState.SOON, at=LATER + services.AUDIT_EVERY)


def test_a_flag_raised_while_an_audit_ends_stays_due(monkeypatch):
    pool = open_pool(5)
    note_waiting(pool)
    Pool.change(Pool.key(pool), actions=[Pool.waiting.set(False)])
    schedule = services.Summary.schedule

    def raised_before(pool, number, *, due_at):
        note_waiting(pool)
        schedule(pool, number, due_at=due_at)

    monkeypatch.setattr(services.Summary, "schedule", raised_before)
    audit(pool)

    assert pool in due(AuditState.SOON, at=LATER + services.AUDIT_EVERY)


def test_the_flag_falls_when_two_audits_find_nobody():
    pool = open_pool(5)
    note_waiting(pool)

    lower_flag(pool)
    assert flagged(pool)
    lower_flag(pool, at=MUCH_LATER)

    assert not flagged(pool)


def test_two_looks_at_the_same_time_count_as_one():
    pool = open_pool(5)
    note_waiting(pool)

    lower_flag(pool)
    lower_flag(pool)

    assert flagged(pool)


def test_who_joins_between_two_audits_keeps_the_flag_up():
    pool = open_pool(5)
    note_waiting(pool)
    lower_flag(pool)

    note_waiting(pool)
    lower_flag(pool, at=MUCH_LATER)

    assert flagged(pool)


def test_somebody_seen_waiting_between_two_audits_keeps_the_flag_up():
    pool = open_pool(5)
    note_waiting(pool)
    lower_flag(pool)

    lower_flag(pool, anybody=True, at=MUCH_LATER)
    lower_flag(pool, at=MUCH_LATER + timedelta(minutes=5))

    assert flagged(pool)


@pytest.mark.parametrize("looks", [1, 2])
def test_who_joins_while_an_audit_looks_keeps_the_flag_up(looks):
    pool = open_pool(5)
    note_waiting(pool)
    if looks == 2:
        lower_flag(pool)

    def joins_behind_the_audit() -> bool:
        note_waiting(pool)
        return False

    services.lower_flag(pool=pool, is_anybody_waiting=joins_behind_the_audit, now=MUCH_LATER)

    assert (flagged(pool), Pool.find_pool(pool).joined) == (True, 2)


def test_nobody_waits_where_there_is_no_pool():
    with pytest.raises(PoolNotFound):
        note_waiting(str(uuid4()))
    lower_flag(str(uuid4()))
