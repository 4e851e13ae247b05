"""Queueing and delivering messages: each is sent at least once, and marked sent at most once.

A sender takes a message (one conditional write), hands it to the channel and marks it. If it dies
between the last two, the message goes out again once the lease has run out: SES offers no way to
ask whether a message was sent, and a ticket twice is better than no ticket.
"""

import contextlib
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from backend.notifications import choices
from backend.notifications.channels.base import Channel
from backend.notifications.errors import (
    ChannelBusy,
    ChannelRefused,
    ChannelUnavailable,
    NotificationNotFound,
    NotSentAgain,
)
from backend.notifications.kinds import (
    BOUNCED,
    COMPLAINED,
    SWITCHED_OFF,
    TOO_MANY_SMS,
    ChannelName,
    NotificationKind,
)
from backend.notifications.messages import Hold, Message, Suppression
from backend.notifications.models import Contact, Notification, SmsCount
from backend.notifications.states import NotificationStatus
from backend.shared.db import StaleWrite
from backend.shared.states import IllegalTransition

S = NotificationStatus
C = ChannelName

LEASE = timedelta(minutes=5)
FIRST_WAIT = timedelta(minutes=1)
MAX_ATTEMPTS = 5
"""With waits of 1, 4, 16 and 64 minutes in between: about an hour and a half."""
LONGEST_KEY = 2048
"""DynamoDB's limit, in bytes."""
SMS_PER_CONTACT_AND_DAY = 20
"""Each is paid for, and no event tells more in a day (UTC); the mails go out all the same."""
LONGEST_BUSY_WAIT = timedelta(minutes=16)
_MOST_DOUBLINGS = 4
"""Reach that wait; attempts that were forgiven have no bound, and 2 to their power no timedelta."""

Composed = Message | Suppression | Hold
Compose = Callable[[Notification], Composed]
Channels = Mapping[ChannelName, Channel]


def enqueue(
    *,
    key: str,
    template: str,
    recipient: str,
    values: Mapping[str, str],
    now: datetime,
    kind: NotificationKind = NotificationKind.TICKET,
    event_id: str | None = None,
    about_at: datetime | None = None,
) -> bool:
    """Ask for a message; a key that was ever used is left as it is. Says whether it was new.

    ``kind`` is what people switch off: give it for everything but tickets, which always go out.
    ``event_id`` lists a message that failed on that event's page and has it keep the event's
    quiet hours, unless what it tells happens (``about_at``) within the next hour.

    Writes one item; the stream of the table delivers it, and by SMS, too, to who chose that. One
    that the stream lost becomes due like any other after ``LEASE``.
    """
    return Notification(
        key=key,
        template=template,
        recipient=recipient,
        facts=dict(values),
        kind=kind,
        event_id=event_id,
        about_at=about_at,
        queued_at=now,
        due_at=now + LEASE,
    ).put_if_absent()


def deliver(
    *, key: str, compose: Compose, channels: Channels, now: datetime
) -> NotificationStatus | None:
    """Send a message that nobody else holds and answer with its state; ``None``: no such key.

    ``compose`` looks at the present state of things and makes the message, or says why there is
    nothing to send any more (``SUPPRESSED``), or until when it has to wait. What the channel
    refuses is ``FAILED``; what it cannot take now stays ``SENDING`` and becomes due again, five
    times in all, and where it is only too busy as often as need be. What whoever gets it has
    switched off, or cannot be sent to an address any more, is ``SUPPRESSED``.
    """
    try:
        held = Notification.take(key, until=now + LEASE, now=now)
    except StaleWrite as refusal:
        return refusal.old.status if refusal.old else None
    try:
        return _attempt(held, compose=compose, channels=channels, now=now)
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


def wake(message: Notification, *, reason: str, now: datetime) -> None:
    """Have a message that was put off for that reason delivered now, if it waits for long yet.

    One that is due within ``LEASE`` is left alone: somebody may be sending it.
    """
    after = now + LEASE
    if message.reason == reason and message.due_at and message.due_at > after:
        with contextlib.suppress(StaleWrite):
            Notification.wake(message.key, reason=reason, after=after, now=now)


def send_again(
    *, key: str, event_id: str, lift_complaint: bool = False, now: datetime
) -> Notification:
    """Have a message that failed, or was held back, go out once more under the same key.

    The caller asked whether the actor may. If nothing could be sent to the address any more,
    it is tried again from now on: it holds for all events, so after a complaint of spam only
    with ``lift_complaint``. Refuses with ``NotificationNotFound`` (of that event) and
    ``NotSentAgain`` (it went out, is on its way, or is not wanted).
    """
    found = Notification.find(key) if 0 < len(key.encode()) <= LONGEST_KEY else None
    if found is None or found.event_id != event_id:
        raise NotificationNotFound("There is no such message.")
    if found.reason == SWITCHED_OFF:
        raise NotSentAgain("Who would get this does not want messages like it.")
    if found.reason == COMPLAINED and not lift_complaint:
        raise NotSentAgain("Who would get this said that a mail was spam, and has to allow it.")
    if found.reason in (BOUNCED, COMPLAINED) and found.contact_id:
        with contextlib.suppress(StaleWrite):
            Contact.lift(found.contact_id, reason=found.reason)
    try:
        return found.queue_again(due_at=now + LEASE, now=now)
    except (StaleWrite, IllegalTransition):
        raise NotSentAgain("This went out, or is on its way.") from None


