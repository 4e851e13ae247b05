"""Lambda ``SessionNoticesFunction`` (infra/streams.yaml), each minute: has guests told to queue up.

Jobs that nobody goes on with are woken here, too: a notice cannot wait for long, nor can its job.
Running it twice at once, late, or not for an hour harms nothing: there is one job for each version
of a session's schedule.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from backend.jobs import services as jobs
from backend.sessions import queries, services
from backend.sessions.models import Session
from backend.shared.clock import utc_now
from backend.shared.failures import traits_of
from backend.shared.observability import logger


class NoticesFailed(Exception):
    """Notices could not be begun; the log says which and why. The alarm sees this one."""


def handler(_event: Mapping[str, Any], _context: object) -> dict[str, int]:
    """Begin what is due; the answer and a log line say how much that was.

    Raises ``NoticesFailed`` when all is begun that can be and some failed: they stay due.
    """
    now = utc_now()
    answers = [_give(one, now=now) for one in queries.list_due_notices(now=now)]
    woken = jobs.nudge_stuck(now=now)
    done = {
        "jobs_nudged": woken,
        "sessions_due": len(answers),
        "notices_begun": answers.count(True),
    }
    logger.info("session notices begun", extra=done)
    if failed := answers.count(None):
        raise NoticesFailed(f"{failed} of {len(answers)} notices failed.")
    return done


def _give(due: Session, *, now: datetime) -> bool | None:
    """Whether it was due; ``None`` when it failed, which the log tells."""
    try:
        return services.give_notice(event_id=due.event_id, session_id=due.session_id, now=now)
    except Exception as error:  # noqa: BLE001 - the other sessions' guests are told all the same
        told = {"event_id": due.event_id, "session_id": due.session_id}
        logger.error("notice failed", extra={**told, **traits_of(error)})
        return None
