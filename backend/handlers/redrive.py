"""``python -m backend.handlers.redrive --stage NAME``: follow again what could not be followed.

The queue of failed changes holds pointers into the tables' streams, which keep records for a day.
Each record is handed to its function as it was. When it fails again, because nobody can read what
it says, it is handed over as the item stands now. Counters went on without these records and skip
them, so the guests of their events are counted anew. What cannot be followed yet stays in the
queue; what the stream has forgotten is told and let go. ``AWS_ENDPOINT_URL`` names a local cloud.
"""

import argparse
import json
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from backend.shared.aws_session import aws_session

LONGEST_RUN = 300
"""Seconds that the slowest function which follows a stream may take."""
HELD_SECONDS = 2 * LONGEST_RUN + 120
"""A message is held for both of its attempts, and the reads beside them."""
MOST_READS = 50
REGION = "eu-central-1"
Record = dict[str, Any]


@dataclass
class Redriven:
    """What became of the pointers, and which events are counted anew."""

    followed: int = 0
    left: int = 0
    forgotten: list[str] = field(default_factory=list)
    events: set[str] = field(default_factory=set)


def main(arguments: Sequence[str] | None = None) -> int:
    """Redrive a stage's queue; 1 when something had to stay in it, or the stage is not there."""
    parser = argparse.ArgumentParser(prog="python -m backend.handlers.redrive", description=__doc__)
    parser.add_argument("--stage", required=True, help="a stage that is deployed")
    stage = parser.parse_args(arguments).stage
    try:
        done = redrive(stage)
    except (ClientError, BotoCoreError, LookupError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    lines = [f"{done.followed} followed, {done.left} left in the queue."]
    lines += [
        f"The stream keeps no record of {pointer}: the nightly audit looks there."
        for pointer in done.forgotten
    ]
    lines += [f"Counting the guests of {event_id} anew." for event_id in sorted(done.events)]
    sys.stdout.write("\n".join(lines) + "\n")
    return 1 if done.left else 0


def redrive(stage: str) -> Redriven:
    """Go once through the queue of the stage; starts a recount where counters lost a record.

    Calls the functions that follow the streams. Refuses (``LookupError``) a stage that is not
    deployed.
    """
    sqs = _client("sqs")
    queue = _queue(sqs, stage, "failed-changes")
    done = Redriven()
    seen: set[str] = set()
    while (message := _receive(sqs, queue)) and message["MessageId"] not in seen:
        seen.add(message["MessageId"])
        if _follow(json.loads(message["Body"]), done=done):
            done.followed += 1
            sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
        else:
            done.left += 1
    if done.events:
        _recount(done.events, stage, jobs_queue=_queue(sqs, stage, "jobs"))
    return done


def _client(service: str, settings: Config | None = None) -> Any:
    region = os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION") or REGION
    return aws_session().create_client(service, region_name=region, config=settings)


def _queue(sqs: Any, stage: str, name: str) -> str:
    try:
        url: str = sqs.get_queue_url(QueueName=f"{stage}-{name}")["QueueUrl"]
    except sqs.exceptions.QueueDoesNotExist:
        raise LookupError(f"Stage {stage} is not deployed here.") from None
    return url


def _receive(sqs: Any, queue: str) -> dict[str, Any] | None:
    """What nobody else holds, one by one: so none waits, unheld, for those before it."""
    answer = sqs.receive_message(
        QueueUrl=queue, MaxNumberOfMessages=1, VisibilityTimeout=HELD_SECONDS
    )
    found: list[dict[str, Any]] = answer.get("Messages", [])
    return found[0] if found else None


def _follow(pointer: Mapping[str, Any], *, done: Redriven) -> bool:
    batch, function = pointer["DDBStreamBatchInfo"], pointer["requestContext"]["functionArn"]
    records = list(_records(batch, _client("dynamodbstreams")))
    if not records:
        table = batch["streamArn"].split("/")[1]
        done.forgotten.append(f"{table} from {batch['approximateArrivalOfFirstRecord']}")
        return True
    failed = _failed(_invoke(function, records), records)
    present = [_as_it_stands(record, batch["streamArn"]) for record in failed]
    if present and _failed(_invoke(function, present), present):
        return False
    if batch["streamArn"].split("/")[1].endswith("-registrations"):
        shards = [record["dynamodb"]["Keys"]["shard"]["S"] for record in records]
        done.events |= {shard.rpartition("#")[0] for shard in shards}
    return True


def _records(batch: Mapping[str, Any], streams: Any) -> Iterator[Record]:
    """The records from the first to the last of the batch, if the stream still has them."""
    try:
        iterator = streams.get_shard_iterator(
            StreamArn=batch["streamArn"],
            ShardId=batch["shardId"],
            ShardIteratorType="AT_SEQUENCE_NUMBER",
            SequenceNumber=batch["startSequenceNumber"],
        )["ShardIterator"]
    except (
        streams.exceptions.TrimmedDataAccessException,
        streams.exceptions.ResourceNotFoundException,
    ):
        return
    last = int(batch["endSequenceNumber"])
    for _ in range(MOST_READS):
        answer = streams.get_records(ShardIterator=iterator)
        for record in answer["Records"]:
            if int(record["dynamodb"]["SequenceNumber"]) > last:
                return
            yield _as_delivered(record, batch["streamArn"])
        iterator = answer.get("NextShardIterator")
        if not iterator or not answer["Records"]:
            return


def _as_delivered(record: Record, arn: str) -> Record:
    """As Lambda gets it: times are seconds."""
    written = dict(record["dynamodb"])
    written["ApproximateCreationDateTime"] = written["ApproximateCreationDateTime"].timestamp()
    return {**record, "eventSourceARN": arn, "dynamodb": written}


def _as_it_stands(record: Record, arn: str) -> Record:
    """The change to what the item is now, from nothing: reactions bear being repeated."""
    keys = record["dynamodb"]["Keys"]
    found = _client("dynamodb").get_item(TableName=arn.split("/")[1], Key=keys, ConsistentRead=True)
    written = {
        name: v for name, v in record["dynamodb"].items() if name not in ("OldImage", "NewImage")
    }
    if "Item" in found:
        written["NewImage"] = found["Item"]
    return {**record, "dynamodb": written}


def _invoke(function: str, records: Sequence[Record]) -> Any:
    # Asked once and waited for: asked again, the function would follow the same twice at a time.
    patience = Config(read_timeout=LONGEST_RUN + 30, retries={"total_max_attempts": 1})
    answer = _client("lambda", patience).invoke(
        FunctionName=function, Payload=json.dumps({"Records": records}).encode()
    )
    return None if answer.get("FunctionError") else json.loads(answer["Payload"].read())


def _failed(answer: Any, records: Sequence[Record]) -> list[Record]:
    """Those that the function says failed; all, when it did not get to say."""
    if not isinstance(answer, dict):
        return list(records)
    named = {failure["itemIdentifier"] for failure in answer.get("batchItemFailures", [])}
    return [record for record in records if record["dynamodb"]["SequenceNumber"] in named]


def _recount(events: set[str], stage: str, *, jobs_queue: str) -> None:
    os.environ.update(STAGE=stage, JOBS_QUEUE_URL=jobs_queue)
    # The domain reads its stage from the environment when it is imported.
    from backend.jobs import services as jobs
    from backend.jobs.errors import LaneBusy
    from backend.jobs.kinds import JobKind
    from backend.shared.actor import SYSTEM
    from backend.shared.clock import utc_now

    for event_id in events:
        try:
            jobs.start_job(
                kind=JobKind.RECOUNT,
                event_id=event_id,
                params={},
                actor_label=SYSTEM.label,
                user_id="",
                total=None,
                now=utc_now(),
            )
        except LaneBusy:
            continue  # it is being counted already


if __name__ == "__main__":
    sys.exit(main())
