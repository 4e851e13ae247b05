"""Running jobs in this process, as the deployed runner does."""

from collections.abc import Callable, Mapping
from datetime import datetime

from backend.handlers.jobs import STEPS
from backend.jobs.kinds import JobKind
from backend.jobs.models import Job
from backend.jobs.runner import Step, run_job
from backend.shared.clock import utc_now


def run_all(
    job_id: str,
    steps: Mapping[JobKind, Step] | None = None,
    now_fn: Callable[[], datetime] = utc_now,
) -> Job:
    """Run a job to its end and answer it as it is stored then.

    ``steps`` are those of the deployed function unless a test brings its own.
    """
    run_job(job_id=job_id, steps=steps or STEPS, now_fn=now_fn, until=lambda: False)
    return Job.fetch(job_id)
