"""What puts things right after a crash: seats nobody confirmed are freed, and who waits gets them."""

from datetime import datetime, timedelta

from backend.events import queries as events
from backend.events.models import Event
from backend.registrations import guests, queries
from backend.registrations.models import Registration
from backend.registrations.services.adopting import adopt_seats
from backend.registrations.services.promoting import promote_waiting
from backend.seats import places
from backend.seats import services as seats
from backend.seats.services import AuditReport

AUDITED_AFTER_END = timedelta(days=1)


def audit_seats(*, event_id: str, now: datetime, thorough: bool = False) -> AuditReport:
    """Free the seats of one event that a crash left claimed; see ``seats.places.audit``.

    Also adopts guests whom a new limit left without a claim, promotes who waits, and lowers the
    flag that somebody waits when nobody does. A day after the event ended this was the last.
    """
    event = events.settings_of(event_id, now=now)
    shards = int(event.shards)
    over = event.ends_at + AUDITED_AFTER_END <= now

    def shard_of(guest: str) -> str:
        return guests.shard_of(event_id, guest, shards=shards)

    report = places.audit(
        Registration,
        pool=event_id,
        event_id=event_id,
        shard_of=shard_of,
        thorough=thorough or over,
        now=now,
    )
    adopt_seats(event_id=event_id, now=now)
    _see_to_waiting(event, now=now)
    if over and not report.left:
        seats.retire(pool=event_id)
    return report


def _see_to_waiting(event: Event, *, now: datetime) -> None:
    def is_anybody_waiting() -> bool:
        return next(queries.iter_waiting(event), None) is not None

    seats.lower_flag(pool=event.uuid, is_anybody_waiting=is_anybody_waiting, now=now)
    promote_waiting(event_id=event.uuid, now=now)
