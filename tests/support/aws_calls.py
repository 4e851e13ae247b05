"""Which calls to AWS this process makes."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from botocore.client import BaseClient

# The key that page tokens are signed with is read once in a process.
_READS_A_SECRET = "GetSecretValue"


@contextmanager
def aws_calls() -> Iterator[list[str]]:
    """The operations that any client calls meanwhile, in order."""
    called: list[str] = []
    real = BaseClient._make_api_call

    def note(client: Any, operation: str, parameters: Any) -> Any:
        if operation != _READS_A_SECRET:
            called.append(operation)
        return real(client, operation, parameters)

    BaseClient._make_api_call = note
    try:
        yield called
    finally:
        BaseClient._make_api_call = real
