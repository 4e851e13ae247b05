from datetime import timedelta
from typing import Any

import pytest
from ulid import ULID

from backend.activity import queries as activity
from backend.activity.kinds import ActivityKind
from backend.events.models import Event
from backend.events.states import EventStatus
from backend.handlers.events_stream import handler
from backend.jobs.kinds import JobKind
from backend.jobs.models import Job
from backend.seats import services as seats
from backend.seats.states import Availability
from tests.factories.events import NOON, build_event, make_event
from tests.support.caching_gateway import caching_gateway
from tests.support.lambda_context import CONTEXT
from tests.support.registering import stored
from tests.support.waiting import list_event, queue_up

pytestmark = pytest.mark.usefixtures("tables")
K = ActivityKind


def change(old: Event | None, new: Event | None, number: int = 1) -> dict[str, Any]:
    """A record as DynamoDB streams write it."""
    images = {
        name: event.serialize() for name, event in (("OldImage", old), ("NewImage", new)) if event
    }
    kind = "MODIFY" if old and new else "INSERT" if new else "REMOVE"
    record = images | {"SequenceNumber": str(number)}
    return {"eventID": str(ULID()), "eventName": kind, "dynamodb": record}


def follow(*records: dict[str, Any]) -> list[str]:
    """The sequence numbers of the records that failed."""
    answer = handler({"Records": list(records)}, CONTEXT)
    return [failure["itemIdentifier"] for failure in answer["batchItemFailures"]]


def kept(event: Event) -> list[tuple[ActivityKind, Any]]:
    listed = activity.list_for_event(event_id=event.uuid, since=NOON, limit=10, now=NOON)
    return [(one.kind, one.details) for one in listed.items]


def later(event: Event, **values: Any) -> Event:
    return Event(**event.attribute_values | values)


def test_a_new_draft_is_kept_as_created():
    draft = build_event(status=EventStatus.DRAFT)

    assert follow(change(None, draft)) == []
    assert kept(draft) == [(K.EVENT_CREATED, None)]


def test_activity_tells_who_and_when_and_no_name():
    event = build_event()

    follow(change(event, later(event, title="New", changed_by="USER:user-omar")))

    [one] = activity.list_for_event(event_id=event.uuid, since=NOON, limit=10, now=NOON).items
    assert (one.actor_label, one.at, one.subject) == ("USER:user-omar", NOON, event.uuid)


@pytest.mark.parametrize(
    ("values", "kind", "details"),
    [
        ({"title": "New", "capacity": None}, K.EVENT_EDITED, {"fields": "title capacity"}),
        (
            {"questions": [{"id": "a"}], "admission_opens_at": NOON, "reentry": True},
            K.EVENT_EDITED,
            {"fields": "questions admission_opens_at reentry"},
        ),
        ({"banner_key": "banners/x.png"}, K.BANNER_CHANGED, None),
        ({"status": EventStatus.FINISHED, "title": "New"}, K.EVENT_FINISHED, None),
        ({"status": EventStatus.CANCELED}, K.EVENT_CANCELED, None),
        ({"status": EventStatus.ARCHIVED}, K.EVENT_ARCHIVED, None),
    ],
)
def test_a_change_is_kept_by_what_it_was(values, kind, details):
    event = make_event()

    assert follow(change(event, later(event, **values))) == []
    assert kept(event) == [(kind, details)]


def test_publishing_is_kept_and_opens_the_seats():
    draft = build_event(status=EventStatus.DRAFT)
    published = later(draft, status=EventStatus.PUBLISHED)

    assert follow(change(draft, published)) == []
    assert kept(draft) == [(K.EVENT_PUBLISHED, None)]
    assert seats.availability(pool=draft.uuid, now=NOON) is Availability.OPEN


def test_publishing_an_event_without_limit_opens_unlimited_seats():
    draft = build_event(status=EventStatus.DRAFT, capacity=None)

    follow(change(draft, later(draft, status=EventStatus.PUBLISHED)))

    assert seats.availability(pool=draft.uuid, now=NOON) is Availability.UNLIMITED


def available(event: Event) -> Availability:
    return seats.availability(pool=event.uuid, now=NOON + timedelta(days=1))


def jobs_of(event: Event) -> list[JobKind]:
    return [job.kind for job in Job.list_for_event(event.uuid, limit=5).items]


def edited(event: Event, capacity: int | None) -> tuple[Event, Event]:
    """The event before and after an organiser gave it another capacity."""
    after = later(event, capacity=capacity, version=int(event.version) + 1)
    after.save()
    return event, after


