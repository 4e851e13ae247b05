"""What the outbox still owes."""

from collections.abc import Iterator
from datetime import datetime

from backend.notifications.models import Notification


def list_due(*, now: datetime, limit: int = 100) -> Iterator[str]:
    """Keys of messages that should have been sent by now, up to ``limit`` per bucket."""
    return Notification.list_due(now=now, limit=limit)
