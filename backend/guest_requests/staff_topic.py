"""The SNS topic through which staff are told that somebody waits.

Its messages carry the attributes ``event``, ``kind``, ``team`` and ``notice``, which subscriptions
filter by. AWS asks the owner of a new e-mail address for a confirmation, and puts a way out into
each mail. SNS keeps one subscription per address, so its filter tells of all events at once.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Any

from backend.guest_requests.errors import NoticesUnavailable
from backend.notifications.kinds import ChannelName
from backend.shared.aws_session import aws_session
from backend.shared.config import config

LONGEST_SUBJECT = 100
Wanted = Mapping[str, Sequence[str]]
"""Event id → the teams whose notices are wanted there; none: all."""
_PROTOCOLS = {ChannelName.EMAIL: "email", ChannelName.SMS: "sms"}
_NOT_NOW = frozenset({"InvalidParameter", "InvalidParameterException"})
_BUSY = frozenset({"Throttling", "ThrottlingException", "Throttled", "ThrottledException"})
_TROUBLE = 500
_OTHER_FILTER = "already exists with different attributes"
_GONE = frozenset({"NotFound", "NotFoundException", *_NOT_NOW})


class SubscriptionState(StrEnum):
    """Whether notices reach the address: not yet confirmed, confirmed, or ended by its owner.

    ``UNKNOWN``: SNS does not answer.
    """

    PENDING = "PENDING"
    CONFIRMED = "CONFIRMED"
    ENDED = "ENDED"
    UNKNOWN = "UNKNOWN"


@dataclass(frozen=True, slots=True)
class Notice:
    """What staff are told: ``short`` by SMS, ``text`` elsewhere. Attributes without a value are left out."""

    subject: str
    text: str
    short: str
    attributes: Mapping[str, str]


@cache
def _client() -> Any:
    from botocore.config import Config

    # A page asks twice at worst before it gives up: well under the 29 seconds of API Gateway.
    patience = Config(connect_timeout=2, read_timeout=4, retries={"total_max_attempts": 2})
    return aws_session().create_client("sns", region_name=config().region, config=patience)


@contextmanager
def or_unavailable() -> Iterator[None]:
    """Refuses with ``NoticesUnavailable`` when SNS does not answer, or has trouble of its own."""
    from botocore.exceptions import BotoCoreError, ClientError

    silent = NoticesUnavailable(
        "Notices cannot be changed at the moment. Please try again in a minute."
    )
    try:
        yield
    except BotoCoreError:
        raise silent from None
    except ClientError as error:
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
        if status < _TROUBLE and _code_of(error) not in _BUSY:
            raise
        raise silent from None


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


def subscribe(channel: ChannelName, address: str, wanted: Wanted) -> str:
    """Ask SNS to send what is ``wanted`` to an address or number; the subscription's ARN.

    An e-mail address is asked to confirm first. One that is subscribed already keeps its filter:
    have it changed (``change``).
    """
    from botocore.exceptions import ClientError

    asked = {
        "TopicArn": config().staff_topic_arn,
        "Protocol": _PROTOCOLS[channel],
        "Endpoint": address,
        "ReturnSubscriptionArn": True,
    }
    try:
        answer = _client().subscribe(**asked, Attributes={"FilterPolicy": filter_policy(wanted)})
    except ClientError as error:
        # SNS says which subscription there is only to who names none of its attributes.
        if _OTHER_FILTER not in str(error):
            raise
        answer = _client().subscribe(**asked)
    return str(answer["SubscriptionArn"])


def change(arn: str, wanted: Wanted) -> bool:
    """Have a subscription tell of what is ``wanted`` now.

    ``False``: SNS does not take it, as for one that waits for its confirmation.
    """
    return _did(
        "set_subscription_attributes",
        _NOT_NOW | _GONE,
        SubscriptionArn=arn,
        AttributeName="FilterPolicy",
        AttributeValue=filter_policy(wanted),
    )


def unsubscribe(arn: str) -> bool:
    """End a subscription. ``False``: it waits for a confirmation, and ends by itself without one."""
    return _did("unsubscribe", _NOT_NOW, SubscriptionArn=arn)


def state_of(arn: str) -> SubscriptionState:
    """Whether the address gets notices now."""
    from botocore.exceptions import ClientError

    try:
        answer = _client().get_subscription_attributes(SubscriptionArn=arn)
    except ClientError as error:
        if _code_of(error) in _GONE:
            return SubscriptionState.ENDED
        raise
    waits = answer["Attributes"].get("PendingConfirmation") == "true"
    return SubscriptionState.PENDING if waits else SubscriptionState.CONFIRMED


def filter_policy(wanted: Wanted) -> str:
    """What SNS compares the attributes of a message with, as JSON: any of these events, and its teams."""
    rules: list[dict[str, list[str]]] = [
        {"event": [event_id]} | ({"team": list(teams)} if teams else {})
        for event_id, teams in sorted(wanted.items())
    ]
    # SNS takes "$or" for its own word only where it holds two rules or more.
    return json.dumps(rules[0] if len(rules) == 1 else {"$or": rules})


def _did(call: str, refusals: frozenset[str], **values: str) -> bool:
    from botocore.exceptions import ClientError

    try:
        getattr(_client(), call)(**values)
    except ClientError as error:
        if _code_of(error) in refusals:
            return False
        raise
    return True


def _code_of(error: Any) -> str:
    return str(error.response.get("Error", {}).get("Code", ""))
