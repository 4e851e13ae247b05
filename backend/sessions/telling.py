"""Telling who booked a session that its time or room changed: a job, a hundred bookings a step.

Each guest is asked to be told under a key of the session's schedule version, so a step that is
run again asks for nothing twice. A session that changed once more is told of by the next job.
"""

from datetime import datetime

from backend.jobs.models import Job
from backend.jobs.progress import StepResult
from backend.sessions import mails, queries
from backend.sessions.models import Session
from backend.sessions.states import BookingStatus

PER_STEP = 100


def step(job: Job, now: datetime) -> StepResult:
    """Ask for the mails of the next page; refuses with ``SessionNotFound``."""
    session = Session.fetch(job.event_id, job.params["session_id"])
    if not session.is_planned or session.schedule_version != job.params["schedule_version"]:
        return StepResult(cursor=None)
    page, following = queries.page_of_all(session, job.cursor, limit=PER_STEP)
    booked = [one for one in page if one.status is BookingStatus.BOOKED]
    for one in booked:
        mails.enqueue(mails.CHANGED, one, session, now=now)
    return StepResult(cursor=following, done=len(booked))
