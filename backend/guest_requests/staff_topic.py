"""The SNS topic through which staff are told that somebody waits.

Its messages carry the attributes ``event``, ``kind``, ``team`` and ``notice``, which subscriptions
filter by. AWS asks every new address for a confirmation and puts a way out into each mail.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from backend.shared.config import config

if TYPE_CHECKING:
    from mypy_boto3_sns import SNSClient

LONGEST_SUBJECT = 100


@dataclass(frozen=True, slots=True)
class Notice:
    """What staff are told: ``short`` by SMS, ``text`` elsewhere. Attributes without a value are left out."""

    subject: str
    text: str
    short: str
    attributes: Mapping[str, str]


@cache
def _client() -> "SNSClient":
    # Loading boto3 costs a cold start 100 ms, and most calls never come here.
    import boto3
    from botocore.config import Config

    settings = Config(connect_timeout=2, read_timeout=5, retries={"max_attempts": 2})
    return boto3.client("sns", region_name=config().region, config=settings)


def publish(notice: Notice) -> None:
    """Tell whoever subscribed. Rises (``ClientError``, ``BotoCoreError``) when SNS does not take it."""
    # Subjects of SNS are ASCII, one line.
    subject = notice.subject.encode("ascii", "replace").decode()[:LONGEST_SUBJECT]
    _client().publish(
        TopicArn=config().staff_topic_arn,
        Subject=subject,
        Message=json.dumps({"default": notice.text, "sms": notice.short}),
        MessageStructure="json",
        MessageAttributes={
            name: {"DataType": "String", "StringValue": value}
            for name, value in notice.attributes.items()
            if value
        },
    )
