"""A redrive asks each function once, waits for it, and ends where a message comes again."""

import io
import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from botocore.awsrequest import AWSResponse

from backend.handlers import redrive
from backend.shared.aws_session import aws_session

STREAM = "arn:aws:dynamodb:eu-central-1:123456789012:table/test-sessions/stream/2030"
NUMBER = "100000000000000000001"
BATCH = {
    "streamArn": STREAM,
    "shardId": "shardId-00000000000000000000-0000",
    "startSequenceNumber": NUMBER,
    "endSequenceNumber": NUMBER,
}
POINTER = {"requestContext": {"functionArn": "follower"}, "DDBStreamBatchInfo": BATCH}
RECORD = {
    "dynamodb": {
        "SequenceNumber": NUMBER,
        "Keys": {"session_id": {"S": "one"}},
        "ApproximateCreationDateTime": datetime(2030, 5, 1, tzinfo=UTC),
    }
}
TIMES = 3


class Cloud:
    """AWS whose queue gives one message again and again, and whose function follows nothing."""

    def __init__(self) -> None:
        self.received: list[dict[str, Any]] = []
        self.patience: list[tuple[int, int]] = []

    def answer(self, event_name: str, **asked: Any) -> tuple[AWSResponse, dict[str, Any]]:
        name = event_name.rpartition(".")[2]
        failed = {"batchItemFailures": [{"itemIdentifier": NUMBER}]}
        answers: dict[str, Any] = {
            "GetQueueUrl": {"QueueUrl": "https://sqs.example.com/q"},
            "GetShardIterator": {"ShardIterator": "i"},
            "GetRecords": {"Records": [RECORD]},
            "Invoke": {"Payload": io.BytesIO(json.dumps(failed).encode())},
        }
        if name == "ReceiveMessage":
            self.received.append(json.loads(asked["params"]["body"]))
            message = {"MessageId": "m", "ReceiptHandle": "r", "Body": json.dumps(POINTER)}
            answers[name] = {"Messages": [message] if len(self.received) <= TIMES else []}
        if name == "Invoke":
            settings = asked["context"]["client_config"]
            self.patience.append((settings.read_timeout, settings.retries["total_max_attempts"]))
        return AWSResponse("https://example.com/", 200, {}, None), answers.get(name, {})


@pytest.fixture
def cloud() -> Iterator[Cloud]:
    cloud = Cloud()
    aws_session().register("before-call", cloud.answer)
    yield cloud
    aws_session().unregister("before-call", cloud.answer)


def test_message_that_comes_again_ends_the_run(cloud: Cloud):
    done = redrive.redrive("test")

    assert (done.followed, done.left, len(cloud.received)) == (0, 1, 2)


def test_each_message_is_held_for_as_long_as_it_may_take(cloud: Cloud):
    redrive.redrive("test")

    asked = cloud.received[0]
    assert (asked["MaxNumberOfMessages"], asked["VisibilityTimeout"] >= 700) == (1, True)


def test_function_is_asked_once_and_waited_for(cloud: Cloud):
    redrive.redrive("test")

    [(read_timeout, attempts)] = set(cloud.patience)
    assert (read_timeout > redrive.LONGEST_RUN, attempts) == (True, 1)


def test_no_function_may_take_longer_than_it_is_waited_for():
    template = Path("infra/streams.yaml").read_text(encoding="utf-8")

    found = re.findall(r"^ +Timeout: (\d+)$", template, re.MULTILINE)

    assert max(int(seconds) for seconds in found) == redrive.LONGEST_RUN
