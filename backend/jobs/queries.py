"""Jobs as the faces and the features above read them. Whether the actor may is theirs to ask."""

from typing import Any

from backend.jobs.errors import JobNotFound
from backend.jobs.kinds import JobKind
from backend.jobs.models import Job, Lane, lane_of
from backend.shared.paging import Page


def fetch_job(job_id: str, *, event_id: str | None = None) -> Job:
    """The job as it stands now. With ``event_id`` only if it is that event's.

    Refuses with ``JobNotFound``.
    """
    job = Job.fetch(job_id)
    if event_id is not None and job.event_id != event_id:
        raise JobNotFound("There is no such job.")
    return job


def list_for_event(event_id: str, *, limit: int, start: dict[str, Any] | None = None) -> Page[Job]:
    """One page of the event's jobs, the newest first, a moment behind at worst.

    They carry their kind, state, counts and times, not their problems and results.
    """
    return Job.list_for_event(event_id, limit=limit, start=start)


def find_in_lane(event_id: str, kind: JobKind) -> Job | None:
    """The job that keeps others of this kind from starting at the event, read consistently."""
    lane = lane_of(kind, event_id)
    holder = Lane.find_holder(lane) if lane else None
    return Job.find(holder) if holder else None
