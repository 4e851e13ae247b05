"""What follows a change of a request: counters, activity, notices, mails; once, whatever comes twice."""

import json
import random
from datetime import timedelta

import boto3
import pytest

from backend.activity import counters
from backend.activity import queries as activity
from backend.activity.kinds import ActivityKind
from backend.events.models import Event
from backend.events.states import EventStatus
from backend.guest_requests import mails, services, staff_topic, streams
from backend.guest_requests.models import GuestRequest, RequestMark
from backend.handlers import guest_requests_stream, request_reminders, team_stream
from backend.notifications.kinds import ChannelName, NotificationKind
from backend.notifications.messages import Suppression
from backend.notifications.models import Notification
from backend.registrations.models import Registration
from backend.shared import db
from backend.shared.config import config
from backend.shared.db import StaleWrite
from backend.team.models import Member
from backend.team.roles import Role
from tests.factories.events import NOON
from tests.support.asking import open_venue
from tests.support.lambda_context import CONTEXT
from tests.support.staff_queue import StaffQueue, attributes_of
from tests.support.stream_records import Stream

K = ActivityKind


@pytest.fixture(scope="module")
def topic(tables):
    return boto3.client("sns").create_topic(Name="staff-of-the-stream")["TopicArn"]


@pytest.fixture(autouse=True)
def settings(topic, monkeypatch):
    monkeypatch.setenv("STAFF_TOPIC_ARN", topic)
    config.cache_clear()
    yield
    monkeypatch.undo()
    config.cache_clear()


@pytest.fixture
def stream(tables):
    return Stream("test-guest_requests")


@pytest.fixture
def venue(stream):
    return open_venue(most_open=20)


@pytest.fixture
def queue(venue, topic):
    return StaffQueue.subscribed(topic, event=venue.id)


def follow(records, handler=guest_requests_stream.handler):
    return handler({"Records": records}, CONTEXT)["batchItemFailures"]


def written(venue, stream):
    """The records of this event, as they came."""
    return stream.read(lambda record: venue.id in str(record["dynamodb"].get("NewImage")))


def asked(venue, *steps, text="By the window"):
    made = venue.ask(venue.guest(), text=text)
    for second, step in enumerate(steps):
        values = {"reason": "No."} if step == "decline" else {}
        made = venue.do(step, made, now=NOON + timedelta(seconds=second + 1), **values)
    return made


def lines(request):
    page = activity.history_of(event_id=request.event_id, subject=request.guest, limit=50)
    return [entry.kind for entry in page.items][::-1]


def notice(queue):
    (told,) = queue.receive(seconds=2)
    return told


def test_each_step_leaves_a_line_in_the_guests_history(venue, stream):
    done = asked(venue, "claim", "release", "claim", "fulfil", "recall", "decline")

    assert follow(written(venue, stream)) == []

    assert lines(done) == [
        K.REQUEST_MADE, K.REQUEST_CLAIMED, K.REQUEST_RELEASED, K.REQUEST_CLAIMED,
        K.REQUEST_FULFILLED, K.REQUEST_RECALLED, K.REQUEST_DECLINED,
    ]  # fmt: skip
    page = activity.list_for_event(event_id=venue.id, since=NOON, limit=50, now=NOON)
    assert K.REQUEST_KINDS_CHANGED in [entry.kind for entry in page.items]
    assert "Ada" not in str([entry.attribute_values for entry in page.items])


def test_guest_who_takes_a_request_back_is_who_did_it(venue, stream):
    made = asked(venue)
    ada = venue.guest()
    later = NOON + timedelta(seconds=1)
    services.cancel_request(request_id=made.request_id, actor=ada, now=later)

    follow(written(venue, stream))

    page = activity.history_of(event_id=venue.id, subject=made.guest, limit=1)
    assert (page.items[0].kind, page.items[0].actor_label) == (K.REQUEST_CANCELED, ada.label)


