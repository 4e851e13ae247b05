"""SMS through the local cloud's SNS."""

import json
import urllib.request
import uuid

import pytest
from botocore.exceptions import ClientError

from backend.notifications.channels import sms
from backend.notifications.channels.sms import LONGEST_TEXT, SmsChannel, text_of
from backend.notifications.errors import ChannelBusy, ChannelRefused, ChannelUnavailable
from backend.notifications.messages import Message
from infra.localcloud.cloud import LocalCloud

pytestmark = pytest.mark.usefixtures("tables")


def texts_to(cloud: LocalCloud, number: str) -> list[str]:
    with urllib.request.urlopen(f"{cloud.endpoint}/_ministack/sns/sms-messages") as answer:
        told = json.load(answer)
    return [one["Message"] for one in told["sms_messages"].get(number, [])]


def a_number() -> str:
    return f"+4915{uuid.uuid4().int % 10**9:09}"


def test_an_sms_goes_out_through_sns(cloud: LocalCloud):
    number = a_number()
    SmsChannel().send(Message(number, "Hello", "Hello, at length\n", short="Hi"))
    assert texts_to(cloud, number) == ["Hi"]


@pytest.mark.parametrize(
    "number", ["", "0151", "ada@example.org", "arn:aws:sns:::x", "+4915\n1234567"]
)
def test_what_is_no_number_is_refused_before_anything_is_sent(number: str):
    with pytest.raises(ChannelRefused) as refusal:
        SmsChannel().send(Message(number, "Hello", "Hello\n"))
    assert refusal.value.reason == "bad_number"


@pytest.mark.parametrize(
    ("message", "text"),
    [
        (Message("", "Sub\nject", "long"), "Sub ject"),
        (Message("", "Subject", "long", short=" a\n b "), "a b"),
        (Message("", "x" * 400, "long"), "x" * (LONGEST_TEXT - 1) + "…"),
    ],
)
def test_an_sms_is_one_line_of_bounded_length(message: Message, text: str):
    assert text_of(message) == text


@pytest.mark.parametrize(
    ("code", "trouble"),
    [
        ("Throttling", ChannelBusy),
        ("InvalidParameter", ChannelRefused),
        ("AuthorizationError", ChannelUnavailable),
    ],
)
def test_what_sns_answers_says_whether_to_try_again(code: str, trouble: type[Exception]):
    def refuse(**_: object) -> None:
        raise ClientError({"Error": {"Code": code, "Message": ""}}, "Publish")

    events = sms._client().meta.events
    events.register_first("before-call.sns.Publish", refuse)
    try:
        with pytest.raises(Exception, match=code) as raised:
            SmsChannel().send(Message(a_number(), "Hello", "Hello\n"))
    finally:
        events.unregister("before-call.sns.Publish", refuse)
    assert type(raised.value) is trouble


def test_sns_out_of_reach_is_trouble_that_may_pass(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    sms._client.cache_clear()
    try:
        with pytest.raises(ChannelUnavailable) as trouble:
            SmsChannel().send(Message(a_number(), "Hello", "Hello\n"))
    finally:
        sms._client.cache_clear()
    assert trouble.value.reason == "EndpointConnectionError"
