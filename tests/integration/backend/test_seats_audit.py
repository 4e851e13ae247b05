"""Audits of one pool, against the local cloud."""

from datetime import timedelta
from uuid import uuid4

import pytest

from backend.seats import services
from backend.seats.errors import PoolNotFound
from backend.seats.models import AuditState, Summary
from backend.seats.services import Standing
from tests.support.seat_pools import (
    LATER,
    NOON,
    audit,
    claim,
    claims_of,
    due,
    fill,
    open_pool,
    room_of,
)

pytestmark = pytest.mark.usefixtures("tables")


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
