"""The welcome: asked for once, when a new profile's address is known, composed when it is sent."""

from datetime import datetime

from aws_lambda_powertools.utilities.data_classes.dynamo_db_stream_event import DynamoDBRecord

from backend.notifications import services
from backend.notifications.kinds import NotificationKind
from backend.notifications.messages import Message, Suppression
from backend.notifications.models import Notification
from backend.notifications.rendering import render
from backend.profiles.models import Profile
from backend.shared.config import config

WELCOME = "welcome"


def enqueue_welcome(record: DynamoDBRecord, *, now: datetime) -> None:
    """Ask for the welcome of a profile whose address was not known before, once per person."""
    changed = record.dynamodb
    new, old = (changed.new_image, changed.old_image) if changed else ({}, {})
    if not new or not new.get("email") or (old and old.get("email")):
        return
    user_id = str(new["userId"])
    services.enqueue(
        key=f"{WELCOME}#{user_id}",
        template=WELCOME,
        recipient=user_id,
        values={},
        kind=NotificationKind.WELCOME,
        now=now,
    )


def compose(notification: Notification, *, now: datetime) -> Message | Suppression:  # noqa: ARG001
    """The mail, or why it is not wanted any more. Reads the profile."""
    profile = Profile.find(notification.recipient)
    if profile is None or not profile.email:
        return Suppression("profile_gone")
    base = config().public_base_url
    values: dict[str, object] = {
        "name": profile.name or "",
        "events_url": f"{base}/events",
        "profile_url": f"{base}/me/profile",
    }
    letter = render(WELCOME, values)
    return Message(profile.email, letter.subject, letter.text, letter.html)
