"""Ids that sort by the time they were made.

The library is loaded by who makes one: most requests do not, and a cold start need not wait.
"""

from datetime import datetime


def new_ulid(now: datetime | None = None) -> str:
    """26 letters and digits: a ULID of ``now``, or of this moment."""
    from ulid import ULID

    return str(ULID.from_datetime(now) if now else ULID())


def ulid_of(content: bytes) -> str:
    """The ULID that these sixteen bytes are."""
    from ulid import ULID

    return str(ULID.from_bytes(content))


def new_uuid7(now: datetime) -> str:
    """A UUID of version 7 (RFC 9562) of ``now``."""
    from ulid import ULID

    return str(ULID.from_datetime(now).to_uuid7(compliant=True))