@pytest.mark.parametrize("seed", range(5))
def test_counters_are_exact_whatever_comes_twice_and_in_whichever_order(venue, stream, seed):
    for steps in (("claim",), ("claim", "fulfil"), ("decline",), (), ("claim", "release")):
        asked(venue, *steps, text=" ".join(steps) or "nothing")
    records = written(venue, stream)
    shaken = random.Random(seed)  # noqa: S311 - the same order in every run
    repeated = records + shaken.sample(records, len(records) // 2)
    shaken.shuffle(repeated)

    counted = []
    for delivered in (repeated, records):
        assert follow(delivered) == []
        counted.append(activity.requests_of(venue.id))

    exact = {"OPEN": 2, "CLAIMED": 1, "FULFILLED": 1, "DECLINED": 1}
    assert counted == [exact, exact]


def test_two_who_count_the_same_request_at_once_count_it_once(venue, stream):
    made = asked(venue)
    late = RequestMark.of(made.request_id)
    follow(written(venue, stream))

    def count_again():
        with db.transaction() as write:
            late.count_within(write, "OPEN", version=1)
            counters.count_requests_within(write, venue.id, {"OPEN": 1})

    with pytest.raises(StaleWrite):
        count_again()
    assert activity.requests_of(venue.id) == {"OPEN": 1}


def test_two_clocks_note_what_is_late_once(venue):
    made = asked(venue)
    GuestRequest.remind(made.request_id, now=NOON)

    with pytest.raises(StaleWrite):
        GuestRequest.remind(made.request_id, now=NOON + timedelta(minutes=1))

    assert GuestRequest.find(made.request_id).late_at == NOON


def test_staff_are_told_once_though_the_record_comes_again(venue, stream, queue):
    made = asked(venue, text="Table 5\nplease")
    records = written(venue, stream)

    follow(records + records)
    follow(records)

    told = notice(queue)
    assert attributes_of(told) == {
        "event": venue.id, "kind": "FOOD", "team": "Kitchen", "notice": "NEW",
    }  # fmt: skip
    assert (told["Subject"], "Table 5\nplease" in told["Message"]) == (
        "Food (Harbour Conference)", True,
    )  # fmt: skip
    assert "ada@example.com" not in str(told)
    assert queue.receive() == []
    assert GuestRequest.find(made.request_id).version == made.version


def test_text_message_to_staff_does_not_quote_the_guest(venue, stream):
    asked(venue, text="Come to https://example.com")
    sent = []
    hooks = staff_topic._client().meta.events
    hooks.register("before-parameter-build.sns.Publish", lambda params, **_: sent.append(params))

    follow(written(venue, stream))

    (told,) = (json.loads(one["Message"]) for one in sent)
    assert told["sms"] == "Food."
    assert "Come to https://example.com" in told["default"]


def test_what_sns_does_not_take_is_delivered_again_and_holds_nothing_else_up(
    venue, stream, queue, monkeypatch
):
    asked(venue)
    records = written(venue, stream)
    monkeypatch.setenv("STAFF_TOPIC_ARN", "arn:aws:sns:eu-central-1:000000000000:gone")
    config.cache_clear()
    failed = follow(records)
    counted = activity.requests_of(venue.id)
    monkeypatch.undo()
    monkeypatch.setenv("STAFF_TOPIC_ARN", staff_topic_of(queue))
    config.cache_clear()

    assert (len(failed), counted) == (1, {"OPEN": 1})
    assert follow(records) == []
    notice(queue)
    assert activity.requests_of(venue.id) == {"OPEN": 1}


def staff_topic_of(queue):
    subscriptions = boto3.client("sns").list_subscriptions()["Subscriptions"]
    name = queue.url.rpartition("/")[2]
    return next(one["TopicArn"] for one in subscriptions if one["Endpoint"].endswith(name))


def test_poisoned_record_is_told_and_the_others_are_followed(venue, stream, queue):
    for text in ("one", "two", "three"):
        asked(venue, text=text)
    first, poisoned, last = (
        record for record in written(venue, stream) if "text" in record["dynamodb"]["NewImage"]
    )
    poisoned["dynamodb"]["NewImage"]["status"] = {"S": "LOST"}

    failed = follow([first, poisoned, last])

    assert failed == [{"itemIdentifier": poisoned["dynamodb"]["SequenceNumber"]}]
    assert activity.requests_of(venue.id) == {"OPEN": 2}
    assert len(queue.receive(seconds=2)) == 2


def test_request_is_followed_as_it_stands_where_its_records_are_lost(venue, stream):
    made = asked(venue, "claim", "fulfil")
    *_, last = written(venue, stream)
    del last["dynamodb"]["OldImage"]

    follow([last, last])

    assert activity.requests_of(venue.id) == {"FULFILLED": 1}
    assert lines(made) == [K.REQUEST_FULFILLED]
    assert Notification.find(mails.key_of(made)) is not None


def test_deleted_items_tell_nothing(venue, stream):
    made = asked(venue)
    made.delete()
    *_, deleted = stream.read(lambda r: r["dynamodb"]["Keys"]["request_id"]["S"] == made.request_id)

    assert follow([deleted]) == []
    assert activity.requests_of(venue.id) == {}


@pytest.mark.parametrize(
    ("steps", "template"),
    [(("claim", "fulfil"), mails.FULFILLED), (("decline",), mails.DECLINED)],
)
def test_guest_is_told_what_became_of_it(venue, stream, steps, template):
    made = asked(venue, *steps)
    follow(written(venue, stream))

    found = Notification.find(mails.key_of(made))
    message = mails.compose(found, now=NOON)

    assert (found.template, found.kind, found.recipient) == (
        template, NotificationKind.REQUEST, made.guest,
    )  # fmt: skip
    assert message.recipient == "ada@example.com"
    assert ("No." in message.text) is (template == mails.DECLINED)
    assert found.about_at == found.queued_at  # no quiet hours hold it back
    assert "Harbour Conference" in message.html


def test_claim_and_release_mail_nobody(venue, stream):
    made = asked(venue, "claim", "release")
    follow(written(venue, stream))

    assert [n.key for n in Notification.scan() if made.request_id in n.key] == []


def test_mail_that_is_not_true_any_more_is_not_sent(venue, stream):
    made = asked(venue, "claim", "fulfil")
    follow(written(venue, stream))
    found = Notification.find(mails.key_of(made))

    venue.do("recall", made)
    assert mails.compose(found, now=NOON) == Suppression("request_changed")
    venue.do("fulfil", made)
    registration = Registration.find(made.shard, made.guest)
    Registration(made.shard, made.guest).delete()
    assert mails.compose(found, now=NOON) == Suppression("registration_gone")
    registration.save()
    Event(venue.id).update(actions=[Event.status.set(EventStatus.CANCELED)])
    later = NOON + timedelta(minutes=5)
    assert mails.compose(found, now=later) == Suppression("event_canceled")


def test_team_is_reminded_once_of_what_is_past_its_target(venue, stream, queue):
    made, done = asked(venue, "claim"), asked(venue, "claim", "fulfil", text="done")
    follow(written(venue, stream))
    queue.receive(seconds=1)

    early = services.remind_late(now=made.due_at - timedelta(seconds=1))
    late = [services.remind_late(now=made.due_at) for _ in range(2)]
    records = written(venue, stream)
    follow(records + records)

    assert (early, late[0] > 0, late[1]) == (0, True, 0)
    told = notice(queue)
    assert attributes_of(told)["notice"] == streams.LATE
    assert told["Message"].startswith("Waits too long: Food (Harbour Conference)")
    assert queue.receive() == []
    assert GuestRequest.find(done.request_id).late_at is None


def test_reminder_of_what_was_done_meanwhile_is_not_sent(venue, stream, queue):
    made = asked(venue, "claim")
    services.remind_late(now=made.due_at)
    venue.do("fulfil", made)
    *_, reminded, fulfilled = written(venue, stream)
    del fulfilled["dynamodb"]["OldImage"]

    follow([fulfilled])

    assert queue.receive(seconds=1) == []
    assert reminded["dynamodb"]["NewImage"]["late_at"]


@pytest.mark.parametrize("reminded", [False, True])
def test_team_is_reminded_once_of_what_was_recalled(venue, reminded):
    made = asked(venue, "claim")
    if reminded:
        GuestRequest.remind(made.request_id, now=NOON)
    venue.do("fulfil", made)

    back = venue.do("recall", made)

    assert back.due_bucket == (None if reminded else made.due_bucket)


def test_clock_notes_what_is_late(venue):
    made = asked(venue)
    GuestRequest.change(
        made.request_id, actions=[GuestRequest.due_at.set(NOON - timedelta(days=3700))]
    )

    assert request_reminders.handler({}, None)["requests_late"] >= 1
    assert GuestRequest.find(made.request_id).late_at is not None


@pytest.mark.parametrize(
    "change", [Member.removed_by.set("USER:user-olga"), Member.role.set(Role.DESK)]
)
def test_who_leaves_the_team_or_the_floor_is_told_nothing_further(venue, topic, change):
    followed = Stream("test-team")
    services.subscribe_staff(
        event_id=venue.id, channel=ChannelName.EMAIL, actor=venue.fay, now=NOON
    )
    Member(venue.id, venue.fay.user_id).update(actions=[change])

    records = followed.read(lambda r: r["dynamodb"]["Keys"]["event_id"]["S"] == venue.id)
    assert follow(records + records, team_stream.handler) == []

    found = boto3.client("sns").list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"]
    assert venue.fay.email not in [one["Endpoint"] for one in found]


def test_notice_about_no_team_leaves_the_attribute_out(venue, stream, queue):
    made = asked(venue)
    GuestRequest.change(made.request_id, actions=[GuestRequest.team.set("")])
    *_, last = written(venue, stream)
    del last["dynamodb"]["OldImage"]
    follow([last])

    assert sorted(attributes_of(notice(queue))) == ["event", "kind", "notice"]


def test_subject_of_a_notice_is_plain_ascii_of_bounded_length(venue, queue):
    notice_of = staff_topic.Notice(
        subject="Crêpe ☕ " * 30, text="…", short="…", attributes={"event": venue.id, "team": ""}
    )
    staff_topic.publish(notice_of)

    (told,) = queue.receive(seconds=2)
    assert (told["Subject"].isascii(), len(told["Subject"])) == (True, 100)
