"""Time at the edges. Services take ``now``; only handlers and views ask the clock."""

from datetime import UTC, datetime


def utc_now() -> datetime:
    """The present moment, aware, in UTC."""
    return datetime.now(UTC)


def iso(moment: datetime) -> str:
    """``2026-11-20T15:04:05.000Z``: fixed width, so text order is time order.

    Refuses (``ValueError``) a datetime without a zone.
    """
    if moment.tzinfo is None:
        raise ValueError("a stored time needs a zone")
    utc = moment.astimezone(UTC)
    return f"{utc:%Y-%m-%dT%H:%M:%S}.{utc.microsecond // 1000:03d}Z"


def parse_iso(text: str) -> datetime:
    """The aware UTC datetime of an ISO 8601 text with an offset or ``Z``.

    Refuses (``ValueError``) anything else, a time without an offset included.
    """
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("a time needs an offset or Z")
    return moment.astimezone(UTC)
