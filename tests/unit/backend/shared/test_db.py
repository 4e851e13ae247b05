"""The database edge, without a database."""

from contextlib import suppress

from backend.shared.db import Table, transaction


def test_transaction_before_any_other_call_waits_no_longer_than_tables_do(monkeypatch):
    monkeypatch.setattr(Table, "_shared", None)

    with suppress(LookupError), transaction() as write:
        patience = write._connection.client.meta.config
        raise LookupError  # nothing is to be written

    assert (patience.connect_timeout, patience.read_timeout) == (1, 3)
