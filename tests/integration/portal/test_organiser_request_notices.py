"""Staff say how they are told of requests: by e-mail and SMS, of which teams, and not any more."""

import boto3
import pytest
from botocore.awsrequest import AWSResponse
from botocore.exceptions import EndpointConnectionError

from backend.guest_requests import staff_topic
from backend.guest_requests.models import StaffSubscriber
from backend.guest_requests.services import my_subscriptions
from backend.notifications.kinds import ChannelName
from backend.profiles.models import Profile
from backend.shared.config import config
from tests.factories.events import NOON, make_event
from tests.factories.guest_requests import offer
from tests.integration.portal.people import browser_of

pytestmark = pytest.mark.usefixtures("portal", "topic")


@pytest.fixture
def topic(tables, monkeypatch):
    arn = boto3.client("sns").create_topic(Name="staff-of-a-portal-test")["TopicArn"]
    monkeypatch.setenv("STAFF_TOPIC_ARN", arn)
    config.cache_clear()
    staff_topic._client.cache_clear()
    yield arn
    boto3.client("sns").delete_topic(TopicArn=arn)
    config.cache_clear()


@pytest.fixture
def event(portal):
    event = make_event()
    offer(event)
    return event


@pytest.fixture
def fay(event):
    return browser_of("floor", event.uuid, name="Fay Floor")


def address(event, *parts: str) -> str:
    return "/".join([f"/o/e/{event.uuid}/requests/notices", *parts])


def subscriptions(event, client) -> list[tuple[str, tuple[str, ...]]]:
    found = my_subscriptions(event_id=event.uuid, actor=client.actor, now=NOON)
    return [(one.channel, one.teams) for one in found]


def test_first_visit_says_what_can_be_had(event, fay):
    page = fay.get(address(event)).text

    assert (page.count("Off</span>"), page.count("Tell me</button>")) == (2, 2)
    assert [f'value="{team}"' in page for team in ("Kitchen", "Bar", "Desk", "Floor")] == [True] * 4


def test_member_is_told_by_mail_of_the_chosen_teams(event, fay):
    shown = fay.post(address(event), {"channel": "EMAIL", "teams": ["Bar"]}, follow=True)

    assert subscriptions(event, fay) == [(ChannelName.EMAIL, ("Bar",))]
    assert "You are told at u…@example.com when a guest asks for something." in shown.text
    assert "Notices go to u…@example.com." in shown.text
    assert fay.actor.email not in shown.text.partition("<main")[2]


def test_other_teams_take_the_place_of_the_former(event, fay):
    fay.post(address(event), {"channel": "EMAIL", "teams": ["Bar"]})

    fay.post(address(event), {"channel": "EMAIL"})

    assert subscriptions(event, fay) == [(ChannelName.EMAIL, ())]


def test_address_that_has_not_confirmed_yet_is_told_so(event, fay, topic):
    """SNS asks the owner of a web address the same; the local cloud takes e-mail without asking."""
    sns = boto3.client("sns")
    sns.subscribe(TopicArn=topic, Protocol="https", Endpoint="https://staff.example.com/")
    [waits] = sns.list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"]
    fay.post(address(event), {"channel": "EMAIL"})
    stored = StaffSubscriber.of(fay.actor.user_id)
    mail = stored.channels["EMAIL"] | {"arn": waits["SubscriptionArn"]}
    stored.replace({"EMAIL": mail})

    page = fay.get(address(event)).text

    assert ("Waits for you to confirm" in page, "open it and confirm" in page) == (True, True)


def test_notices_that_were_ended_from_a_message_can_be_had_again(event, fay, topic):
    sns = boto3.client("sns")
    fay.post(address(event), {"channel": "EMAIL"})
    [one] = sns.list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"]
    sns.unsubscribe(SubscriptionArn=one["SubscriptionArn"])

    page = fay.get(address(event)).text
    again = fay.post(address(event), {"channel": "EMAIL"}, follow=True).text

    assert ("Ended" in page, "were ended from within a message" in page) == (True, True)
    assert "Notices go to u…@example.com." in again


