"""Running a job step by step, so that a kill between any two steps loses and doubles nothing.

A runner holds the job by a lease. After each step one conditional write keeps the cursor, the
counts and the problems; a step that was cut off before that write is run again from the same
cursor, so steps are idempotent. Whoever is slower than its lease writes nothing any more.
"""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from backend.jobs import job_queue
from backend.jobs.errors import StepFailed
from backend.jobs.kinds import JobKind
from backend.jobs.models import Job
from backend.jobs.progress import Problem, StepResult
from backend.jobs.states import JobStatus
from backend.shared.db import StaleWrite
from backend.shared.errors import Conflict, DomainError

__all__ = ["Problem", "Step", "StepResult", "run_job"]

S = JobStatus
Step = Callable[[Job, datetime], StepResult]

LEASE = timedelta(minutes=3)
"""Longer than any step takes; after it a dead runner's job goes on elsewhere."""
FIRST_WAIT = timedelta(seconds=10)
MAX_ATTEMPTS = 5
"""At one step, with waits of 10, 40, 160 and 640 seconds in between."""
_GAVE_UP = ("gave_up", "A step failed again and again, so this was given up.")
_UNKNOWN = ("unknown_kind", "Nothing here knows how to do this.")


def run_job(
    *,
    job_id: str,
    steps: Mapping[JobKind, Step],
    now_fn: Callable[[], datetime],
    until: Callable[[], bool],
) -> JobStatus | None:
    """Run the job's steps to its end, or until ``until()`` says that time runs out.

    Answers its state then; ``None``: no such job. Does nothing to a job that has ended or
    that somebody else holds. Out of time, or after a step that lost a race (``Conflict``) or
    failed (``StepFailed``), it sends the job to the queue again, five times for one step; any
    other refusal of a step ends the job. What else a step raises goes through: the job is
    free again when the lease runs out.
    """
    now = now_fn()
    try:
        job = Job.take(job_id, until=now + LEASE, now=now)
    except StaleWrite as refusal:
        return refusal.old.status if refusal.old else None
    try:
        return _run(job, steps.get(job.kind), now_fn, until)
    except StaleWrite as refusal:
        # Slower than its lease: the job is somebody else's now.
        return refusal.old.status if refusal.old else S.RUNNING


def _run(
    job: Job, step: Step | None, now_fn: Callable[[], datetime], until: Callable[[], bool]
) -> JobStatus:
    if step is None:
        return job.finish(S.FAILED, now=now_fn(), reason=_UNKNOWN).status
    if job.attempts > MAX_ATTEMPTS:
        # Each attempt ended without a word, so the runner itself fails at this step.
        return job.finish(S.FAILED, now=now_fn(), reason=_GAVE_UP).status
    while True:
        if job.cancel_requested_at:
            return job.finish(S.CANCELED, now=now_fn()).status
        if job.pause_requested_at:
            return job.pause(now=now_fn()).status
        if until():
            job.let_go(due_at=now_fn(), attempts=0, now=now_fn())
            job_queue.send(job.job_id)
            return S.RUNNING
        result = _attempt(job, step, now_fn)
        if result is None:
            return Job.fetch(job.job_id).status
        now = now_fn()
        if result.cursor is None:
            return job.finish(S.DONE, now=now, last=result).status
        job = job.advance(result, until=now + LEASE, now=now)
        if result.wait:
            job.let_go(due_at=now + result.wait, attempts=0, now=now)
            job_queue.send(job.job_id, after=result.wait)
            return S.RUNNING


def _attempt(job: Job, step: Step, now_fn: Callable[[], datetime]) -> StepResult | None:
    """What the step did; ``None`` when it failed and the job was put off or given up."""
    try:
        return step(job, now_fn())
    except StepFailed:
        _put_off(job, _GAVE_UP, now_fn())
    except Conflict as refusal:
        _put_off(job, (refusal.code, refusal.message), now_fn())
    except DomainError as refusal:
        # A rule says no, and will say so again.
        job.finish(S.FAILED, now=now_fn(), reason=(refusal.code, refusal.message))
    return None


def _put_off(job: Job, reason: tuple[str, str], now: datetime) -> None:
    if job.attempts >= MAX_ATTEMPTS:
        job.finish(S.FAILED, now=now, reason=reason)
        return
    wait = FIRST_WAIT * 4 ** (job.attempts - 1)
    job.let_go(due_at=now + wait, attempts=job.attempts, now=now)
    job_queue.send(job.job_id, after=wait)
