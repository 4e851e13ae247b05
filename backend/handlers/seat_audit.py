"""Lambda ``SeatAuditFunction`` (infra/streams.yaml), by the clock: frees what a crash left behind.

Seats that nobody confirmed, and messages that nobody sent. Time only starts it: running it twice at
once, late or not for a while harms nothing.
"""

from collections.abc import Mapping
from typing import Any

from backend.notifications import services as notifications
from backend.registrations import services as registrations
from backend.shared.clock import utc_now
from backend.shared.observability import logger


def handler(_event: Mapping[str, Any], _context: object) -> dict[str, int]:
    """Do all that is due; the answer and a log line say how much that was."""
    now = utc_now()
    # First: it is short, and an audit that fails must not keep mails from going out.
    nudged = notifications.nudge_stuck(now=now)
    audits = registrations.audit_due_seats(now=now)
    done = {
        "messages_nudged": nudged,
        "pools_audited": len(audits),
        "claims_inspected": sum(report.inspected for report in audits.values()),
        "seats_released": sum(report.released for report in audits.values()),
        "claims_left": sum(report.left for report in audits.values()),
    }
    logger.info("audit done", extra=done)
    return done
