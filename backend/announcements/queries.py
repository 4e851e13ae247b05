"""Announcements as organisers read them."""

from datetime import datetime
from typing import Any

from backend.announcements.models import Announcement
from backend.events import queries as events
from backend.events.models import Event
from backend.events.policies import EventAction
from backend.registrations import queries as registrations
from backend.registrations.models import Registration
from backend.sessions import queries as sessions
from backend.sessions.models import Booking, Session
from backend.sessions.states import HELD
from backend.shared.actor import Actor
from backend.shared.paging import Page

PREVIEWED = 25
"""How many guests are looked through for one whom a preview can be about."""


def fetch_announcement(
    *, event_id: str, announcement_id: str, actor: Actor, now: datetime
) -> Announcement:
    """One announcement. Refuses as ``events.authorize`` does, and ``AnnouncementNotFound``."""
    events.authorize(event_id=event_id, actor=actor, action=EventAction.MANAGE_GUESTS, now=now)
    return Announcement.fetch(event_id, announcement_id)


def list_for_event(
    *,
    event_id: str,
    limit: int,
    start: dict[str, Any] | None = None,
    actor: Actor,
    now: datetime,
) -> Page[Announcement]:
    """One page of the event's announcements, the newest first. Refuses as above."""
    events.authorize(event_id=event_id, actor=actor, action=EventAction.MANAGE_GUESTS, now=now)
    return Announcement.list_for_event(event_id, limit=limit, start=start)


def recipients(
    event: Event, announcement: Announcement, *, limit: int, start: dict[str, Any] | None = None
) -> Page[Registration]:
    """One page of whom it is for just now, by name; those without an address are among them.

    Reads O(page); a page can be short and still have a ``next_key``. The caller authorised.
    """
    if announcement.session_id:
        page = _of_session(event, announcement.session_id, limit=limit, start=start)
    else:
        page = registrations.page_by_name(
            event, name_prefix="", status=announcement.audience.status, limit=limit, start=start
        )
    holds = announcement.audience.holds
    return Page([one for one in page.items if holds(one)], page.next_key)


def _of_session(
    event: Event, session_id: str, *, limit: int, start: dict[str, Any] | None
) -> Page[Registration]:
    """Who has a place at a session, in no order that means anything."""
    session = Session.fetch(event.uuid, session_id)
    bookings, following = sessions.page_of_all(session, start, limit=limit)
    held = [one for one in bookings if one.status in HELD]
    places = [(one.registration_shard, one.guest) for one in held]
    return Page(Registration.find_many(places), following)


def has_place_at(announcement: Announcement, registration: Registration) -> bool:
    """Whether a guest has a place at the session that an announcement is about, if any."""
    if not announcement.session_id:
        return True
    session = Session.fetch(announcement.event_id, announcement.session_id)
    booking = Booking.find(sessions.shard_of(session, registration.guest), registration.guest)
    return booking is not None and booking.status in HELD


def guest_to_preview(
    event: Event, announcement: Announcement, *, after: str = ""
) -> Registration | None:
    """One whom it is for, by name, or the one after the guest of this key; ``None``: nobody near."""
    found = recipients(event, announcement, limit=PREVIEWED).items
    keys = [one.guest for one in found]
    place = keys.index(after) + 1 if after in keys else 0
    return found[place % len(found)] if found else None
