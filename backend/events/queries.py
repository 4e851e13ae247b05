"""Events as the faces and the features above read them."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from backend.events import policies
from backend.events.kinds import Category
from backend.events.models import Event
from backend.events.policies import EventAction
from backend.shared.actor import Actor
from backend.shared.clock import iso
from backend.shared.paging import Page
from backend.team import queries as team
from backend.team.roles import Role

SETTINGS_CACHE_FOR = timedelta(seconds=30)
_CACHE_LIMIT = 1_000
_cached: dict[str, tuple[datetime, Event]] = {}

# The listing looks this far ahead, and this far back for events that still run.
MONTHS_AHEAD = 12
LONGEST_LISTED_RUN = timedelta(days=3)
_READS_PER_PAGE = 24
_TICK = timedelta(milliseconds=1)
"""Times are stored to the millisecond."""


def settings_of(event_id: str, *, now: datetime) -> Event:
    """The event whatever its state, at most 30 s old in this process.

    For the hot paths (registering, scanning) that need its settings; treat it as read
    only. Refuses with ``EventNotFound``. A clock that was set back counts as expired.
    """
    known = _cached.get(event_id)
    if known and timedelta(0) <= now - known[0] < SETTINGS_CACHE_FOR:
        return known[1]
    event = Event.fetch(event_id)
    if len(_cached) >= _CACHE_LIMIT:
        _cached.clear()
    _cached[event_id] = (now, event)
    return event


def forget_settings(event_id: str) -> None:
    """Let this process read the event anew: it was just changed here."""
    _cached.pop(event_id, None)


def role_at(*, event: Event, actor: Actor, now: datetime) -> Role | None:
    """The actor's role in the event's team; who made the event owns it."""
    if not actor.is_signed_in or not actor.user_id:
        return None
    if actor.user_id == event.creator_id:
        return Role.OWNER
    return team.role_of(event_id=event.uuid, user_id=actor.user_id, now=now)


def authorize(
    *, event_id: str, actor: Actor, action: EventAction, now: datetime, fresh: bool = False
) -> Event:
    """The event, if the actor may do this with it.

    Settings and role are at most 30 s old; ``fresh`` reads the event past the cache, for
    who goes on to change it. Refuses with ``EventNotFound`` or ``EventForbidden``.
    """
    event = Event.fetch(event_id) if fresh else settings_of(event_id, now=now)
    role = role_at(event=event, actor=actor, now=now)
    policies.require(actor, event, role, action)
    return event


def fetch_visible(*, event_id: str, actor: Actor, now: datetime) -> Event:
    """The event as it is stored now; ``EventNotFound`` when the actor may not know of it."""
    return authorize(event_id=event_id, actor=actor, action=EventAction.READ, now=now, fresh=True)


def list_upcoming(
    *,
    category: Category | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    latest_first: bool = False,
    limit: int,
    start: dict[str, Any] | None = None,
    now: datetime,
) -> Page[Event]:
    """Published public events by start, from those still running to a year ahead.

    ``since`` leaves out what starts before it, ``until`` what starts at it or later.

    Goes through the months' buckets. A page can be shorter than ``limit`` and still have a
    ``next_key``: what one page may read is limited, however rare the category.
    """
    window = _Window.of(since, until, now=now)
    here = window.resume(start, latest_first=latest_first)
    found: list[Event] = []
    for _ in range(_READS_PER_PAGE):
        if here is None:
            return Page(found)
        month, after = here
        page = Event.list_in_month(
            month,
            first=window.first,
            last=window.last,
            limit=limit - len(found),
            start=after,
            latest_first=latest_first,
        )
        found += [event for event in page.items if _is_listed(event, category, now)]
        here = window.following(month, page.next_key, latest_first=latest_first)
        if len(found) == limit:
            break
    return Page(found, here and {"month": here[0].isoformat(), "after": here[1]})


def _is_listed(event: Event, category: Category | None, now: datetime) -> bool:
    return event.ends_at > now and category in (None, event.category)


_Place = tuple[datetime, dict[str, Any] | None]
"""A month and the key after which to go on in it."""


@dataclass(frozen=True, slots=True)
class _Window:
    """The starts that are asked for, the end left out."""

    first: datetime
    end: datetime

    @classmethod
    def of(cls, since: datetime | None, until: datetime | None, *, now: datetime) -> "_Window":
        running = now - LONGEST_LISTED_RUN
        ahead = _next_month(_month_of(now + timedelta(days=31 * MONTHS_AHEAD)))
        return cls(max(running, since or running), min(ahead, until or ahead))

    @property
    def last(self) -> datetime:
        return self.end - _TICK

    def resume(self, start: dict[str, Any] | None, *, latest_first: bool) -> _Place | None:
        if self.first >= self.end:
            return None
        edge = _month_of(self.last if latest_first else self.first)
        if not start:
            return edge, None
        month, after = datetime.fromisoformat(start["month"]), start["after"]
        # Time went on since the page before; DynamoDB refuses a key outside of what is asked for.
        gone_by = bool(after) and after["starts_at"]["S"] < iso(self.first)
        if latest_first:
            return None if gone_by else (month, after)
        if month < edge:
            return edge, None
        return month, None if gone_by else after

    def following(
        self, month: datetime, after: dict[str, Any] | None, *, latest_first: bool
    ) -> _Place | None:
        if after is not None:
            return month, after
        if latest_first:
            before = _month_of(month - _TICK)
            return (before, None) if before >= _month_of(self.first) else None
        following = _next_month(month)
        return (following, None) if following <= self.last else None


def _month_of(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def _next_month(month: datetime) -> datetime:
    return (month + timedelta(days=31)).replace(day=1)


def list_created_by(
    *, actor: Actor, limit: int, start: dict[str, Any] | None = None
) -> Page[Event]:
    """What the actor made, in every state, the latest start first."""
    if not actor.is_signed_in:
        return Page([])
    return Event.list_by_creator(actor.user_id, limit=limit, start=start)


def list_directory(*, before: str | None, limit: int) -> tuple[list[Event], str | None]:
    """Public events of all times, the newest made first, and the id after which to go on.

    Those that are over are among them; drafts, canceled and archived ones are not. The id is
    ``None`` at the end. A query of keys and one batch read.
    """
    # One more than asked for tells whether something is left.
    keys = [found.uuid for found in Event.list_directory(before=before, limit=limit + 1).items]
    events = [event for event in Event.find_many(keys[:limit]) if event.directory]
    return events, keys[limit - 1] if len(keys) > limit else None


def list_for_actor(*, actor: Actor, limit: int, start: dict[str, Any] | None = None) -> Page[Event]:
    """The events in whose team the actor is, own ones included, the newest made first."""
    if not actor.is_signed_in:
        return Page([])
    members = team.list_for_member(user_id=actor.user_id, limit=limit, start=start)
    events = Event.find_many([member.event_id for member in members.items])
    return Page(events, members.next_key)
