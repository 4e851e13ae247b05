"""Jobs as the table holds them."""

from typing import Any

from ulid import ULID

from backend.jobs.kinds import JobKind
from backend.jobs.models import Job, Lane
from backend.jobs.states import JobStatus
from tests.factories.events import NOON


def make_job(**values: Any) -> Job:
    """A stored export that nobody has taken yet; no message was sent for it.

    One that has not ended holds its lane.
    """
    defaults = {
        "job_id": str(ULID()),
        "event_id": "ev-1",
        "kind": JobKind.EXPORT_GUESTS,
        "status": JobStatus.QUEUED,
        "params": {},
        "created_at": NOON,
        "created_by": "USER:olga",
        "updated_at": NOON,
    }
    job = Job(**defaults | values)
    job.put()
    if job.lane and job.is_open:
        Lane(job.lane, held_by=job.job_id).put()
    return job
