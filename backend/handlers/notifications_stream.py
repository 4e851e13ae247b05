"""Lambda ``NotificationsStreamFunction`` (infra/streams.yaml): sends what the outbox holds.

A message is delivered when it is queued and again whenever it was nudged, because an earlier sender
got stuck. Records that fail are listed, so that the mapping delivers them again.
"""

from collections.abc import Callable
from datetime import datetime

from aws_lambda_powertools.utilities.data_classes.dynamo_db_stream_event import DynamoDBRecord

from backend.announcements import letters, quiet_hours
from backend.events import mails as event_mails
from backend.guest_requests import mails as request_mails
from backend.notifications import mails as welcome_mails
from backend.notifications import services
from backend.notifications.channels.email import EmailChannel
from backend.notifications.channels.sms import SmsChannel
from backend.notifications.kinds import ChannelName
from backend.notifications.messages import Hold, Suppression
from backend.notifications.models import Notification
from backend.notifications.pacing import PacedChannel
from backend.registrations import mails
from backend.sessions import mails as session_mails
from backend.shared.clock import utc_now
from backend.shared.config import config
from backend.shared.observability import logger
from backend.shared.stream_batches import follow

Composer = Callable[..., services.Composed]

COMPOSERS: dict[str, Composer] = {
    mails.CONFIRMED: mails.compose,
    mails.CANCELED: mails.compose,
    mails.WAITLISTED: mails.compose,
    mails.PROMOTED: mails.compose,
    mails.MOVED: mails.compose,
    event_mails.INVITED: event_mails.compose,
    session_mails.PROMOTED: session_mails.compose,
    session_mails.CHANGED: session_mails.compose,
    session_mails.CANCELED: session_mails.compose,
    session_mails.NOTICE: session_mails.compose,
    welcome_mails.WELCOME: welcome_mails.compose,
    letters.ANNOUNCEMENT: letters.compose,
    letters.TEST: letters.compose,
    request_mails.FULFILLED: request_mails.compose,
    request_mails.DECLINED: request_mails.compose,
}
CHANNELS: services.Channels = {
    ChannelName.EMAIL: PacedChannel(
        ChannelName.EMAIL, EmailChannel(), lambda: config().mails_per_second
    ),
    ChannelName.SMS: PacedChannel(ChannelName.SMS, SmsChannel(), lambda: config().sms_per_second),
}


def _follow_message(record: DynamoDBRecord) -> None:
    if _asks_for_delivery(record):
        _deliver(record["dynamodb"]["Keys"]["key"]["S"], now=utc_now())


def _asks_for_delivery(record: DynamoDBRecord) -> bool:
    if record["eventName"] == "INSERT":
        return True
    images = record["dynamodb"]
    new, old = images.get("NewImage", {}), images.get("OldImage", {})
    return bool(new.get("nudged_at") and new["nudged_at"] != old.get("nudged_at"))


def _deliver(key: str, *, now: datetime) -> None:
    def compose(notification: Notification) -> services.Composed:
        if held_until := quiet_hours.held_until(notification, now=now):
            return Hold(held_until, "quiet_hours")
        composer = COMPOSERS.get(notification.template)
        return composer(notification, now=now) if composer else Suppression("unknown_template")

    status = services.deliver(key=key, compose=compose, channels=CHANNELS, now=now)
    logger.info("notification delivered", extra={"status": status})


handler = follow(_follow_message)