def suppress(*, address: str, reason: str, at: datetime, key: str = "") -> None:
    """Send nothing to an address any more, tickets included, until somebody sends again.

    Writes under an HMAC of the address; the message of ``key``, which was sent there, becomes
    ``FAILED``. Bears being repeated; what is older changes nothing.
    """
    contact_id = choices.contact_id_of(address)
    with contextlib.suppress(StaleWrite):
        Contact.suppress(contact_id, reason=reason, at=at)
    if key:
        with contextlib.suppress(StaleWrite):
            Notification.come_back(key, reason=reason, contact_id=contact_id, at=at)


def _attempt(
    held: Notification, *, compose: Compose, channels: Channels, now: datetime
) -> NotificationStatus:
    if held.tries > MAX_ATTEMPTS:
        # Each attempt ended without a word from the channel, so the sender itself fails.
        return _finish(held, S.FAILED, reason="gave_up", now=now)
    composed = compose(held)
    if isinstance(composed, Hold):
        held.wait(until=composed.until, reason=composed.reason, forgive=True)
        return S.SENDING
    if isinstance(composed, Suppression):
        return _finish(held, S.SUPPRESSED, reason=composed.reason, now=now)
    return _send(held, composed, channels=channels, now=now)


def _send(
    held: Notification, message: Message, *, channels: Channels, now: datetime
) -> NotificationStatus:
    contact_id = choices.contact_id_of(message.recipient)
    addressed = _addressed(held, message, Contact.find(contact_id), now=now)
    if isinstance(addressed, Suppression):
        return _finish(held, S.SUPPRESSED, reason=addressed.reason, now=now, contact_id=contact_id)
    try:
        channels[held.channel].send(replace(addressed, key=held.key))
    except ChannelRefused as refusal:
        return _finish(held, S.FAILED, reason=refusal.reason, now=now)
    except ChannelBusy as trouble:
        doublings = min(int(held.attempts) - 1, _MOST_DOUBLINGS)
        wait = min(FIRST_WAIT * 2**doublings, LONGEST_BUSY_WAIT)
        held.wait(until=now + (trouble.after or wait), reason=trouble.reason, forgive=True)
        return S.SENDING
    except ChannelUnavailable as trouble:
        if held.tries == MAX_ATTEMPTS:
            return _finish(held, S.FAILED, reason=trouble.reason, now=now)
        held.wait(until=now + FIRST_WAIT * 4 ** (held.tries - 1), reason=trouble.reason)
        return S.SENDING
    return _finish(held, S.SENT, reason=None, now=now)


def _addressed(
    held: Notification, message: Message, contact: Contact | None, *, now: datetime
) -> Message | Suppression:
    """The message as its channel needs it, or why whoever would get it does not."""
    phone = choices.phone_for(contact, held.kind)
    if held.channel is C.SMS:
        if contact is None or not phone:
            return Suppression(SWITCHED_OFF)
        try:
            SmsCount.add_one(
                contact.contact_id, key=held.key, day=now.date(), limit=SMS_PER_CONTACT_AND_DAY
            )
        except StaleWrite:
            return Suppression(TOO_MANY_SMS)
        return replace(message, recipient=phone)
    if phone and not message.mail_only:
        _by_sms(held, now=now)
    if contact and contact.suppressed_for:
        return Suppression(contact.suppressed_for)
    if contact and held.kind in contact.switched_off:
        return Suppression(SWITCHED_OFF)
    ticket = held.kind is NotificationKind.TICKET
    return message if ticket else choices.with_link(message, held.kind)


def _by_sms(held: Notification, *, now: datetime) -> None:
    """Ask for the same message by SMS, under a key of its own: so once, too."""
    Notification(
        key=f"{held.key}#{C.SMS}",
        template=held.template,
        recipient=held.recipient,
        facts=held.facts,
        kind=held.kind,
        channel=C.SMS,
        event_id=held.event_id,
        about_at=held.about_at,
        queued_at=now,
        due_at=now + LEASE,
    ).put_if_absent()


def _finish(
    held: Notification,
    status: NotificationStatus,
    *,
    reason: str | None,
    now: datetime,
    contact_id: str | None = None,
) -> NotificationStatus:
    held.finish(status, reason=reason, now=now, contact_id=contact_id)
    return status
