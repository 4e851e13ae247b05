"""Who of a team is told of requests, how, and about which teams' ones."""

import json
from dataclasses import replace

import boto3
import pytest
from botocore.awsrequest import AWSResponse
from botocore.exceptions import ClientError

from backend.events.errors import EventForbidden
from backend.guest_requests import services, staff_topic
from backend.guest_requests.errors import NoWayToTell
from backend.guest_requests.models import StaffSubscriber
from backend.guest_requests.staff_topic import SubscriptionState, filter_policy
from backend.notifications.kinds import ChannelName
from backend.profiles.models import Profile
from backend.shared.config import config
from backend.shared.errors import BadInput
from backend.team.roles import Role
from tests.factories.events import NOON
from tests.factories.team import make_member
from tests.factories.users import a_user
from tests.support.asking import open_venue

EMAIL, SMS = ChannelName.EMAIL, ChannelName.SMS


@pytest.fixture(autouse=True)
def topic(tables, monkeypatch):
    """A topic of this test's own."""
    arn = boto3.client("sns").create_topic(Name="staff-of-a-test")["TopicArn"]
    monkeypatch.setenv("STAFF_TOPIC_ARN", arn)
    config.cache_clear()
    staff_topic._client.cache_clear()
    yield arn
    boto3.client("sns").delete_topic(TopicArn=arn)
    config.cache_clear()


def filters(topic):
    """What SNS sends where: endpoint → filter."""
    sns = boto3.client("sns")
    found = sns.list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"]
    return {
        one["Endpoint"]: json.loads(
            sns.get_subscription_attributes(SubscriptionArn=one["SubscriptionArn"])["Attributes"][
                "FilterPolicy"
            ]
        )
        for one in found
    }


def subscribe(venue, *teams, channel=EMAIL, actor=None):
    return services.subscribe_staff(
        event_id=venue.id, channel=channel, teams=teams, actor=actor or venue.fay, now=NOON
    )


def mine(venue):
    return services.my_subscriptions(event_id=venue.id, actor=venue.fay, now=NOON)


def test_member_is_told_of_chosen_teams_by_mail(topic):
    venue = open_venue()

    made = subscribe(venue, "Bar", "Kitchen")

    assert filters(topic) == {venue.fay.email: {"event": [venue.id], "team": ["Bar", "Kitchen"]}}
    assert mine(venue) == [made]
    assert made.state is SubscriptionState.CONFIRMED
    assert venue.fay.email not in str(StaffSubscriber.of(venue.fay.user_id).channels)


def test_one_address_has_one_filter_for_all_its_events(topic):
    first, second = open_venue(), open_venue()
    make_member(event_id=second.id, member=first.fay.user_id, role=Role.FLOOR)
    subscribe(first, "Bar")

    subscribe(second, actor=first.fay)

    rules = [{"event": [first.id], "team": ["Bar"]}, {"event": [second.id]}]
    assert filters(topic) == {
        first.fay.email: {"$or": sorted(rules, key=lambda rule: rule["event"])}
    }


def test_subscribing_again_changes_the_teams(topic):
    venue = open_venue()
    subscribe(venue, "Bar")

    subscribe(venue)

    assert filters(topic) == {venue.fay.email: {"event": [venue.id]}}
    assert [one.teams for one in mine(venue)] == [()]


def test_phone_is_that_of_the_profile(topic):
    venue = open_venue()
    with pytest.raises(NoWayToTell):
        subscribe(venue, channel=SMS)
    Profile(user_id=venue.fay.user_id, phone="+4915112345678", updated_at=NOON).save()

    made = subscribe(venue, channel=SMS)

    assert made.address == "…5678"
    assert [*filters(topic)] == ["+4915112345678"]


def test_mail_needs_a_confirmed_address(topic):
    venue = open_venue()

    with pytest.raises(NoWayToTell):
        subscribe(venue, actor=replace(venue.fay, email=""))

    assert filters(topic) == {}


def test_unknown_team_is_named_as_bad_input(topic):
    venue = open_venue()

    with pytest.raises(BadInput) as refusal:
        subscribe(venue, "Cloakroom")

    assert [*refusal.value.fields] == ["teams"]
    assert filters(topic) == {}


def test_desk_may_not_subscribe(topic):
    venue, dora = open_venue(), a_user("user-dora")
    make_member(event_id=venue.id, member=dora.user_id, role=Role.DESK)

    with pytest.raises(EventForbidden):
        subscribe(venue, actor=dora)

    assert filters(topic) == {}


def test_unsubscribing_ends_it_and_bears_being_repeated(topic):
    venue = open_venue()
    subscribe(venue)

    for _ in range(2):
        services.unsubscribe_staff(event_id=venue.id, channel=EMAIL, actor=venue.fay, now=NOON)

    assert filters(topic) == {}
    assert mine(venue) == []


def test_leaving_one_team_leaves_the_other_events(topic):
    first, second = open_venue(), open_venue()
    make_member(event_id=second.id, member=first.fay.user_id, role=Role.FLOOR)
    subscribe(first)
    subscribe(second, actor=first.fay)

    for _ in range(2):
        services.end_subscriptions(event_id=first.id, user_id=first.fay.user_id)

    assert filters(topic) == {first.fay.email: {"event": [second.id]}}