def test_sms_needs_a_phone_number_in_the_profile(event, fay):
    refused = fay.post(address(event), {"channel": "SMS", "teams": ["Bar"]})

    assert refused.status_code == 400
    assert "Put your phone number into your profile first." in refused.text
    assert 'id="id_SMS_teams_1" checked' in refused.text
    assert 'id="id_EMAIL_teams_1" checked' not in refused.text

    Profile(fay.actor.user_id, name="Fay", phone="+4915123456789", updated_at=NOON).save()
    fay.post(address(event), {"channel": "SMS", "teams": ["Bar"]})

    assert subscriptions(event, fay) == [(ChannelName.SMS, ("Bar",))]


@pytest.mark.parametrize("typed", [{"channel": "PIGEON"}, {"channel": "EMAIL", "teams": ["Moon"]}])
def test_what_is_not_offered_is_refused(event, fay, typed):
    assert fay.post(address(event), typed).status_code == 400
    assert subscriptions(event, fay) == []


def test_notices_are_stopped_one_way_and_stopping_again_changes_nothing(event, fay):
    fay.post(address(event), {"channel": "EMAIL"})

    answers = [fay.post(address(event, "EMAIL", "stop"), follow=True) for _ in range(2)]

    assert ["told of nothing that way any more" in one.text for one in answers] == [True, True]
    assert subscriptions(event, fay) == []
    assert fay.post(address(event, "PIGEON", "stop")).status_code == 404


@pytest.mark.parametrize("role", ["desk", "stranger"])
def test_notices_are_for_those_who_serve(event, role):
    browser = browser_of(role, event.uuid)

    answers = [browser.get(address(event)), browser.post(address(event), {"channel": "EMAIL"})]

    assert [answer.status_code for answer in answers] == [403, 403]


def silence() -> None:
    """SNS does not answer this process any more."""

    def refuse(**_: object) -> None:
        raise EndpointConnectionError(endpoint_url="https://sns.example.com/")

    staff_topic._client().meta.events.register("before-call.sns", refuse)


def test_sns_that_does_not_answer_is_said_with_what_was_chosen(event, fay):
    silence()

    refused = fay.post(address(event), {"channel": "EMAIL", "teams": ["Bar"]})

    assert refused.status_code == 400
    assert "Notices cannot be changed at the moment." in refused.text
    assert 'id="id_EMAIL_teams_1" checked' in refused.text
    assert StaffSubscriber.of(fay.actor.user_id).channels == {}


def test_page_opens_while_sns_does_not_answer_and_nothing_is_stopped(event, fay):
    fay.post(address(event), {"channel": "EMAIL"})
    silence()

    opened = fay.get(address(event))
    stopped = fay.post(address(event, "EMAIL", "stop"), follow=True)

    assert ("Not known now" in opened.text, opened.status_code) == (True, 200)
    assert "Notices cannot be changed at the moment." in stopped.text
    assert [*StaffSubscriber.of(fay.actor.user_id).channels] == ["EMAIL"]


def test_filter_that_waits_stays_waiting_while_sns_has_trouble(event, fay):
    fay.post(address(event), {"channel": "EMAIL"})
    stored = StaffSubscriber.of(fay.actor.user_id)
    stored.replace({"EMAIL": stored.channels["EMAIL"] | {"current": False}})
    error = {"Code": "InternalError", "Message": "no", "Type": "Receiver"}
    answer = {"Error": error, "ResponseMetadata": {"HTTPStatusCode": 500}}
    staff_topic._client().meta.events.register(
        "before-call.sns.SetSubscriptionAttributes",
        lambda **_: (AWSResponse("https://sns.example.com/", 500, {}, None), answer),
    )

    opened = fay.get(address(event))

    assert "Notices go to u…@example.com." in opened.text
    assert StaffSubscriber.of(fay.actor.user_id).channels["EMAIL"]["current"] is False
