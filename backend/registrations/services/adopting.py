"""Claims for guests who were confirmed while their event had no limit."""

from datetime import datetime

from backend.events import queries as events
from backend.registrations.models import Registration
from backend.seats import places
from backend.seats.places import ADOPTED_AT_ONCE


def adopt_page(
    *, event_id: str, shard: int, after: str | None, limit: int, now: datetime
) -> tuple[int, str | None]:
    """Adopt the guests of one page of a shard: how many, and the key to go on after (or none)."""
    return places.adopt_page(
        Registration, f"{event_id}#R{shard}", after=after, limit=limit, now=now
    )


def adopt_seats(*, event_id: str, now: datetime, limit: int = ADOPTED_AT_ONCE) -> bool:
    """Adopt whom a change from no limit left without a claim, and let the pool be counted.

    Stops after about ``limit`` guests; ``False`` while some are left, or when the pool kept
    changing. Only reads where nobody is to be adopted.
    """

    def shards() -> list[str]:
        count = int(events.settings_of(event_id, now=now).shards)
        return [f"{event_id}#R{shard}" for shard in range(count)]

    return places.adopt_all(Registration, pool=event_id, shards=shards, limit=limit, now=now)
