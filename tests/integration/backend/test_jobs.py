"""Jobs: started once, run step by step, resumed after any crash, stopped when asked."""

import uuid
from datetime import timedelta
from typing import Any

import pytest

from backend.jobs import services
from backend.jobs.kinds import JobKind
from backend.jobs.models import Job
from backend.jobs.progress import StepResult
from backend.jobs.states import JobStatus
from tests.factories.events import NOON
from tests.support.jobs import run_all

pytestmark = pytest.mark.usefixtures("tables")
S = JobStatus


def start(kind: JobKind = JobKind.EXPORT_GUESTS, **values: Any) -> Job:
    given = {
        "event_id": str(uuid.uuid4()),
        "params": {},
        "actor_label": "USER:olga",
        "user_id": "olga",
        "total": 3,
        "now": NOON,
    }
    return services.start_job(kind=kind, **given | values)


def counting(steps: int):
    """A step that handles one item at a time, and remembers what it was run with."""
    seen: list[int] = []

    def step(job: Job, _now: Any) -> StepResult:
        at = (job.cursor or {"at": 0})["at"]
        seen.append(at)
        return StepResult(cursor={"at": at + 1} if at + 1 < steps else None, done=1)

    return step, seen


def test_job_runs_all_its_steps_and_is_done():
    step, seen = counting(3)

    job = run_all(start().job_id, {JobKind.EXPORT_GUESTS: step}, now_fn=lambda: NOON)

    assert (job.status, job.done, seen) == (S.DONE, 3, [0, 1, 2])


def test_lost_message_is_sent_again_when_nobody_came():
    job = start()

    assert job.job_id not in list(Job.list_due(now=NOON, limit=100))
    assert job.job_id in list(Job.list_due(now=NOON + timedelta(minutes=3), limit=100))