def test_who_ended_it_in_a_mail_sees_that(topic):
    venue = open_venue()
    subscribe(venue)
    arn = StaffSubscriber.of(venue.fay.user_id).channels[EMAIL]["arn"]
    boto3.client("sns").unsubscribe(SubscriptionArn=arn)

    assert [one.state for one in mine(venue)] == [SubscriptionState.ENDED]


def test_filter_that_sns_did_not_take_is_written_when_the_address_is_confirmed(topic):
    venue = open_venue()
    subscribe(venue, "Bar")
    stored = StaffSubscriber.of(venue.fay.user_id)
    stale = stored.channels[EMAIL] | {"events": {venue.id: ["Kitchen"]}, "current": False}
    stored.replace({EMAIL: stale})

    assert [one.teams for one in mine(venue)] == [("Kitchen",)]

    assert filters(topic) == {venue.fay.email: {"event": [venue.id], "team": ["Kitchen"]}}
    assert StaffSubscriber.of(venue.fay.user_id).channels[EMAIL]["current"] is True


def test_subscription_that_is_gone_takes_no_filter(topic):
    venue = open_venue()
    subscribe(venue)
    arn = StaffSubscriber.of(venue.fay.user_id).channels[EMAIL]["arn"]
    staff_topic.unsubscribe(arn)

    assert staff_topic.change(arn, {venue.id: []}) is False


def test_sns_that_is_not_there_is_no_answer(topic, monkeypatch):
    venue = open_venue()
    subscribe(venue)
    arn = StaffSubscriber.of(venue.fay.user_id).channels[EMAIL]["arn"]
    boto3.client("sns").delete_topic(TopicArn=topic)
    monkeypatch.setattr(staff_topic, "_GONE", frozenset())

    with pytest.raises(ClientError):
        staff_topic.state_of(arn)


def test_the_longest_ago_of_too_many_events_is_let_go(topic, monkeypatch):
    monkeypatch.setattr(services.subscribing, "MOST_EVENTS", 2)
    venues = [open_venue() for _ in range(3)]
    fay = venues[0].fay
    for venue in venues[1:]:
        make_member(event_id=venue.id, member=fay.user_id, role=Role.FLOOR)

    for venue in venues:
        subscribe(venue, actor=fay)

    (rules,) = filters(topic).values()
    assert sorted(rule["event"][0] for rule in rules["$or"]) == sorted(v.id for v in venues[1:])


def test_more_teams_than_a_filter_takes_are_refused(topic, monkeypatch):
    monkeypatch.setattr(services.subscribing, "MOST_TEAMS", 1)

    with pytest.raises(BadInput):
        subscribe(open_venue(), "Bar", "Kitchen")


def test_filter_of_two_events_is_what_sns_takes_for_an_or():
    assert json.loads(filter_policy({"b": [], "a": ["Bar"]})) == {
        "$or": [{"event": ["a"], "team": ["Bar"]}, {"event": ["b"]}]
    }


def answer_as_aws(topic):
    """Have SNS refuse, as AWS does, to subscribe what is subscribed with another filter."""

    def refuse(params, **_):
        wanted = params["body"].get("Attributes.entry.1.value")
        there = filters(topic).get(params["body"]["Endpoint"])
        if wanted is None or there is None or json.loads(wanted) == there:
            return None
        said = "Invalid parameter: Attributes Reason: Subscription already exists with different attributes"
        error = {"Code": "InvalidParameter", "Message": said, "Type": "Sender"}
        answer = AWSResponse("https://sns/", 400, {}, None)
        return answer, {"Error": error, "ResponseMetadata": {"HTTPStatusCode": 400}}

    staff_topic._client().meta.events.register("before-call.sns.Subscribe", refuse)


def test_address_that_is_subscribed_with_another_filter_gets_the_new_one(topic):
    venue = open_venue()
    answer_as_aws(topic)
    subscribe(venue, "Bar")
    stored = StaffSubscriber.of(venue.fay.user_id)
    stored.replace({})

    subscribe(venue, "Kitchen")

    assert filters(topic) == {venue.fay.email: {"event": [venue.id], "team": ["Kitchen"]}}


def test_other_refusals_of_sns_stay_refusals(topic):
    venue = open_venue()
    boto3.client("sns").delete_topic(TopicArn=topic)

    with pytest.raises(ClientError):
        subscribe(venue)

    assert StaffSubscriber.of(venue.fay.user_id).channels == {}


def test_confirmed_address_is_not_subscribed_anew(topic):
    venue = open_venue()
    subscribe(venue, "Bar")
    asked = []
    staff_topic._client().meta.events.register(
        "before-call.sns.Subscribe", lambda params, **_: asked.append(params)
    )

    subscribe(venue, "Kitchen")

    assert asked == []
    assert filters(topic) == {venue.fay.email: {"event": [venue.id], "team": ["Kitchen"]}}


def test_former_phone_is_told_of_nothing_any_more(topic):
    venue = open_venue()
    Profile(user_id=venue.fay.user_id, phone="+4915112345678", updated_at=NOON).save()
    subscribe(venue, channel=SMS)
    Profile(user_id=venue.fay.user_id, phone="+4915187654321", updated_at=NOON).save()

    subscribe(venue, channel=SMS)

    assert [*filters(topic)] == ["+4915187654321"]
