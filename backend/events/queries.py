"""Events as the faces and the features above read them."""

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
    limit: int,
    start: dict[str, Any] | None = None,
    now: datetime,
) -> Page[Event]:
    """Published public events by start, from those still running to a year ahead.

    ``since`` leaves out what starts before it.

    Goes through the months' buckets. A page can be shorter than ``limit`` and still have a
    ``next_key``: what one page may read is limited, however rare the category.
    """
    earliest = max(now - LONGEST_LISTED_RUN, since or now - LONGEST_LISTED_RUN)
    last = now + timedelta(days=31 * MONTHS_AHEAD)
    if earliest > last:
        return Page([])
    month, after = _resume(start, earliest)
    found: list[Event] = []
    for _ in range(_READS_PER_PAGE):
        page = Event.list_in_month(
            month, starting_from=earliest, limit=limit - len(found), start=after
        )
        found += [event for event in page.items if _is_listed(event, category, now)]
        after = page.next_key
        if after is None:
            month = _next_month(month)
            if month > last:
                return Page(found)
        if len(found) == limit:
            break
    return Page(found, {"month": month.isoformat(), "after": after})


def _is_listed(event: Event, category: Category | None, now: datetime) -> bool:
    return event.ends_at > now and category in (None, event.category)


def _resume(
    start: dict[str, Any] | None, earliest: datetime
) -> tuple[datetime, dict[str, Any] | None]:
    first = earliest.astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    if not start:
        return first, None
    month, after = datetime.fromisoformat(start["month"]), start["after"]
    if month < first:
        # A bucket that went by between two pages has nothing upcoming any more.
        return first, None
    if after and after["starts_at"]["S"] < iso(earliest):
        # Time went on since; DynamoDB refuses a start key outside of what is asked for.
        return month, None
    return month, after


def _next_month(month: datetime) -> datetime:
    return (month + timedelta(days=31)).replace(day=1)


def list_created_by(
    *, actor: Actor, limit: int, start: dict[str, Any] | None = None
) -> Page[Event]:
    """What the actor made, in every state, the latest start first."""
    if not actor.is_signed_in:
        return Page([])
    return Event.list_by_creator(actor.user_id, limit=limit, start=start)


def list_for_actor(*, actor: Actor, limit: int, start: dict[str, Any] | None = None) -> Page[Event]:
    """The events in whose team the actor is, own ones included, the newest made first."""
    if not actor.is_signed_in:
        return Page([])
    members = team.list_for_member(user_id=actor.user_id, limit=limit, start=start)
    events = Event.find_many([member.event_id for member in members.items])
    return Page(events, members.next_key)
