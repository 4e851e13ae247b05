from datetime import timedelta
from typing import Any

import pytest

from backend.events import policies, queries, services
from backend.events.errors import (
    EventClosed,
    EventNotStarted,
    SignInNeeded,
)
from backend.events.kinds import Category, Visibility
from backend.events.models import Event
from backend.events.states import EventStatus
from backend.seats import services as seats
from backend.seats.states import Availability
from backend.shared.actor import SYSTEM, VISITOR
from backend.shared.db import StaleWrite
from backend.shared.errors import BadInput
from backend.shared.states import IllegalTransition
from backend.team.models import Member
from backend.team.roles import Role
from tests.factories.events import NOON, build_details, make_event
from tests.factories.users import a_user

pytestmark = pytest.mark.usefixtures("tables")
S = EventStatus
OLGA = a_user("user-olga")
WEEK = timedelta(days=7)
LATER = NOON + timedelta(minutes=5)


def a_draft(**values: Any) -> Event:
    return make_event(**{"status": S.DRAFT} | values)


def edit(event: Event, version: int = 1, actor=OLGA, **values: Any) -> Event:
    return services.edit_event(
        event_id=event.uuid,
        details=build_details(**values),
        version=version,
        actor=actor,
        now=LATER,
    )


def publish(event: Event, actor=OLGA, now=LATER) -> Event:
    return services.publish_event(event_id=event.uuid, actor=actor, now=now)


def cancel(event: Event, actor=OLGA) -> Event:
    return services.cancel_event(event_id=event.uuid, actor=actor, now=LATER)


def finish(event: Event, actor=OLGA, now=NOON + WEEK) -> Event:
    return services.finish_event(event_id=event.uuid, actor=actor, now=now)


def stored(event: Event) -> dict[str, Any]:
    return Event.fetch(event.uuid).attribute_values


# Creating


def test_create_event_makes_a_draft_of_the_actor():
    event = services.create_event(details=build_details(), actor=OLGA, now=NOON)

    kept = Event.fetch(event.uuid)
    made = {name: value for name, value in event.attribute_values.items() if value is not None}
    assert kept.attribute_values == made
    assert (kept.status, kept.version, kept.shards, kept.creator_id, kept.creator_name) == (
        S.DRAFT,
        1,
        1,
        "user-olga",
        "User-Olga",
    )
    assert (kept.created_at, kept.updated_at, kept.changed_by) == (NOON, NOON, "USER:user-olga")
    assert (kept.title, kept.capacity, kept.waiting_list, kept.category) == (
        "Harbour Conference",
        50,
        True,
        Category.CONFERENCE,
    )
    assert (kept.listing, kept.published_at, kept.banner_key) == (None, None, None)


def test_create_event_puts_the_owner_into_the_team():
    event = services.create_event(details=build_details(), actor=OLGA, now=NOON)

    owner = Member.find(event.uuid, "user-olga")
    assert owner
    assert (owner.role, owner.name, owner.added_at) == (Role.OWNER, "User-Olga", NOON)


@pytest.mark.parametrize(("capacity", "shards"), [(250, 1), (None, 16), (20_000, 64)])
def test_create_event_spreads_registrations_by_capacity(capacity, shards):
    event = services.create_event(details=build_details(capacity=capacity), actor=OLGA, now=NOON)

    assert (event.capacity, event.shards) == (capacity, shards)


@pytest.mark.parametrize("actor", [VISITOR, SYSTEM])
def test_create_event_refuses_who_is_not_signed_in(actor):
    with pytest.raises(SignInNeeded):
        services.create_event(details=build_details(), actor=actor, now=NOON)


def test_create_event_refuses_bad_details():
    olga = a_user("user-olga-with-no-event")

    with pytest.raises(BadInput) as refusal:
        services.create_event(details=build_details(title=""), actor=olga, now=NOON)

    assert list(refusal.value.fields) == ["title"]
    assert queries.list_created_by(actor=olga, limit=5).items == []


# Editing


