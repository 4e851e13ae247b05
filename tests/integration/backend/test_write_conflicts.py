"""Writes that meet a transaction: DynamoDB refuses them, and they are tried again."""

from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

import pytest
from pynamodb.exceptions import UpdateError

from backend.shared.db import StaleWrite
from tests.support.interleaving import dynamodb_client
from tests.support.registering import add, admit, claims_in, open_event, register, stored
from tests.support.waiting import change_email

pytestmark = pytest.mark.usefixtures("tables")


@contextmanager
def refused(operation: str, times: int, error: dict[str, Any]) -> Iterator[None]:
    """The next calls of an operation are answered by this error and never reach the table."""
    left = [times]

    def answer(**_: Any) -> Any:
        if not left[0]:
            return None
        left[0] -= 1
        return SimpleNamespace(status_code=400, headers={}), error

    event = f"before-call.dynamodb.{operation}"
    events = dynamodb_client().meta.events
    events.register(event, answer)
    try:
        yield
    finally:
        events.unregister(event, answer)


CONFLICT = {"Error": {"Code": "TransactionConflictException", "Message": "ongoing"}}
CANCELED = {
    "Error": {
        "Code": "TransactionCanceledException",
        "Message": "Transaction cancelled [TransactionConflict, None, None]",
    },
    "CancellationReasons": [{"Code": "TransactionConflict"}, {"Code": "None"}, {"Code": "None"}],
}


def test_a_claim_that_meets_a_transaction_is_made_a_moment_later():
    event = open_event()

    with refused("UpdateItem", 2, CONFLICT):
        place = register(event).registration

    assert claims_in(event) == {place.claim}


def test_a_write_that_keeps_meeting_transactions_gives_up():
    event = open_event()
    guest = add(event).registration

    with refused("UpdateItem", 4, CONFLICT), pytest.raises(UpdateError):
        admit(guest)


@pytest.mark.parametrize(("times", "moved"), [(2, True), (3, False)])
def test_a_change_of_address_that_meets_other_writes_is_tried_again(times, moved):
    event = open_event()
    guest = register(event).registration

    with refused("TransactWriteItems", times, CANCELED):
        if moved:
            change_email(guest)
        else:
            with pytest.raises(StaleWrite):
                change_email(guest)

    assert stored(guest).is_confirmed is not moved
