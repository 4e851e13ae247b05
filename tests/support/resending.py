"""Answers that get lost: the client sends the write again, though the first one landed."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from backend.shared.db import Table

WRITES = {"PutItem", "UpdateItem", "DeleteItem", "TransactWriteItems"}


@contextmanager
def every_write_sent_twice() -> Iterator[list[str]]:
    """What botocore does after a time-out, for each write inside; yields what was sent so."""
    endpoint: Any = Table.shared_connection().client._endpoint
    send, sent = endpoint.make_request, []

    def send_twice(operation: Any, request: Any) -> Any:
        if operation.name in WRITES:
            sent.append(operation.name)
            send(operation, request)
        return send(operation, request)

    endpoint.make_request = send_twice
    try:
        yield sent
    finally:
        del endpoint.make_request
