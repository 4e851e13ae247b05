"""A queue that is subscribed to the staff's topic, as a person's phone would be."""

import json
import uuid
from dataclasses import dataclass
from typing import Any

import boto3


@dataclass
class StaffQueue:
    """What somebody with this filter was told, in the order it came."""

    url: str

    @classmethod
    def subscribed(cls, topic: str, **wanted: str) -> "StaffQueue":
        """``subscribed(arn, event="…", team="Bar")``."""
        sqs, name = boto3.client("sqs"), f"staff-{uuid.uuid4().hex[:12]}"
        url = sqs.create_queue(QueueName=name)["QueueUrl"]
        attributes = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
        arn = attributes["Attributes"]["QueueArn"]
        sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": _for(topic, arn)})
        boto3.client("sns").subscribe(
            TopicArn=topic,
            Protocol="sqs",
            Endpoint=arn,
            Attributes={"FilterPolicy": json.dumps({k: [v] for k, v in wanted.items()})},
        )
        return cls(url)

    def receive(self, *, seconds: int = 0) -> list[dict[str, Any]]:
        """What came since the last look, each as SNS wrapped it; waits for the first."""
        sqs = boto3.client("sqs")
        answer = sqs.receive_message(
            QueueUrl=self.url, MaxNumberOfMessages=10, WaitTimeSeconds=seconds
        )
        found = answer.get("Messages", [])
        for message in found:
            sqs.delete_message(QueueUrl=self.url, ReceiptHandle=message["ReceiptHandle"])
        return [json.loads(message["Body"]) for message in found]


def _for(topic: str, queue: str) -> str:
    allowed = {
        "Effect": "Allow",
        "Principal": {"Service": "sns.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": queue,
        "Condition": {"ArnEquals": {"aws:SourceArn": topic}},
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [allowed]})


def attributes_of(message: dict[str, Any]) -> dict[str, str]:
    """The attributes that filters look at."""
    return {name: one["Value"] for name, one in message["MessageAttributes"].items()}
