"""The kiosks of an event, for who manages them."""

from datetime import datetime
from typing import Any

from backend.events import queries as events
from backend.events.policies import EventAction
from backend.kiosks.models import Kiosk
from backend.kiosks.policies import MOST_KIOSKS
from backend.shared.actor import Actor
from backend.shared.paging import Page


def list_for_event(
    *,
    event_id: str,
    actor: Actor,
    limit: int = MOST_KIOSKS,
    start: dict[str, Any] | None = None,
    now: datetime,
) -> Page[Kiosk]:
    """One page of an event's kiosks, revoked ones included, in the order of their ids.

    Refuses like ``authorize`` who may not manage them.
    """
    _authorize(event_id, actor, now)
    return Kiosk.list_for_event(event_id, limit=limit, start=start)


def fetch_kiosk(*, event_id: str, kiosk_id: str, actor: Actor, now: datetime) -> Kiosk:
    """One kiosk as it is now; refuses like ``authorize`` and with ``KioskNotFound``."""
    _authorize(event_id, actor, now)
    return Kiosk.fetch(event_id, kiosk_id)


def _authorize(event_id: str, actor: Actor, now: datetime) -> None:
    events.authorize(event_id=event_id, actor=actor, action=EventAction.MANAGE_KIOSKS, now=now)
