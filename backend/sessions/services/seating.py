"""The seats of sessions: promotion, adoption and the audit after a crash."""

from datetime import datetime, timedelta

from backend.events import queries as events
from backend.seats import places
from backend.seats import services as seats
from backend.seats.places import ADOPTED_AT_ONCE, PROMOTED_AT_ONCE
from backend.seats.services import AuditReport
from backend.sessions import policies, queries
from backend.sessions.models import Booking, Session

AUDITED_AFTER_END = timedelta(days=1)


def is_session_pool(pool: str) -> bool:
    """Whether a pool of seats is a session's; else it is an event's."""
    return "." in pool


def session_of(pool: str) -> Session:
    """The session whose pool this is, as it is now; refuses with ``SessionNotFound``."""
    event_id, _, session_id = pool.partition(".")
    return Session.fetch(event_id, session_id)


def promote_waiting(*, session: Session, now: datetime, limit: int = PROMOTED_AT_ONCE) -> int:
    """Give free seats to who waits longest, until none is free or nobody waits; says how many.

    Until the session ends. See ``seats.places.promote_line``.
    """
    event = events.settings_of(session.event_id, now=now)
    if not policies.takes_promotions(session, event, now=now):
        return 0
    return places.promote_line(
        pool=session.pool, line=lambda: queries.iter_waiting(session), limit=limit, now=now
    )


def adopt_seats(*, session: Session, now: datetime, limit: int = ADOPTED_AT_ONCE) -> bool:
    """Claim the seats of who booked before the session had a limit; see ``places.adopt_all``."""
    return places.adopt_all(
        Booking,
        pool=session.pool,
        shards=lambda: queries.shards_of(session),
        limit=limit,
        now=now,
    )


def audit_seats(*, pool: str, now: datetime, thorough: bool = False) -> AuditReport:
    """Free the seats of one session that a crash left claimed; see ``seats.services.audit``.

    Also adopts guests whom a new limit left without a claim, promotes who waits, and lowers the
    flag that somebody waits when nobody does. A day after the session ended this was the last.
    Refuses with ``SessionNotFound`` and ``PoolNotFound``.
    """
    session = session_of(pool)
    over = session.ends_at + AUDITED_AFTER_END <= now
    report = places.audit(
        Booking,
        pool=pool,
        event_id=session.event_id,
        shard_of=lambda guest: queries.shard_of(session, guest),
        thorough=thorough or over,
        now=now,
    )
    adopt_seats(session=session, now=now)

    def is_anybody_waiting() -> bool:
        return next(queries.iter_waiting(session), None) is not None

    seats.lower_flag(pool=pool, is_anybody_waiting=is_anybody_waiting, now=now)
    promote_waiting(session=session, now=now)
    if over and not report.left:
        seats.retire(pool=pool)
    return report