def test_edit_event_replaces_the_details_of_a_draft():
    event = a_draft()

    edit(event, title="Harbour Days", capacity=300, waiting_list=True)

    kept = Event.fetch(event.uuid)
    assert (kept.title, kept.capacity, kept.waiting_list, kept.version) == (
        "Harbour Days",
        300,
        True,
        2,
    )
    assert (kept.shards, kept.updated_at, kept.listing) == (16, LATER, None)


def test_edit_event_can_lift_the_limit_of_a_draft():
    event = a_draft()

    edit(event, capacity=None)

    assert Event.fetch(event.uuid).capacity is None


def test_edit_event_moves_a_published_event_to_its_month():
    event = make_event()
    moved = NOON + timedelta(days=60)

    edit(event, starts_at=moved, ends_at=moved + timedelta(hours=1))

    kept = Event.fetch(event.uuid)
    assert (kept.starts_at, kept.listing, kept.status) == (moved, "PUBLIC#2030-06", S.PUBLISHED)


def test_edit_event_takes_an_event_that_becomes_unlisted_off_the_listing():
    event = make_event()

    edit(event, visibility=Visibility.UNLISTED)

    assert Event.fetch(event.uuid).listing is None


@pytest.mark.parametrize("capacity", [1, 3])
def test_edit_event_changes_the_seats_of_a_published_event(capacity):
    event = publish(a_draft(capacity=2))

    edit(event, version=2, capacity=capacity)

    kept = Event.fetch(event.uuid)
    assert (kept.capacity, kept.version, kept.shards) == (capacity, 3, 1)
    taken = [seats.claim(pool=event.uuid, guest=f"{n:016}", now=LATER) for n in range(3)]
    assert [claim is not None for claim in taken] == [n < capacity for n in range(3)]


def test_edit_event_lifts_the_limit_of_a_published_event():
    event = publish(a_draft(capacity=1))
    seats.claim(pool=event.uuid, guest="0" * 16, now=LATER)

    edit(event, version=2, capacity=None)

    assert Event.fetch(event.uuid).capacity is None
    assert seats.availability(pool=event.uuid, now=LATER) is Availability.UNLIMITED


def test_edit_event_closes_registration_while_a_limit_is_set():
    event = publish(a_draft(capacity=None))

    edit(event, version=2, capacity=5)

    assert seats.availability(pool=event.uuid, now=LATER) is Availability.CLOSED


def test_edit_event_leaves_the_seats_to_the_stream_where_they_are_not_open_yet():
    event = make_event()

    assert edit(event, capacity=5).capacity == 5


def test_edit_event_refuses_to_move_the_end_of_a_published_event_into_the_past():
    event = make_event()
    past = NOON - timedelta(days=2)

    with pytest.raises(BadInput) as refusal:
        edit(event, starts_at=past, ends_at=past + timedelta(hours=1))

    assert list(refusal.value.fields) == ["ends_at"]


def test_edit_event_may_reword_a_published_event_that_is_over():
    start = NOON - timedelta(days=2)
    end = start + timedelta(hours=8)
    event = make_event(starts_at=start)

    assert edit(event, title="What it was", starts_at=start, ends_at=end).title == "What it was"


def test_edit_event_refuses_bad_details():
    event = a_draft()
    before = stored(event)

    with pytest.raises(BadInput):
        edit(event, time_zone="Nowhere")

    assert stored(event) == before


def test_edit_event_refuses_a_version_that_is_not_the_stored_one():
    event = a_draft()
    edit(event, title="First")

    with pytest.raises(StaleWrite) as refusal:
        edit(event, title="Second")

    assert refusal.value.old.title == "First"
    assert Event.fetch(event.uuid).title == "First"


@pytest.mark.parametrize("status", [S.CANCELED, S.FINISHED, S.ARCHIVED])
def test_edit_event_refuses_what_is_closed(status):
    event = make_event(status=status)

    with pytest.raises(EventClosed):
        edit(event)


def test_of_two_edits_past_the_check_one_wins():
    event = a_draft()
    first, second = Event.fetch(event.uuid), Event.fetch(event.uuid)

    first.revise({"title": "First"})

    with pytest.raises(StaleWrite):
        second.revise({"title": "Second"})
    assert Event.fetch(event.uuid).title == "First"