def test_another_capacity_changes_the_seats_where_editing_died_before_it():
    event = make_event(capacity=1)
    seats.open_pool(pool=event.uuid, capacity=1, now=NOON)
    seats.claim(pool=event.uuid, guest="0" * 16, now=NOON)

    assert follow(change(*edited(event, 2))) == []

    assert available(event) is Availability.OPEN
    assert jobs_of(event) == []


def test_seats_follow_the_event_as_it_is_stored_whichever_record_comes_last():
    event = make_event(capacity=1)
    seats.open_pool(pool=event.uuid, capacity=1, now=NOON)
    first = edited(event, 5)
    second = edited(first[1], None)

    assert follow(change(*second, 2), change(*first, 1)) == []

    assert available(event) is Availability.UNLIMITED


def test_another_capacity_opens_seats_that_publishing_left_unopened():
    event = make_event(capacity=1)

    assert follow(change(*edited(event, 3))) == []

    assert available(event) is Availability.OPEN


def test_first_limit_of_an_event_has_its_guests_take_seats_once():
    event = make_event(capacity=None)
    seats.open_pool(pool=event.uuid, capacity=None, now=NOON)
    record = change(*edited(event, 3))

    assert follow(record, record) == []
    assert follow(record) == []

    assert available(event) is Availability.CLOSED
    assert jobs_of(event) == [JobKind.ADOPT_SEATS]


def test_limit_set_again_while_guests_take_seats_starts_no_second_job():
    event = make_event(capacity=None)
    seats.open_pool(pool=event.uuid, capacity=None, now=NOON)
    limited = edited(event, 3)
    follow(change(*limited))
    lifted = edited(limited[1], None)

    assert follow(change(*lifted), change(*edited(lifted[1], 4))) == []

    assert jobs_of(event) == [JobKind.ADOPT_SEATS]


def test_seats_that_a_change_of_the_capacity_brings_go_to_who_waits():
    event = list_event()
    _ada, bob = queue_up(event, "ada", "bob")

    assert follow(change(*edited(event, 2))) == []

    assert stored(bob).is_confirmed


def test_capacity_of_an_event_canceled_meanwhile_is_left_alone():
    event = make_event(capacity=1)
    seats.open_pool(pool=event.uuid, capacity=1, now=NOON)
    record = change(*edited(event, None))
    later(event, status=EventStatus.CANCELED, version=3).save()

    assert follow(record) == []

    assert available(event) is Availability.OPEN


def test_a_record_delivered_twice_is_kept_once():
    draft = build_event(status=EventStatus.DRAFT)
    record = change(draft, later(draft, status=EventStatus.PUBLISHED))

    assert follow(record, record) == []
    assert follow(record) == []
    assert kept(draft) == [(K.EVENT_PUBLISHED, None)]


def test_a_change_nobody_made_is_not_kept():
    event = build_event()

    assert follow(change(event, later(event, version=2))) == []
    assert kept(event) == []


def test_a_removed_event_is_passed_over():
    event = build_event()

    assert follow(change(event, None)) == []
    assert kept(event) == []


def test_a_poisoned_record_fails_alone():
    broken, sound = build_event(), build_event()
    poisoned = change(None, broken, number=7)
    del poisoned["dynamodb"]["NewImage"]["changed_by"]

    assert follow(poisoned, change(None, sound, number=8)) == ["7"]
    assert kept(sound) == [(K.EVENT_CREATED, None)]


def test_a_batch_that_fails_as_a_whole_names_each_record():
    records = [change(None, build_event(), number=number) for number in (1, 2)]
    for record in records:
        del record["dynamodb"]["NewImage"]["changed_by"]

    assert follow(*records) == ["1", "2"]


@pytest.mark.parametrize(
    ("before", "after", "emptied"),
    [
        (EventStatus.DRAFT, EventStatus.DRAFT, 0),
        (EventStatus.DRAFT, EventStatus.PUBLISHED, 1),
        (EventStatus.PUBLISHED, EventStatus.PUBLISHED, 1),
        (EventStatus.PUBLISHED, EventStatus.CANCELED, 1),
    ],
)
def test_cache_of_the_gateway_is_emptied_when_what_it_may_show_changes(
    monkeypatch, before, after, emptied
):
    event = make_event(status=after)

    with caching_gateway(monkeypatch) as gateway:
        failed = follow(change(later(event, status=before, title="Old"), event))

    assert (failed, len(gateway.asked)) == ([], emptied)
