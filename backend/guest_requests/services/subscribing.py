"""Members of a team have notices sent to them, or not any more."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from backend.events import queries as events
from backend.events.policies import EventAction
from backend.guest_requests import staff_topic
from backend.guest_requests.errors import NoticesUnavailable, NoWayToTell
from backend.guest_requests.models import StaffSubscriber
from backend.guest_requests.queries import kinds_of
from backend.guest_requests.staff_topic import SubscriptionState
from backend.notifications.choices import contact_id_of
from backend.notifications.kinds import ChannelName
from backend.profiles.models import Profile
from backend.shared.actor import Actor
from backend.shared.db import StaleWrite
from backend.shared.errors import BadInput

MOST_EVENTS = 10
MOST_TEAMS = 15
"""Ten events by fifteen teams is what one filter of SNS may hold."""
_ATTEMPTS = 3


@dataclass(frozen=True, slots=True)
class StaffSubscription:
    """How somebody is told of requests at an event. ``teams``: whose; none: all.

    ``address`` is so much of it as its owner needs to know it again.
    """

    channel: ChannelName
    address: str
    teams: tuple[str, ...]
    state: SubscriptionState


def subscribe_staff(
    *, event_id: str, channel: ChannelName, teams: Sequence[str] = (), actor: Actor, now: datetime
) -> StaffSubscription:
    """Have notices of these teams (none: all) at an event sent to the actor's own address or phone.

    The address is the verified one of the token, the phone that of the profile. AWS asks a new address to
    confirm: it is ``PENDING`` until then. Of more than ``MOST_EVENTS`` events the first is let go.
    Refuses like ``authorize`` (``SERVE_REQUESTS``), with ``NoWayToTell``, ``BadInput`` (teams),
    ``NoticesUnavailable`` and ``StaleWrite``.
    """
    _authorize(event_id, actor, now)
    wanted = _checked_teams(event_id, teams)
    address = _address_of(channel, actor)
    stored = StaffSubscriber.of(actor.user_id)
    channels = dict(stored.channels)
    events_wanted = dict(channels.get(channel, {}).get("events", {}))
    events_wanted.pop(event_id, None)
    kept = dict([*events_wanted.items(), (event_id, list(wanted))][-MOST_EVENTS:])
    # First SNS, which knows an address again: who dies in between asks once more.
    with staff_topic.or_unavailable():
        arn = _arn_of(channel, address, kept, before=channels.get(channel, {}))
        current = staff_topic.change(arn, kept)
    channels[channel] = {
        "arn": arn,
        "address": _masked(address),
        "whole": contact_id_of(address),
        "events": kept,
        "current": current,
    }
    stored.replace(channels)
    return StaffSubscription(channel, _masked(address), wanted, _state_of(arn))


def unsubscribe_staff(*, event_id: str, channel: ChannelName, actor: Actor, now: datetime) -> None:
    """Send no notices of an event that way any more; repeating it changes nothing.

    Refuses like ``subscribe_staff``.
    """
    _authorize(event_id, actor, now)
    stored = StaffSubscriber.of(actor.user_id)
    with staff_topic.or_unavailable():
        channels = _without(stored.channels, event_id, (channel,))
    if channels != stored.channels:
        stored.replace(channels)


def end_subscriptions(*, event_id: str, user_id: str) -> None:
    """Tell somebody nothing of an event any more: they left its team, or serve no requests now.

    Bears being repeated. Rises (``StaleWrite``) only while the person keeps changing it.
    """
    for _ in range(_ATTEMPTS):
        stored = StaffSubscriber.of(user_id)
        channels = _without(stored.channels, event_id, tuple(ChannelName))
        if channels == stored.channels:
            return
        try:
            stored.replace(channels)
        except StaleWrite:
            continue
        return
    raise StaleWrite


def my_subscriptions(*, event_id: str, actor: Actor, now: datetime) -> list[StaffSubscription]:
    """How the actor is told of requests at an event, and whether AWS waits for a confirmation.

    A filter that SNS did not take while it waited is written anew. One call of SNS per channel;
    once it did not answer, it is not asked again. Refuses like ``authorize``.
    """
    _authorize(event_id, actor, now)
    stored = StaffSubscriber.of(actor.user_id)
    found: list[StaffSubscription] = []
    for channel in ChannelName:
        one = stored.channels.get(channel, {})
        if event_id not in one.get("events", {}):
            continue
        is_silent = any(former.state is SubscriptionState.UNKNOWN for former in found)
        state = SubscriptionState.UNKNOWN if is_silent else _state_of(one["arn"])
        if state is SubscriptionState.CONFIRMED and not one["current"]:
            _write_filter(stored, one)
        teams = tuple(one["events"][event_id])
        found.append(StaffSubscription(channel, one["address"], teams, state))
    return found


def _write_filter(stored: StaffSubscriber, one: dict[str, Any]) -> None:
    # Not now: at the next visit. And who changed it meanwhile told SNS, too.
    with suppress(NoticesUnavailable, StaleWrite):
        with staff_topic.or_unavailable():
            one["current"] = staff_topic.change(one["arn"], one["events"])
        stored.replace(stored.channels)


def _state_of(arn: str) -> SubscriptionState:
    try:
        with staff_topic.or_unavailable():
            return staff_topic.state_of(arn)
    except NoticesUnavailable:
        return SubscriptionState.UNKNOWN


def _authorize(event_id: str, actor: Actor, now: datetime) -> None:
    events.authorize(event_id=event_id, actor=actor, action=EventAction.SERVE_REQUESTS, now=now)


def _checked_teams(event_id: str, teams: Sequence[str]) -> tuple[str, ...]:
    known = {kind.team for kind in kinds_of(event_id).kinds}
    wanted = tuple(dict.fromkeys(team.strip() for team in teams))
    if any(not team or team not in known for team in wanted):
        raise BadInput({"teams": "Choose among the teams of this event."})
    if len(wanted) > MOST_TEAMS:
        raise BadInput({"teams": f"At most {MOST_TEAMS} teams, or all of them."})
    return wanted


def _address_of(channel: ChannelName, actor: Actor) -> str:
    if channel is ChannelName.EMAIL:
        if not actor.email:
            raise NoWayToTell("Confirm your e-mail address first.")
        return actor.email
    profile = Profile.find(actor.user_id)
    if profile is None or not profile.phone:
        raise NoWayToTell("Put your phone number into your profile first.")
    return str(profile.phone)


def _arn_of(
    channel: ChannelName, address: str, wanted: staff_topic.Wanted, *, before: Mapping[str, Any]
) -> str:
    """The subscription of an address; that of another address ends.

    Who has not confirmed, or ended it, is asked by SNS once more.
    """
    former = before.get("arn")
    is_same = former and before.get("whole") == contact_id_of(address)
    if is_same and staff_topic.state_of(str(former)) is SubscriptionState.CONFIRMED:
        return str(former)
    arn = staff_topic.subscribe(channel, address, wanted)
    if former and former != arn:
        staff_topic.unsubscribe(former)
    return arn


def _masked(address: str) -> str:
    """``f…@example.org``, ``…4567``."""
    name, _, host = address.partition("@")
    return f"{name[:1]}…@{host}" if host else f"…{address[-4:]}"


def _without(
    channels: Mapping[str, Any], event_id: str, ended: Sequence[ChannelName]
) -> dict[str, Any]:
    """The channels without an event; SNS is told."""
    left: dict[str, Any] = {}
    for channel, one in channels.items():
        if channel not in ended or event_id not in one["events"]:
            left[channel] = one
            continue
        rest = {name: teams for name, teams in one["events"].items() if name != event_id}
        if rest:
            left[channel] = one | {
                "events": rest,
                "current": staff_topic.change(one["arn"], rest),
            }
        else:
            staff_topic.unsubscribe(one["arn"])
    return left
