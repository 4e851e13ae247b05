"""Telling who booked a session that it moved, or to queue up: a job, a hundred bookings a step.

Each guest is asked to be told under a key of the session's schedule version, so a step that is
run again asks for nothing twice. A session that changed once more is told of by the next job.
"""

from datetime import datetime

from backend.events.models import Event
from backend.events.states import EventStatus
from backend.jobs.models import Job
from backend.jobs.progress import StepResult
from backend.sessions import mails, queries
from backend.sessions.models import Session
from backend.sessions.states import BookingStatus

PER_STEP = 100


def step(job: Job, now: datetime) -> StepResult:
    """Ask for the mails about another time or room to the next page of guests; refuses as below."""
    return _tell(mails.CHANGED, job, now)


def notice_step(job: Job, now: datetime) -> StepResult:
    """Ask for the notices to queue up of the next page; refuses as below."""
    return _tell(mails.NOTICE, job, now)


def _tell(template: str, job: Job, now: datetime) -> StepResult:
    """Refuses with ``SessionNotFound`` and ``EventNotFound``."""
    session = Session.fetch(job.event_id, job.params["session_id"])
    if not _stands(session, job):
        return StepResult(cursor=None)
    page, following = queries.page_of_all(session, job.cursor, limit=PER_STEP)
    booked = [one for one in page if one.status is BookingStatus.BOOKED]
    for one in booked:
        mails.enqueue(template, one, session, now=now)
    return StepResult(cursor=following, done=len(booked))


def _stands(session: Session, job: Job) -> bool:
    """Whether what the job tells is still so: nothing was called off or changed once more."""
    if not session.is_planned or session.schedule_version != job.params["schedule_version"]:
        return False
    return Event.fetch(session.event_id).status is EventStatus.PUBLISHED
