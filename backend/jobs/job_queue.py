"""The queue that wakes runners. A message says which job, and nothing else.

It may come twice, late or never: the job's item decides what there is to do, and the sweep
(``services.nudge_stuck``) sends again what got lost.
"""

import json
from datetime import timedelta
from functools import cache
from typing import TYPE_CHECKING

from backend.shared.config import config

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

LONGEST_DELAY = timedelta(minutes=15)


@cache
def _client() -> "SQSClient":
    # Loading boto3 costs a cold start 100 ms, and most calls never come here.
    import boto3
    from botocore.config import Config

    settings = Config(connect_timeout=2, read_timeout=5, retries={"max_attempts": 2})
    return boto3.client("sqs", region_name=config().region, config=settings)


def send(job_id: str, *, after: timedelta = timedelta(0)) -> None:
    """Have a runner look at the job ``after`` a while (at most 15 minutes)."""
    delay = min(after, LONGEST_DELAY)
    _client().send_message(
        QueueUrl=config().jobs_queue_url,
        MessageBody=json.dumps({"job_id": job_id}),
        DelaySeconds=int(delay.total_seconds()),
    )


def read(body: str) -> str:
    """The job's id in a message's body; ``ValueError`` when there is none."""
    message = json.loads(body)
    if not isinstance(message, dict) or not isinstance(message.get("job_id"), str):
        raise ValueError("a message names its job")
    job_id: str = message["job_id"]
    return job_id
