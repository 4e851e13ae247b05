"""What puts things right after a crash: seats nobody confirmed are freed, and who waits gets them."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from backend.events import queries as events
from backend.events.models import Event
from backend.registrations import guests, queries
from backend.registrations.models import Registration
from backend.registrations.services.adopting import adopt_seats
from backend.registrations.services.promoting import promote_waiting
from backend.seats import queries as seat_queries
from backend.seats import services as seats
from backend.seats.claims import Claim
from backend.seats.models import AuditState
from backend.seats.services import AuditReport, Standing

AUDITED_AFTER_END = timedelta(days=1)


def audit_seats(*, event_id: str, now: datetime, thorough: bool = False) -> AuditReport:
    """Free the seats of one event that a crash left claimed; see ``seats.services.audit``.

    Also adopts guests whom a new limit left without a claim, promotes who waits, and lowers the
    flag that somebody waits when nobody does. A day after the event ended this was the last.
    """
    event = events.settings_of(event_id, now=now)
    shards = int(event.shards)
    over = event.ends_at + AUDITED_AFTER_END <= now

    def shard_of(claim: Claim) -> str:
        return guests.shard_of(event_id, claim.guest, shards=shards)

    def is_confirmed(claims: Sequence[Claim]) -> list[Standing]:
        keys = list({(shard_of(claim), claim.guest) for claim in claims})
        stored = Registration.find_current(keys)
        return [_standing(claim, stored.get(claim.guest)) for claim in claims]

    def fence(claim: Claim, version: int) -> bool:
        return Registration.fence(shard_of(claim), claim.guest, event_id=event_id, seen=version)

    report = seats.audit(
        pool=event_id, is_confirmed=is_confirmed, fence=fence, now=now, thorough=thorough or over
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


def _standing(claim: Claim, stored: Registration | None) -> Standing:
    if stored is None:
        return Standing(confirmed=False, settled=False, version=0)
    confirmed = stored.confirms(claim)
    return Standing(
        confirmed=confirmed,
        # One confirmed without a claim may yet be given this one: it has to be fenced.
        settled=stored.is_confirmed and stored.claim is not None and not confirmed,
        version=int(stored.version),
    )


def list_due_audits(*, now: datetime, limit: int = 50) -> list[str]:
    """Up to ``limit`` events of each kind of audit that are due, the longest due first."""
    due = [
        pool
        for state in AuditState
        for pool in seat_queries.list_due(state, now=now, limit=limit).items
    ]
    return list(dict.fromkeys(due))
