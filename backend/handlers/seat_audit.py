"""Lambda ``SeatAuditFunction`` (infra/streams.yaml), by the clock: frees what a crash left behind.

Seats that nobody confirmed, messages that nobody sent. Time only starts it: running it twice at
once, late or not for a while harms nothing.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from backend.notifications import services as notifications
from backend.registrations import services as registrations
from backend.seats import queries as seats
from backend.seats.services import AuditReport
from backend.sessions import services as sessions
from backend.shared.clock import utc_now
from backend.shared.failures import traits_of
from backend.shared.observability import logger

NUDGED_PER_BUCKET = 1_000
"""Of eight: in five minutes more than SES sends for most accounts, in half a minute."""


class AuditFailed(Exception):
    """Events were left unaudited; the log says which and why. The alarm sees this one."""


def handler(_event: Mapping[str, Any], _context: object) -> dict[str, int]:
    """Do all that is due; the answer and a log line say how much that was.

    Raises ``AuditFailed`` when all is done that can be and some audits failed: they stay due.
    """
    now = utc_now()
    # First: it is short, and audits that run out of time must not hold up mails.
    nudged = notifications.nudge_stuck(now=now, limit=NUDGED_PER_BUCKET)
    due = seats.list_due_audits(now=now)
    audits = {pool: report for pool in due if (report := _audit(pool, now=now))}
    done = {
        "messages_nudged": nudged,
        "pools_audited": len(audits),
        "claims_inspected": sum(report.inspected for report in audits.values()),
        "seats_released": sum(report.released for report in audits.values()),
        "claims_left": sum(report.left for report in audits.values()),
    }
    logger.info("audit done", extra=done)
    if len(audits) < len(due):
        raise AuditFailed(f"{len(due) - len(audits)} of {len(due)} audits failed.")
    return done


def _audit(pool: str, *, now: datetime) -> AuditReport | None:
    """``None`` when it failed, which the log tells."""
    try:
        if sessions.is_session_pool(pool):
            return sessions.audit_seats(pool=pool, now=now)
        return registrations.audit_seats(event_id=pool, now=now)
    except Exception as error:  # noqa: BLE001 - the other pools' seats are freed all the same
        logger.error("audit failed", extra={"event_id": pool, **traits_of(error)})
        return None
