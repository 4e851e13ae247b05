"""Calling a session off for everybody who booked it: a job, fifty bookings a step.

Each booking is canceled by a write of its own, so a step that is run again finds them canceled
and goes on. Who books while the job runs, in a process that has not heard yet, is canceled by the
bookings' stream. The mails follow from that stream, too.
"""

from datetime import datetime

from backend.jobs.models import Job
from backend.jobs.progress import StepResult
from backend.sessions import queries, services
from backend.sessions.errors import SessionNotCanceled
from backend.sessions.models import Session
from backend.sessions.states import BookingStatus

PER_STEP = 50


def step(job: Job, now: datetime) -> StepResult:
    """Cancel the bookings of the next page; who was there stays so.

    Refuses with ``SessionNotFound`` and ``SessionNotCanceled``.
    """
    session = Session.fetch(job.event_id, job.params["session_id"])
    if session.is_planned:
        raise SessionNotCanceled("The session was not canceled, so nobody's seat is taken back.")
    page, following = queries.page_of_all(session, job.cursor, limit=PER_STEP)
    ended = [
        services.end_booking(one, changed_by=job.created_by, now=now)
        for one in page
        if one.is_active
    ]
    return StepResult(cursor=following, done=ended.count(BookingStatus.CANCELED))