def test_an_edit_past_the_check_does_not_change_a_canceled_event():
    event = make_event()
    seen = Event.fetch(event.uuid)
    Event.fetch(event.uuid).move_to(S.CANCELED, {"version": seen.version})

    with pytest.raises(StaleWrite):
        seen.revise({"title": "Late"})


# Publishing


def test_publish_event_lists_it_and_opens_its_seats():
    event = a_draft()

    publish(event)

    kept = Event.fetch(event.uuid)
    assert (kept.status, kept.published_at, kept.listing, kept.version) == (
        S.PUBLISHED,
        LATER,
        "PUBLIC#2030-05",
        2,
    )
    assert seats.availability(pool=event.uuid, now=LATER) is Availability.OPEN


@pytest.mark.parametrize("visibility", [Visibility.UNLISTED, Visibility.PRIVATE])
def test_publish_event_lists_public_events_only(visibility):
    event = a_draft(visibility=visibility)

    assert publish(event).listing is None


def test_publish_event_refuses_an_event_that_is_over():
    event = a_draft()
    before = stored(event)

    with pytest.raises(BadInput) as refusal:
        publish(event, now=event.ends_at)

    assert list(refusal.value.fields) == ["ends_at"]
    assert stored(event) == before


@pytest.mark.parametrize("status", [S.PUBLISHED, S.CANCELED, S.FINISHED, S.ARCHIVED])
def test_publish_event_refuses_what_is_no_draft(status):
    event = make_event(status=status)

    with pytest.raises(IllegalTransition):
        publish(event)


def test_publishing_past_the_check_loses_against_an_edit():
    event = a_draft()
    seen = Event.fetch(event.uuid)
    edit(event, capacity=10)

    with pytest.raises(StaleWrite):
        seen.move_to(S.PUBLISHED, {})
    assert Event.fetch(event.uuid).status is S.DRAFT


# Canceling and finishing


@pytest.mark.parametrize("status", [S.DRAFT, S.PUBLISHED])
def test_cancel_event_takes_it_off_the_listing(status):
    event = make_event(status=status)

    cancel(event)

    kept = Event.fetch(event.uuid)
    assert (kept.status, kept.canceled_at, kept.listing) == (S.CANCELED, LATER, None)


@pytest.mark.parametrize("status", [S.CANCELED, S.FINISHED, S.ARCHIVED])
def test_cancel_event_refuses_what_is_closed(status):
    event = make_event(status=status)

    with pytest.raises(IllegalTransition):
        cancel(event)


def test_finish_event_closes_it():
    event = make_event()

    finish(event)

    kept = Event.fetch(event.uuid)
    assert (kept.status, kept.listing) == (S.FINISHED, None)


def test_finish_event_refuses_one_that_has_not_begun():
    event = make_event()

    with pytest.raises(EventNotStarted):
        finish(event, now=event.starts_at - timedelta(seconds=1))


def test_finish_event_refuses_a_draft():
    with pytest.raises(IllegalTransition):
        finish(a_draft())


@pytest.mark.parametrize("status", [S.FINISHED, S.CANCELED])
def test_archive_event_puts_it_away(status):
    event = make_event(status=status)

    services.archive_event(event_id=event.uuid, actor=OLGA, now=LATER)

    kept = Event.fetch(event.uuid)
    assert (kept.status, kept.version, kept.changed_by) == (S.ARCHIVED, 2, "USER:user-olga")
    assert policies.is_open_to_strangers(kept) is False


@pytest.mark.parametrize("status", [S.DRAFT, S.PUBLISHED, S.ARCHIVED])
def test_archive_event_refuses_what_is_not_over(status):
    event = make_event(status=status)
    before = stored(event)

    with pytest.raises(IllegalTransition):
        services.archive_event(event_id=event.uuid, actor=OLGA, now=LATER)

    assert stored(event) == before


def test_of_finishing_and_canceling_past_the_check_one_wins():
    event = make_event()
    first, second = Event.fetch(event.uuid), Event.fetch(event.uuid)

    first.move_to(S.CANCELED, {})

    with pytest.raises(StaleWrite):
        second.move_to(S.FINISHED, {})
    assert Event.fetch(event.uuid).status is S.CANCELED
