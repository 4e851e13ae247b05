"""Starting and stopping long work. Whether the actor may is asked by the features above.

A job is an item of the table; the queue only wakes somebody to look at it. What the queue
loses, and what a dead runner left behind, ``nudge_stuck`` finds by the clock.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from backend.jobs import file_store, job_queue
from backend.jobs.errors import JobOver, LaneBusy, NotCancelable, NotPausable
from backend.jobs.kinds import RULES, JobKind
from backend.jobs.models import Job, Lane
from backend.jobs.states import JobStatus
from backend.shared import base32
from backend.shared.db import StaleWrite
from backend.shared.ulids import new_ulid

SENT_WITHIN = timedelta(minutes=2)
"""A queued job that nobody took by then is sent again."""


@dataclass(frozen=True, slots=True)
class JobFile:
    """A file that a job starts with."""

    content: bytes
    content_type: str


def start_job(
    *,
    kind: JobKind,
    event_id: str,
    params: dict[str, Any],
    actor_label: str,
    user_id: str,
    total: int | None,
    now: datetime,
    key: str | None = None,
    files: Mapping[str, JobFile] | None = None,
) -> Job:
    """Queue a job; the same ``key`` (per kind and event) answers the same job, in any state.

    ``params`` hold no names or addresses; ``files`` may, and are stored before the job can
    run. Refuses with ``LaneBusy``, naming the job that holds the lane. Writes the job (and
    its lane) and sends one message.
    """
    job = Job(
        _id_of(kind, event_id, key, now),
        event_id=event_id,
        kind=kind,
        params=params,
        total=total,
        created_at=now,
        created_by=actor_label,
        user_id=user_id or None,
        updated_at=now,
    )
    if key and (earlier := Job.find(job.job_id)):
        return _woken(earlier)
    if files:
        _store(job, files)
    try:
        job.add(due_at=now + SENT_WITHIN)
    except StaleWrite:
        if earlier := Job.find(job.job_id):
            return _woken(earlier)
        if files:
            # Erasing a guest finds files by their jobs, and there is none.
            for name in files:
                file_store.remove(job.job_id, name)
        raise _busy(job) from None
    return _woken(job)


def request_cancel(*, job_id: str, now: datetime) -> Job:
    """Have a job stop before its next step; what it did so far stays done.

    Refuses with ``JobNotFound``, ``NotCancelable`` and ``JobOver``.
    """
    job = Job.fetch(job_id)
    if not RULES[job.kind].cancelable:
        raise NotCancelable("This cannot be stopped half-way.")
    try:
        if job.status in (JobStatus.QUEUED, JobStatus.PAUSED):
            return job.finish(JobStatus.CANCELED, now=now)
    except StaleWrite:
        pass  # a runner took it meanwhile, so the runner is asked
    try:
        return job.ask_to_stop(now=now)
    except StaleWrite:
        raise JobOver("This has ended already.") from None


def request_pause(*, job_id: str, now: datetime) -> Job:
    """Have a job rest before its next step, until ``retry_job`` has it go on.

    Refuses with ``JobNotFound``, ``NotPausable`` and ``JobOver``.
    """
    job = Job.fetch(job_id)
    if not RULES[job.kind].pausable:
        raise NotPausable("This cannot rest half-way.")
    try:
        if job.status is JobStatus.QUEUED:
            return job.pause(now=now)
    except StaleWrite:
        pass  # a runner took it meanwhile, so the runner is asked
    try:
        return job.ask_to_pause(now=now)
    except StaleWrite:
        raise JobOver("This has ended, or rests already.") from None


def retry_job(*, job_id: str, now: datetime) -> Job:
    """Have a failed or paused job go on from where it stopped.

    Refuses with ``JobNotFound``, ``IllegalTransition`` (it neither failed nor rests), ``StaleWrite``
    (somebody retried it meanwhile) and ``LaneBusy``.
    """
    job = Job.fetch(job_id)
    try:
        queued = job.queue_again(due_at=now + SENT_WITHIN, now=now)
    except StaleWrite:
        if Job.fetch(job_id).status is not job.status:
            raise
        raise _busy(job) from None
    return _woken(queued)


def nudge_stuck(*, now: datetime, limit: int = 100) -> int:
    """Wake somebody for each job that should have gone on by now; says how many.

    Their message got lost, or their runner died. One message each, nothing is written; a
    message too many harms nothing.
    """
    nudged = 0
    for job_id in Job.list_due(now=now, limit=limit):
        job_queue.send(job_id)
        nudged += 1
    return nudged


def _store(job: Job, files: Mapping[str, JobFile]) -> None:
    """Keep what the job starts with, unless the job cannot start; refuses with ``LaneBusy``."""
    if job.lane and (Lane.find_holder(job.lane) or job.job_id) != job.job_id:
        raise _busy(job)
    for name, file in files.items():
        file_store.put(job.job_id, name, file.content, content_type=file.content_type)


def _id_of(kind: JobKind, event_id: str, key: str | None, now: datetime) -> str:
    """Random without a key; with one the same for the same kind, event and key."""
    if key is None:
        return new_ulid(now)
    name = "\n".join([kind, event_id, key])
    return base32.encode(hashlib.sha256(name.encode()).digest()[:15])


def _woken(job: Job) -> Job:
    if job.status is JobStatus.QUEUED:
        job_queue.send(job.job_id)
    return job


def _busy(job: Job) -> LaneBusy:
    holder = Lane.find_holder(job.lane or "") or ""
    return LaneBusy("Something like this is running for this event already.", job_id=holder)
