"""What a piece of work costs: the DynamoDB operations that this process sends meanwhile."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from backend.shared.db import Table


@contextmanager
def recorded_calls() -> Iterator[list[str]]:
    """Their names, in order."""
    calls: list[str] = []

    def note(model: Any, **_: Any) -> None:
        calls.append(model.name)

    assert Table._shared is not None
    hooks = Table._shared.client.meta.events
    hooks.register("before-call.dynamodb", note)
    try:
        yield calls
    finally:
        hooks.unregister("before-call.dynamodb", note)
