"""Jobs that tests start and run, step by step, with a clock of their own."""

import json
import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import boto3

from backend.jobs import runner, services
from backend.jobs.kinds import JobKind
from backend.jobs.models import Job
from backend.jobs.progress import Problem, StepResult
from backend.jobs.states import JobStatus
from tests.factories.events import NOON

EXPORT = JobKind.EXPORT_GUESTS


class Clock:
    """Stands still until somebody moves it."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now

    def wait(self, span: timedelta) -> None:
        self.now += span


def start(kind: JobKind = EXPORT, **values: Any) -> Job:
    given = {
        "event_id": str(uuid.uuid4()),
        "params": {},
        "actor_label": "USER:olga",
        "user_id": "olga",
        "total": 3,
        "now": NOON,
    }
    return services.start_job(kind=kind, **given | values)


class Counting:
    """Steps of one item each that write down, like any idempotent work, what they did."""

    def __init__(self, steps: int = 3) -> None:
        self.steps = steps
        self.did: list[int] = []

    def __call__(self, job: Job, _now: datetime) -> StepResult:
        at = (job.cursor or {"at": 0})["at"]
        self.did.append(at)
        last = at + 1 == self.steps
        return StepResult(
            cursor=None if last else {"at": at + 1},
            done=1,
            failed=[Problem(f"row {at}", "odd", "This row is odd.")] if at % 2 else (),
            result={f"item {at}": at},
        )


def run(job: Job, step: Callable[[Job, datetime], StepResult], clock: Clock) -> JobStatus | None:
    return runner.run_job(
        job_id=job.job_id, steps={job.kind: step}, now_fn=clock, until=lambda: False
    )


def messages_for(job: Job) -> int:
    """How many messages of this job stand in the queue; they are read away."""
    sqs, queue = boto3.client("sqs"), boto3.client("sqs").get_queue_url(QueueName="test-jobs")
    found = 0
    while read := sqs.receive_message(QueueUrl=queue["QueueUrl"], MaxNumberOfMessages=10):
        if not read.get("Messages"):
            return found
        for message in read["Messages"]:
            sqs.delete_message(QueueUrl=queue["QueueUrl"], ReceiptHandle=message["ReceiptHandle"])
            found += json.loads(message["Body"]) == {"job_id": job.job_id}
    return found
