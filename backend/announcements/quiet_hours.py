"""When an event's messages wait: at night, where the event is, unless they are tickets or urgent."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from backend.announcements.models import QuietHours
from backend.events import queries as events
from backend.events.policies import EventAction
from backend.notifications.kinds import NotificationKind
from backend.notifications.models import Notification
from backend.shared.actor import Actor
from backend.shared.errors import BadInput

SOON = timedelta(hours=1)
_REMEMBERED = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class Quiet:
    """From when to when, by the clocks at the event; ``until`` may be the next morning."""

    since: time
    until: time


def fetch_quiet_hours(*, event_id: str, actor: Actor, now: datetime) -> Quiet | None:
    """The event's quiet hours, if it has any. Refuses as ``events.authorize`` does."""
    _authorize(event_id, actor, now)
    return _stored(event_id)


def set_quiet_hours(*, event_id: str, quiet: Quiet | None, actor: Actor, now: datetime) -> None:
    """Keep quiet hours, or none. Senders see it within half a minute.

    Refuses as above, and with ``BadInput`` on ``until`` when both are the same.
    """
    _authorize(event_id, actor, now)
    if quiet and quiet.since == quiet.until:
        raise BadInput({"until": "Quiet hours end at another time than they begin."})
    texts = (f"{quiet.since:%H:%M}", f"{quiet.until:%H:%M}") if quiet else (None, None)
    QuietHours.write(event_id, *texts)


def held_until(message: Notification, *, now: datetime) -> datetime | None:
    """When a message may go out, if it has to wait now.

    Tickets never wait, nor does what tells of something within the next hour; what tells of
    something later that night waits until an hour before.
    """
    if message.event_id is None or message.kind is NotificationKind.TICKET:
        return None
    if message.about_at is not None and message.about_at <= now + SOON:
        return None
    quiet = _remembered(message.event_id, int(now.timestamp() / _REMEMBERED.total_seconds()))
    if quiet is None:
        return None
    zone = ZoneInfo(events.settings_of(message.event_id, now=now).time_zone)
    end = end_of(quiet, zone, now=now)
    return end and min(end, message.about_at - SOON if message.about_at else end)


def end_of(quiet: Quiet, zone: ZoneInfo, *, now: datetime) -> datetime | None:
    """The end (UTC) of the quiet hours that ``now`` lies in, also where clocks change. Pure."""
    today = now.astimezone(zone).date()
    for first in (today - timedelta(days=1), today):
        last = first if quiet.since < quiet.until else first + timedelta(days=1)
        if _moment(first, quiet.since, zone) <= now < (end := _moment(last, quiet.until, zone)):
            return end
    return None


def _moment(day: date, clock: time, zone: ZoneInfo) -> datetime:
    # As UTC: times of one zone compare by what their clocks show, which goes back in autumn.
    return datetime.combine(day, clock, zone).astimezone(UTC)


def _stored(event_id: str) -> Quiet | None:
    found = QuietHours.find(QuietHours.place_of(event_id), QuietHours.NAME)
    if found is None or not found.since or not found.until:
        return None
    return Quiet(time.fromisoformat(found.since), time.fromisoformat(found.until))


@cache
def _remembered_moments() -> dict[str, tuple[int, Quiet | None]]:
    return {}


def _remembered(event_id: str, moment: int) -> Quiet | None:
    known = _remembered_moments()
    if event_id not in known or known[event_id][0] != moment:
        if len(known) > 1_000:
            known.clear()
        known[event_id] = (moment, _stored(event_id))
    return known[event_id][1]


def _authorize(event_id: str, actor: Actor, now: datetime) -> None:
    events.authorize(event_id=event_id, actor=actor, action=EventAction.MANAGE_GUESTS, now=now)
