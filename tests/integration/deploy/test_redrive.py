"""A change that nobody can read is set aside, and followed once its item is right again."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest
from pynamodb.expressions.operand import Path

from backend.activity.models import REGISTRATIONS, Stats
from backend.activity.queries import totals
from backend.handlers.redrive import Redriven, main, redrive
from backend.notifications.models import Notification
from backend.registrations import mails
from backend.registrations.models import Registration
from backend.seats import services as seats
from tests.factories.events import make_event
from tests.factories.registrations import make_registration
from tests.support.eventual import eventually


def waiting(stage: dict[str, str]) -> int:
    found = boto3.client("sqs").get_queue_attributes(
        QueueUrl=stage["FailedChangesQueue"], AttributeNames=["ApproximateNumberOfMessages"]
    )
    return int(found["Attributes"]["ApproximateNumberOfMessages"])


def spoil(guest: Registration, status: str) -> None:
    """A write past all our code: what nobody can read."""
    boto3.client("dynamodb").update_item(
        TableName=Registration.Meta.table_name,
        Key={"shard": {"S": guest.shard}, "guest": {"S": guest.guest}},
        UpdateExpression="SET #s = :s",
        ExpressionAttributeNames={"#s": "status"},
        ExpressionAttributeValues={":s": {"S": status}},
    )


@pytest.fixture
def event(stage):
    now = datetime.now(UTC)
    event = make_event(starts_at=now - timedelta(hours=1), ends_at=now + timedelta(hours=5))
    seats.open_pool(pool=event.uuid, capacity=event.capacity, now=now)
    return event


def confirmed(event) -> int:
    return totals(event_id=event.uuid, shards=event.shards).confirmed


def test_poison_is_set_aside_and_redriven_and_counters_are_exact_again(stage, stage_cloud, event):
    guest = make_registration(event_id=event.uuid, shards=event.shards)
    eventually(lambda: confirmed(event), 1)
    spoil(guest, "NONSENSE")
    spoil(guest, "CONFIRMED")
    other = make_registration(
        event_id=event.uuid, shards=event.shards, user_email="other@example.com"
    )

    eventually(lambda: waiting(stage) >= 2, True)
    eventually(lambda: confirmed(event), 2)  # the poison stopped nobody behind it
    done = redrive("test")

    assert (done.followed >= 2, done.left, done.events) == (True, 0, {event.uuid})
    assert waiting(stage) == 0
    eventually(lambda: confirmed(event), 2)
    key = f"{event.uuid}#{other.guest}#{other.ticket_no}"
    eventually(lambda: Notification.find(f"{mails.CONFIRMED}#{key}") is not None, True)


def pointer_to(guest: Registration) -> dict[str, Any]:
    """What Lambda sets aside where following the guest's registration failed to the end."""
    arn = boto3.client("dynamodb").describe_table(TableName=Registration.Meta.table_name)["Table"][
        "LatestStreamArn"
    ]
    streams = boto3.client("dynamodbstreams")
    for shard in streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"]:
        iterator = streams.get_shard_iterator(
            StreamArn=arn, ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON"
        )["ShardIterator"]
        while iterator:
            answer = streams.get_records(ShardIterator=iterator)
            for record in answer["Records"]:
                if record["dynamodb"]["Keys"]["guest"]["S"] == guest.guest:
                    number = record["dynamodb"]["SequenceNumber"]
                    return {
                        "requestContext": {"functionArn": follower_of(arn)},
                        "DDBStreamBatchInfo": {
                            "streamArn": arn,
                            "shardId": shard["ShardId"],
                            "startSequenceNumber": number,
                            "endSequenceNumber": number,
                        },
                    }
            iterator = answer.get("NextShardIterator") if answer["Records"] else None
    raise LookupError(guest.guest)


def follower_of(arn: str) -> str:
    found = boto3.client("lambda").list_event_source_mappings(EventSourceArn=arn)
    return str(found["EventSourceMappings"][0]["FunctionArn"])


def test_what_counters_went_on_without_is_counted_anew(stage, stage_cloud, event):
    guest = make_registration(event_id=event.uuid, shards=event.shards)
    eventually(lambda: confirmed(event), 1)
    # As if this record could not be counted while later ones were.
    Stats.change(guest.shard, REGISTRATIONS, actions=[Path(["registered"]).set(0)])
    boto3.client("sqs").send_message(
        QueueUrl=stage["FailedChangesQueue"], MessageBody=json.dumps(pointer_to(guest))
    )

    done = redrive("test")

    assert (done.left, done.events) == (0, {event.uuid})
    eventually(lambda: confirmed(event), 1)


def test_an_empty_queue_is_no_work(stage, stage_cloud, capsys, monkeypatch):
    monkeypatch.setenv("AWS_ENDPOINT_URL", stage_cloud.endpoint)

    assert redrive("test") == Redriven()
    assert main(["--stage", "test"]) == 0
    assert capsys.readouterr().out == "0 followed, 0 left in the queue.\n"


def test_a_stage_that_is_not_there_is_told_in_a_sentence(stage_cloud, stage, capsys, monkeypatch):
    monkeypatch.setenv("AWS_ENDPOINT_URL", stage_cloud.endpoint)

    assert main(["--stage", "nowhere"]) == 1
    assert capsys.readouterr().err == "Stage nowhere is not deployed here.\n"
