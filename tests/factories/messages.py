import uuid
from datetime import UTC, datetime
from typing import Any

from backend.notifications.models import Notification
from backend.notifications.states import NotificationStatus

S = NotificationStatus


def make_message(**values: Any) -> Notification:
    """A stored message of the outbox, which nobody finds by the clock; ended unless queued."""
    status = values.pop("status", S.SENT)
    defaults: dict[str, Any] = {
        "key": f"test#{uuid.uuid4()}",
        "template": "plain",
        "recipient": "ada@example.com",
        "facts": {},
        "queued_at": datetime.now(UTC),
        "attempts": 1,
        "status": S.SENDING,
    }
    reason = values.pop("reason", "MessageRejected")
    at = values.pop("at", datetime.now(UTC))
    message = Notification(**defaults | values)
    message.save()
    if status not in (S.QUEUED, S.SENDING):
        message.finish(status, reason=reason, now=at, contact_id=values.get("contact_id"))
    found = Notification.find(message.key)
    assert found
    return found
