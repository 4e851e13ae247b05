"""An event's activity and its numbers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from backend.activity.counters import arrivals_of, gates_of
from backend.activity.kinds import Counter
from backend.activity.models import Activity, Stats
from backend.shared.paging import Page


@dataclass(frozen=True, slots=True)
class Totals:
    """An event's numbers, a moment behind the registrations they count.

    ``registered`` counts the places given to guests who do not wait for one again and
    ``canceled`` those given back for good, so ``confirmed`` is what is left; ``arrivals`` maps the start of each
    five minutes (UTC) to the guests admitted in it, ``gates`` each gate to those who came
    through it. ``admitted`` are those who came, once each; ``out`` those of them who left for now.
    ``waiting`` and ``given_up`` are on the waiting list, or canceled, now.
    """

    registered: int
    canceled: int
    admitted: int
    arrivals: dict[datetime, int]
    gates: dict[str, int] = field(default_factory=dict)
    out: int = 0
    waiting: int = 0
    given_up: int = 0

    @property
    def confirmed(self) -> int:
        """How many hold a place now."""
        return self.registered - self.canceled

    @property
    def everybody(self) -> int:
        """How many ever registered, whatever became of it; nobody is counted twice."""
        return self.confirmed + self.waiting + self.given_up


def totals(*, event_id: str, shards: int) -> Totals:
    """The sum of the counters over the event's ``shards``; one batch read."""
    return totals_of({event_id: shards})[event_id]


def totals_of(shards: Mapping[str, int]) -> dict[str, Totals]:
    """The totals of each event of a list (id → its shards); one batch read per 100 shards."""
    sums: dict[str, dict[str, int]] = {event_id: {} for event_id in shards}
    for item in Stats.list_for_events(shards):
        of_event = sums[item.event_shard.rpartition("#")[0]]
        for name, number in item.counts.items():
            of_event[name] = of_event.get(name, 0) + number
    return {event_id: _totals(counted) for event_id, counted in sums.items()}


def _totals(sums: Mapping[str, int]) -> Totals:
    return Totals(
        registered=sums.get(Counter.REGISTERED, 0),
        canceled=sums.get(Counter.CANCELED, 0),
        admitted=sums.get(Counter.ADMITTED, 0),
        arrivals=arrivals_of(sums),
        gates=gates_of(sums),
        out=sums.get(Counter.OUT, 0),
        waiting=sums.get(Counter.WAITING, 0),
        given_up=sums.get(Counter.GIVEN_UP, 0),
    )


def requests_of(event_id: str) -> dict[str, int]:
    """How many guest requests of an event are in each state (``OPEN`` → 3), a moment behind.

    One keyed read.
    """
    stored = Stats.find_requests(event_id)
    return {name: number for name, number in stored.counts.items() if number} if stored else {}


def list_for_event(
    *,
    event_id: str,
    since: datetime,
    limit: int,
    start: dict[str, Any] | None = None,
    now: datetime,
) -> Page[Activity]:
    """One page of what happened at an event, the newest first.

    ``since`` is when the event was made: month by month, pages go back to there.
    """
    month, after = _first_of_month(now), None
    if start:
        month, after = datetime.fromisoformat(start["month"]), start["after"]
    found: list[Activity] = []
    while month >= _first_of_month(since):
        page = Activity.list_in_month(event_id, month, limit=limit - len(found), start=after)
        found += page.items
        after = page.next_key
        if after is None:
            month = _first_of_month(month - timedelta(days=1))
        if len(found) == limit:
            ended = after is None and month < _first_of_month(since)
            return Page(found, None if ended else {"month": month.isoformat(), "after": after})
    return Page(found)


def history_of(
    *, event_id: str, subject: str, limit: int, start: dict[str, Any] | None = None
) -> Page[Activity]:
    """One page of what befell one guest (or kiosk, …) of an event, the newest first.

    One query, O(page). A moment behind, and eventually consistent.
    """
    return Activity.list_of_subject(event_id, subject, limit=limit, start=start)


def _first_of_month(moment: datetime) -> datetime:
    utc = moment.astimezone(UTC)
    return utc.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
