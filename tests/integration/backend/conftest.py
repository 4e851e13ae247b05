"""Fixtures for tests of the seat protocol on the real code."""

import pytest

from backend.lifecycle import streams as lifecycle_streams
from backend.registrations import guests
from backend.seats import capacity, claims
from backend.seats.models import blocks
from tests.factories.events import NOON
from tests.support.interleaving import stopping_before_calls
from tests.support.seat_sequels import let_wake, wake_nobody
from tests.support.tables_in_process import tables_in_process


@pytest.fixture
def own_tables(tables):
    """Tables in this process, empty at first: for tests that look through all of them."""
    with tables_in_process():
        yield


@pytest.fixture
def seats_in_process(tables, monkeypatch):
    """Two seats a block, tables in this process, guests' keys and clocks the same in every run."""
    for module in (claims, capacity, blocks):
        monkeypatch.setattr(module, "SEATS_PER_BLOCK", 2)
    monkeypatch.setattr(guests, "stage_hmac_key", lambda: b"the same in every run")
    monkeypatch.setattr(lifecycle_streams, "utc_now", lambda: NOON)
    wake_nobody()
    with stopping_before_calls(), tables_in_process():
        yield
    let_wake()
