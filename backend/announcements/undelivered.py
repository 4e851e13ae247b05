"""The messages of an event that did not reach anybody: which they are, and sending one again."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from backend.events import queries as events
from backend.events.models import Event
from backend.events.policies import EventAction
from backend.notifications import services as notifications
from backend.notifications.kinds import COMPLAINED, SWITCHED_OFF, ChannelName, NotificationKind
from backend.notifications.models import Notification
from backend.notifications.states import NotificationStatus
from backend.registrations.models import Registration
from backend.shared.actor import Actor
from backend.shared.paging import Page

FAILED, HELD_BACK = NotificationStatus.FAILED, NotificationStatus.SUPPRESSED


@dataclass(frozen=True, slots=True)
class Undelivered:
    """A message as a page lists it. ``guest`` and ``name`` are empty where it went to no guest.

    ``can_be_sent_again``: by who asked, and not against what somebody chose.
    """

    key: str
    kind: NotificationKind
    channel: ChannelName
    template: str
    reason: str
    at: datetime
    guest: str
    name: str
    can_be_sent_again: bool


def list_undelivered(
    *,
    event_id: str,
    status: NotificationStatus,
    limit: int,
    start: dict[str, Any] | None = None,
    actor: Actor,
    now: datetime,
) -> Page[Undelivered]:
    """One page of what failed, or was held back, at an event, the latest first; no addresses.

    Held back is what somebody switched off, or was for an address that takes no mails. What
    there was nothing to tell of any more is not listed. Refuses as ``events.authorize`` does.
    """
    events.authorize(event_id=event_id, actor=actor, action=EventAction.SEE_GUESTS, now=now)
    page = Notification.list_undelivered(event_id, status, limit=limit, start=start)
    names = _names(page.items)
    shown = [_shown(one, names, actor=actor) for one in page.items]
    return Page(shown, page.next_key)


def count_failed(event: Event) -> int:
    """How many messages of the event failed, up to a hundred. The caller authorised the actor."""
    return Notification.count_undelivered(event.uuid, FAILED)


def send_again(*, event_id: str, key: str, actor: Actor, now: datetime) -> None:
    """Have one of the event's messages delivered once more, under the same key.

    After a complaint of spam only an administrator can: it is about the mails of all events.
    Refuses as ``events.authorize`` does, and with ``NotificationNotFound`` and ``NotSentAgain``.
    """
    events.authorize(event_id=event_id, actor=actor, action=EventAction.MANAGE_GUESTS, now=now)
    notifications.send_again(
        key=key, event_id=event_id, lift_complaint=actor.is_administrator, now=now
    )


def _names(messages: Sequence[Notification]) -> dict[tuple[str, str], str]:
    wanted = dict.fromkeys(place for one in messages if (place := _place(one)))
    found = Registration.find_many(list(wanted))
    return {(one.shard, one.guest): one.name for one in found}


def _place(message: Notification) -> tuple[str, str] | None:
    """Where the guest's registration is whom a message is for."""
    shard, guest = message.facts.get("shard"), message.facts.get("guest")
    return (shard, guest) if shard and guest else None


def _shown(
    message: Notification, names: dict[tuple[str, str], str], *, actor: Actor
) -> Undelivered:
    place = _place(message)
    final = (SWITCHED_OFF,) if actor.is_administrator else (SWITCHED_OFF, COMPLAINED)
    return Undelivered(
        key=message.key,
        kind=message.kind,
        channel=message.channel,
        template=message.template,
        reason=message.reason or "",
        at=message.finished_at or message.queued_at,
        guest=place[1] if place else "",
        name=names.get(place, "") if place else "",
        can_be_sent_again=message.reason not in final,
    )
