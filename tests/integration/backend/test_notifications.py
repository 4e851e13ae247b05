"""The outbox over the real table, and mails through the local cloud's SES."""

import json
import urllib.request
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import boto3
import pytest
from botocore.exceptions import ClientError

from backend.notifications import services
from backend.notifications.channels.email import EmailChannel, _client
from backend.notifications.errors import ChannelBusy, ChannelRefused, ChannelUnavailable
from backend.notifications.kinds import ChannelName
from backend.notifications.messages import Message, Suppression
from backend.notifications.models import Notification
from backend.notifications.services import LEASE, MAX_ATTEMPTS
from backend.notifications.states import NotificationStatus
from backend.shared.config import config
from backend.shared.db import StaleWrite
from infra.localcloud.cloud import LocalCloud
from tests.support.killing import dies

pytestmark = pytest.mark.usefixtures("tables")
NOON = datetime(2030, 5, 1, 12, 0, tzinfo=UTC)
S = NotificationStatus


class Died(Exception):
    """The process ended here."""


@dataclass
class Recorder:
    """A channel that keeps what it was given, or answers as the test says."""

    answers: list[Exception] = field(default_factory=list)
    taken: list[Message] = field(default_factory=list)

    def send(self, message: Message) -> None:
        self.taken.append(message)
        if self.answers:
            raise self.answers.pop(0)


def a_queued_key() -> str:
    key = f"test#{uuid.uuid4()}"
    assert enqueue(key)
    return key


def enqueue(key: str) -> bool:
    return services.enqueue(
        key=key,
        template="plain",
        recipient="ada@example.org",
        values={"name": "Ada"},
        now=NOON,
    )


def compose(notification: Notification) -> Message:
    return Message(notification.recipient, "Hello", f"Hello {notification.facts['name']}\n")


def deliver(key: str, channel: Recorder, *, now: datetime = NOON, make: Callable = compose):
    return services.deliver(key=key, compose=make, channels={ChannelName.EMAIL: channel}, now=now)


def fetch(key: str) -> Notification:
    found = Notification.find(key)
    assert found
    return found


def test_a_key_is_queued_once():
    key = a_queued_key()
    assert not enqueue(key)
    assert (fetch(key).status, fetch(key).attempts) == (S.QUEUED, 0)


def test_a_message_is_sent_once_however_often_it_is_delivered():
    key, channel = a_queued_key(), Recorder()
    assert [deliver(key, channel) for _ in range(3)] == [S.SENT] * 3
    assert [message.text for message in channel.taken] == ["Hello Ada\n"]
    sent = fetch(key)
    assert (sent.status, sent.attempts, sent.finished_at) == (S.SENT, 1, NOON)
    assert (sent.due_bucket, sent.due_at) == (None, None)
    assert not enqueue(key)


def test_a_key_that_was_never_queued_is_no_error():
    assert deliver("test#nobody", Recorder()) is None


def test_two_senders_at_once_send_one_message():
    key, channel = a_queued_key(), Recorder()
    answers = []

    def compose_while_another_tries(notification: Notification) -> Message:
        answers.append(deliver(key, channel))
        return compose(notification)

    assert deliver(key, channel, make=compose_while_another_tries) is S.SENT
    assert (answers, len(channel.taken)) == ([S.SENDING], 1)


def test_a_crash_between_sending_and_marking_sends_again_after_the_lease():
    key, channel = a_queued_key(), Recorder(answers=[Died()])
    with pytest.raises(Died):
        deliver(key, channel)
    assert deliver(key, channel, now=NOON + LEASE - timedelta(seconds=1)) is S.SENDING
    assert len(channel.taken) == 1
    assert deliver(key, channel, now=NOON + LEASE) is S.SENT
    assert (len(channel.taken), fetch(key).attempts) == (2, 2)


def test_a_sender_slower_than_its_lease_does_not_mark():
    key, channel = a_queued_key(), Recorder()
    quick = Recorder(answers=[ChannelUnavailable("Throttling")])

    def compose_too_slowly(notification: Notification) -> Message:
        deliver(key, quick, now=NOON + LEASE)
        return compose(notification)

    assert deliver(key, channel, make=compose_too_slowly) is S.SENDING
    stored = fetch(key)
    assert (stored.status, stored.attempts, stored.reason) == (S.SENDING, 2, "Throttling")


def test_what_is_no_longer_wanted_is_suppressed():
    key, channel = a_queued_key(), Recorder()
    assert deliver(key, channel, make=lambda _: Suppression("canceled")) is S.SUPPRESSED
    assert (channel.taken, fetch(key).reason) == ([], "canceled")


def test_a_refusal_of_the_channel_is_final():
    key, channel = a_queued_key(), Recorder(answers=[ChannelRefused("MessageRejected")])
    assert [deliver(key, channel) for _ in range(2)] == [S.FAILED] * 2
    assert (len(channel.taken), fetch(key).reason) == (1, "MessageRejected")


