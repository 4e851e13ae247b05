"""The audit by the clock: what is due is done, whatever fails beside it."""

import io
import json
from datetime import timedelta

import pytest

from backend.handlers import seat_audit
from backend.seats import queries as seat_queries
from backend.seats import services as seats
from backend.seats.models import Block, Pool
from backend.shared.clock import utc_now
from backend.shared.observability import logger
from tests.factories.events import make_event, new_event_id

pytestmark = pytest.mark.usefixtures("tables")
TWO_DAYS_AGO = utc_now() - timedelta(days=2)
THREE_DAYS_AGO = utc_now() - timedelta(days=3)


@pytest.fixture
def log(monkeypatch) -> io.StringIO:
    written = io.StringIO()
    monkeypatch.setattr(logger.registered_handler, "stream", written)
    return written


@pytest.fixture
def due_event():
    """An event with a claim that nobody confirmed, its nightly audit overdue."""
    event = make_event(capacity=5, ends_at=utc_now() + timedelta(days=9))
    seats.open_pool(pool=event.uuid, capacity=5, now=TWO_DAYS_AGO)
    seats.claim(pool=event.uuid, guest="0" * 16, now=TWO_DAYS_AGO)
    yield event
    seats.retire(pool=event.uuid)


@pytest.fixture
def broken_pool():
    """Seats of an event that is nowhere, due before all others."""
    pool = new_event_id()
    seats.open_pool(pool=pool, capacity=5, now=THREE_DAYS_AGO)
    yield pool
    seats.retire(pool=pool)


def claims_of(event) -> int:
    return sum(
        len(list(block.list_claims())) for block in Block.list_for_pool(event.uuid, blocks=1)
    )


def test_audit_frees_what_is_due_and_tells_how_much(due_event):
    done = seat_audit.handler({}, None)

    # Pools of other tests may be due as well: theirs have nothing to release.
    assert (done["pools_audited"] > 0, done["seats_released"], claims_of(due_event)) == (True, 1, 0)
    assert seat_queries.list_due_audits(now=utc_now()) == []


def test_failing_audit_holds_up_no_other_and_is_told_at_the_end(due_event, broken_pool, log):
    assert seat_queries.list_due_audits(now=utc_now()) == [broken_pool, due_event.uuid]

    with pytest.raises(seat_audit.AuditFailed, match=r"^1 of 2 audits failed\.$"):
        seat_audit.handler({}, None)

    assert claims_of(due_event) == 0
    assert Pool.find_pool(due_event.uuid).audit_due_at > utc_now()
    assert seat_queries.list_due_audits(now=utc_now()) == [broken_pool]
    lines = [json.loads(line) for line in log.getvalue().splitlines()]
    [failure] = [line for line in lines if line["level"] == "ERROR"]
    assert (failure["message"], failure["event_id"]) == ("audit failed", broken_pool)
    assert failure["error_type"] == "EventNotFound"
