"""Lambda ``NotificationsStreamFunction`` (infra/streams.yaml): sends what the outbox holds.

A message is delivered when it is queued and again whenever it was nudged, because an earlier sender
got stuck. Records that fail are listed, so that the mapping delivers them again.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from backend.notifications import services
from backend.notifications.channels.email import EmailChannel
from backend.notifications.messages import Message, Suppression
from backend.notifications.models import Notification
from backend.registrations import mails
from backend.shared.clock import utc_now
from backend.shared.failures import traits_of
from backend.shared.observability import logger

Composer = Callable[..., Message | Suppression]

COMPOSERS: dict[str, Composer] = {mails.CONFIRMED: mails.compose, mails.CANCELED: mails.compose}
_channel = EmailChannel()


def handler(event: Mapping[str, Any], _context: object) -> dict[str, Any]:
    """Send a batch; the answer lists the sequence numbers that failed."""
    failed = []
    for record in event["Records"]:
        try:
            if _asks_for_delivery(record):
                _deliver(record["dynamodb"]["Keys"]["key"]["S"], now=utc_now())
        except Exception as error:  # noqa: BLE001 - the batch's other messages go out
            logger.error("delivery failed", extra=traits_of(error))
            failed.append({"itemIdentifier": record["dynamodb"]["SequenceNumber"]})
    return {"batchItemFailures": failed}


def _asks_for_delivery(record: Mapping[str, Any]) -> bool:
    if record["eventName"] == "INSERT":
        return True
    images = record["dynamodb"]
    new, old = images.get("NewImage", {}), images.get("OldImage", {})
    return bool(new.get("nudged_at") and new["nudged_at"] != old.get("nudged_at"))


def _deliver(key: str, *, now: datetime) -> None:
    def compose(notification: Notification) -> Message | Suppression:
        composer = COMPOSERS.get(notification.template)
        return composer(notification, now=now) if composer else Suppression("unknown_template")

    status = services.deliver(key=key, compose=compose, channel=_channel, now=now)
    logger.info("notification delivered", extra={"status": status})