def test_trouble_of_the_channel_is_tried_again_later_and_later_then_given_up():
    key, moment, waits = a_queued_key(), NOON, []
    channel = Recorder(answers=[ChannelUnavailable("Throttling")] * MAX_ATTEMPTS)
    while deliver(key, channel, now=moment) is S.SENDING:
        due = fetch(key).due_at
        assert due
        waits.append((due - moment) // timedelta(minutes=1))
        moment = due
    stored = fetch(key)
    assert waits == [1, 4, 16, 64]
    assert (stored.status, stored.reason, len(channel.taken)) == (S.FAILED, "Throttling", 5)


def test_a_success_after_trouble_leaves_no_reason():
    key, channel = a_queued_key(), Recorder(answers=[ChannelUnavailable("Throttling")])
    deliver(key, channel)
    assert deliver(key, channel, now=NOON + timedelta(minutes=1)) is S.SENT
    assert fetch(key).reason is None


def test_a_message_that_kills_its_senders_is_given_up():
    key, moment = a_queued_key(), NOON
    channel = Recorder(answers=[Died()] * 10)
    for _ in range(MAX_ATTEMPTS):
        with pytest.raises(Died):
            deliver(key, channel, now=moment)
        moment += LEASE
    assert deliver(key, channel, now=moment) is S.FAILED
    assert (len(channel.taken), fetch(key).reason) == (MAX_ATTEMPTS, "gave_up")


def test_what_waits_too_long_is_nudged_and_what_is_finished_is_not():
    lost, sent = a_queued_key(), a_queued_key()
    deliver(sent, Recorder())
    later = NOON + LEASE
    services.nudge_stuck(now=NOON)
    assert fetch(lost).nudged_at is None
    assert services.nudge_stuck(now=later) >= 1
    assert (fetch(lost).nudged_at, fetch(sent).nudged_at) == (later, None)
    assert deliver(lost, Recorder(), now=later) is S.SENT


def test_a_message_that_was_sent_meanwhile_is_not_nudged():
    key = a_queued_key()
    deliver(key, Recorder())
    with pytest.raises(StaleWrite):
        Notification.nudge(key, now=NOON + LEASE)


def mails_to(cloud: LocalCloud, address: str) -> list[dict]:
    with urllib.request.urlopen(f"{cloud.endpoint}/_ministack/ses/messages") as answer:
        accounts = json.load(answer)["messages"].values()
    return [mail for mails in accounts for mail in mails if mail["To"] == [address]]


def use_sender(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    monkeypatch.setenv("MAIL_FROM", address)
    config.cache_clear()


@pytest.fixture
def fresh_config():
    """Whatever a test sets, the next one reads its own settings."""
    yield
    config.cache_clear()


@pytest.mark.usefixtures("fresh_config")
def test_a_mail_goes_out_through_ses(cloud: LocalCloud, monkeypatch: pytest.MonkeyPatch):
    sender, address = "door@foyer.test", f"{uuid.uuid4().hex}@example.org"
    boto3.client("sesv2").create_email_identity(EmailIdentity=sender)
    use_sender(monkeypatch, sender)
    EmailChannel().send(Message(address, "Grüße", "plain\n", "<p>html</p>"))
    (mail,) = mails_to(cloud, address)
    assert (mail["Subject"], mail["BodyText"].strip()) == ("Grüße", "plain")


@pytest.mark.usefixtures("fresh_config")
def test_a_mail_that_ses_rejects_is_refused(monkeypatch: pytest.MonkeyPatch):
    use_sender(monkeypatch, "unverified@elsewhere.test")
    with pytest.raises(ChannelRefused) as refusal:
        EmailChannel().send(Message("ada@example.org", "Hello", "plain\n"))
    assert refusal.value.reason == "MessageRejected"


def test_ses_out_of_reach_is_trouble_that_may_pass(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    _client.cache_clear()
    try:
        with pytest.raises(ChannelUnavailable) as trouble:
            EmailChannel().send(Message("ada@example.org", "Hello", "plain\n"))
    finally:
        _client.cache_clear()
    assert trouble.value.reason == "EndpointConnectionError"


def test_ses_that_denies_is_trouble_that_somebody_may_mend(monkeypatch: pytest.MonkeyPatch):
    iam, name = boto3.client("iam"), f"nobody-{uuid.uuid4().hex[:8]}"
    iam.create_user(UserName=name)
    key = iam.create_access_key(UserName=name)["AccessKey"]
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", key["AccessKeyId"])
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", key["SecretAccessKey"])
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)
    _client.cache_clear()
    try:
        with pytest.raises(ChannelUnavailable) as trouble:
            EmailChannel().send(Message("ada@example.org", "Hello", "plain\n"))
    finally:
        _client.cache_clear()
    assert trouble.value.reason == "AccessDeniedException"


def test_a_message_that_went_out_while_the_index_was_read_is_passed_over():
    """The index lags behind: it still names a message that is sent by now."""
    key = a_queued_key()
    stale = fetch(key)
    deliver(key, Recorder())
    sent = fetch(key)
    sent.due_bucket, sent.due_at = stale.due_bucket, stale.due_at
    sent.save()
    services.nudge_stuck(now=NOON + LEASE)
    assert fetch(key).nudged_at is None


def test_being_throttled_counts_as_no_attempt_and_is_tried_as_often_as_need_be():
    key, moment, waits = a_queued_key(), NOON, []
    channel = Recorder(answers=[ChannelBusy("Throttling")] * 3 * MAX_ATTEMPTS)
    while deliver(key, channel, now=moment) is S.SENDING:
        waits.append((fetch(key).due_at - moment) // timedelta(minutes=1))
        moment = fetch(key).due_at
    assert waits == [1, 2, 4, 8] + [16] * 11
    assert (fetch(key).status, len(channel.taken)) == (S.SENT, 16)


def test_a_message_that_waits_for_days_for_its_turn_is_never_given_up():
    key = a_queued_key()
    held = fetch(key)
    held.attempts = held.forgiven = 1_000
    held.save()
    channel = Recorder(answers=[ChannelBusy("LimitExceededException")])
    assert deliver(key, channel) is S.SENDING
    stored = fetch(key)
    assert (stored.due_at, stored.tries) == (NOON + timedelta(minutes=16), 0)
    assert deliver(key, channel, now=NOON + timedelta(minutes=16)) is S.SENT


def test_a_channel_may_say_when_to_try_again():
    key = a_queued_key()
    channel = Recorder(answers=[ChannelBusy("paced", after=timedelta(seconds=7))])
    deliver(key, channel)
    assert fetch(key).due_at == NOON + timedelta(seconds=7)


def test_trouble_after_being_throttled_is_tried_as_often_as_without():
    key, moment = a_queued_key(), NOON
    troubles = [ChannelBusy("Throttling")] * 7 + [ChannelUnavailable("Down")] * MAX_ATTEMPTS
    channel = Recorder(answers=list(troubles))
    while deliver(key, channel, now=moment) is S.SENDING:
        moment = fetch(key).due_at
    assert (fetch(key).status, len(channel.taken)) == (S.FAILED, len(troubles))


def test_a_message_sent_again_may_fail_as_often_as_the_first_time():
    key, channel = f"test#{uuid.uuid4()}", Recorder(answers=[ChannelRefused("MessageRejected")])
    services.enqueue(
        key=key, template="plain", recipient="a@example.org", values={"name": "Ada"}, now=NOON,
        event_id="ev-9",
    )  # fmt: skip
    deliver(key, channel)
    services.send_again(key=key, event_id="ev-9", now=NOON)
    assert (fetch(key).tries, fetch(key).attempts) == (0, 1)
    assert deliver(key, channel) is S.SENT


def test_two_who_send_again_at_once_send_once():
    key = f"test#{uuid.uuid4()}"
    services.enqueue(
        key=key, template="plain", recipient="a@example.org", values={"name": "Ada"}, now=NOON,
        event_id="ev-9",
    )  # fmt: skip
    deliver(key, Recorder(answers=[ChannelRefused("MessageRejected")]))
    seen = fetch(key)
    seen.queue_again(due_at=NOON, now=NOON)
    with pytest.raises(StaleWrite):
        seen.queue_again(due_at=NOON, now=NOON)


@pytest.mark.parametrize("after", [False, True], ids=["before the call", "after it landed"])
def test_a_kill_between_any_two_calls_sends_at_least_once_and_marks_once(after: bool):
    for number in range(1, 9):
        key, channel = a_queued_key(), Recorder()
        died = dies(lambda key=key, channel=channel: deliver(key, channel), number, after=after)
        assert deliver(key, channel, now=NOON + LEASE) is S.SENT
        assert len(channel.taken) <= 1 + died
        if not died:
            return
    pytest.fail("It never got through.")


@pytest.mark.parametrize(
    ("code", "trouble"),
    [
        ("TooManyRequestsException", ChannelBusy),
        ("Throttling", ChannelBusy),
        ("LimitExceededException", ChannelBusy),
        ("BadRequestException", ChannelRefused),
        ("SendingPausedException", ChannelUnavailable),
    ],
)
def test_what_ses_answers_says_whether_to_try_again(code: str, trouble: type[Exception]):
    def refuse(**_: object) -> None:
        raise ClientError({"Error": {"Code": code, "Message": ""}}, "SendEmail")

    events = _client().meta.events
    events.register_first("before-call.sesv2.SendEmail", refuse)
    try:
        with pytest.raises(Exception, match=code) as raised:
            EmailChannel().send(Message("ada@example.org", "Hello", "Hello\n"))
    finally:
        events.unregister("before-call.sesv2.SendEmail", refuse)
    assert type(raised.value) is trouble
