"""Queueing and delivering messages: each is sent at least once, and marked sent at most once.

A sender takes a message (one conditional write), hands it to the channel and marks it. If it dies
between the last two, the message goes out again once the lease has run out: SES offers no way to
ask whether a message was sent, and a ticket twice is better than no ticket.
"""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from backend.notifications.channels.base import Channel
from backend.notifications.errors import ChannelRefused, ChannelUnavailable
from backend.notifications.messages import Message, Suppression
from backend.notifications.models import Notification
from backend.notifications.states import NotificationStatus
from backend.shared.db import StaleWrite

S = NotificationStatus

LEASE = timedelta(minutes=5)
FIRST_WAIT = timedelta(minutes=1)
MAX_ATTEMPTS = 5
"""With waits of 1, 4, 16 and 64 minutes in between: about an hour and a half."""

Compose = Callable[[Notification], Message | Suppression]


def enqueue(
    *, key: str, template: str, recipient: str, values: Mapping[str, str], now: datetime
) -> bool:
    """Ask for a message; a key that was ever used is left as it is. Says whether it was new.

    Writes one item; the stream of the table delivers it. One that the stream lost becomes due
    like any other after ``LEASE``.
    """
    return Notification(
        key=key,
        template=template,
        recipient=recipient,
        facts=dict(values),
        queued_at=now,
        due_at=now + LEASE,
    ).put_if_absent()


def deliver(
    *, key: str, compose: Compose, channel: Channel, now: datetime
) -> NotificationStatus | None:
    """Send a message that nobody else holds and answer with its state; ``None``: no such key.

    ``compose`` looks at the present state of things and makes the message, or says why there is
    nothing to send any more (``SUPPRESSED``). What the channel refuses is ``FAILED``; what it
    cannot take now stays ``SENDING`` and becomes due again, five times in all.
    """
    try:
        held = Notification.take(key, until=now + LEASE, now=now)
    except StaleWrite as refusal:
        return refusal.old.status if refusal.old else None
    try:
        return _attempt(held, compose=compose, channel=channel, now=now)
    except StaleWrite as refusal:
        # This sender was slower than its lease: the message is somebody else's now.
        return refusal.old.status if refusal.old else None


def nudge_stuck(*, now: datetime, limit: int = 100) -> int:
    """Have messages that should have gone out by now delivered again; says how many.

    Takes up to ``limit`` per bucket, the longest due first. Sends nothing itself: it touches
    the item, and the table's stream delivers it. So only one function may send.
    """
    nudged = 0
    for key in Notification.list_due(now=now, limit=limit):
        try:
            Notification.nudge(key, now=now)
        except StaleWrite:
            continue  # sent, or held by somebody, since the index was read
        nudged += 1
    return nudged


def _attempt(
    held: Notification, *, compose: Compose, channel: Channel, now: datetime
) -> NotificationStatus:
    if held.attempts > MAX_ATTEMPTS:
        # Each attempt ended without a word from the channel, so the sender itself fails.
        return _finish(held, S.FAILED, reason="gave_up", now=now)
    message = compose(held)
    if isinstance(message, Suppression):
        return _finish(held, S.SUPPRESSED, reason=message.reason, now=now)
    try:
        channel.send(message)
    except ChannelRefused as refusal:
        return _finish(held, S.FAILED, reason=refusal.reason, now=now)
    except ChannelUnavailable as trouble:
        if held.attempts == MAX_ATTEMPTS:
            return _finish(held, S.FAILED, reason=trouble.reason, now=now)
        held.wait(until=now + FIRST_WAIT * 4 ** (held.attempts - 1), reason=trouble.reason)
        return S.SENDING
    return _finish(held, S.SENT, reason=None, now=now)


def _finish(
    held: Notification, status: NotificationStatus, *, reason: str | None, now: datetime
) -> NotificationStatus:
    held.finish(status, reason=reason, now=now)
    return status
