"""Claims for everybody who booked a session that gets a limit: a job, a few guests a step.

Each guest is adopted by writes of their own, so a step that is run again finds them adopted and
goes on. The audit does the same, so the pool opens even without the job.
"""

from datetime import datetime

from backend.jobs.models import Job
from backend.jobs.progress import StepResult
from backend.seats.errors import PoolBusy
from backend.sessions import services
from backend.sessions.models import Session

PER_STEP = 200


def step(job: Job, now: datetime) -> StepResult:
    """Adopt some more guests; after the last one let the pool be counted and opened.

    Refuses with ``SessionNotFound`` and ``PoolNotFound``.
    """
    session = Session.fetch(job.event_id, job.params["session_id"])
    following = {"round": (job.cursor or {"round": 0})["round"] + 1}
    try:
        done = services.adopt_seats(session=session, limit=PER_STEP, now=now)
    except PoolBusy:
        done = False  # others change the pool at this moment
    if not done:
        return StepResult(cursor=following, done=1)
    services.promote_waiting(session=session, now=now)
    return StepResult(cursor=None, done=1)
