"""Reads of several items: what DynamoDB leaves out is asked for again, and never just missing."""

import time

import pytest
from pynamodb.exceptions import GetError

from backend.events.models import Event
from backend.registrations.models import Registration
from backend.seats import services as seats
from backend.seats.models import Block
from backend.sessions import queries
from backend.shared.clock import utc_now
from tests.factories.events import NOON, build_event, make_event, new_event_id
from tests.support.booking import book, open_session
from tests.support.handlers import Handlers
from tests.support.registering import open_event, person, register
from tests.support.unprocessed import answered_in_part

pytestmark = pytest.mark.usefixtures("tables")
NEVER_ALL = (1, 1, 0, 0, 0)
PAUSES = 0.05 + 0.1 + 0.2 + 0.4


def test_what_was_left_out_is_asked_for_until_it_is_there():
    ids = [make_event().uuid for _ in range(4)]

    with answered_in_part(1, 0, 2) as asked:
        found = Event.find_many(ids)

    assert [event.uuid for event in found] == ids
    assert [len(one["Keys"]) for one in asked] == [4, 3, 3, 1]


def test_each_page_of_a_long_batch_is_whole():
    events = [build_event() for _ in range(120)]
    with Event.batch_write() as batch:
        for event in events:
            batch.save(event)
    ids = [event.uuid for event in events]

    with answered_in_part(60, 39, 1) as asked:
        found = Event.find_many(ids)

    assert [event.uuid for event in found] == ids
    assert [len(one["Keys"]) for one in asked] == [100, 40, 1, 20]


def test_what_is_left_out_again_and_again_is_waited_for_longer_and_then_fails():
    ids = [make_event().uuid for _ in range(4)]
    started = time.monotonic()

    with answered_in_part(*NEVER_ALL) as asked, pytest.raises(GetError):
        Event.find_many(ids)

    assert [len(one["Keys"]) for one in asked] == [4, 3, 2, 2, 2]
    assert time.monotonic() - started >= PAUSES


def test_what_does_not_exist_is_not_asked_for_again():
    ids = [make_event().uuid, new_event_id()]

    with answered_in_part() as asked:
        found = Event.find_many(ids)

    assert [event.uuid for event in found] == ids[:1]
    assert len(asked) == 1


def test_a_consistent_read_stays_one_when_it_is_repeated():
    event = open_event()
    place = register(event).registration
    keys = [(place.shard, place.guest)]

    with answered_in_part(0) as asked:
        found = Registration.find_current(keys)

    assert list(found) == [place.guest]
    assert [one["ConsistentRead"] for one in asked] == [True, True]


def test_blocks_of_seats_are_read_whole_or_not_at_all():
    pool = new_event_id()
    seats.open_pool(pool=pool, capacity=100, now=utc_now())

    with answered_in_part(2):
        assert [block.number for block in Block.list_for_pool(pool, blocks=5)] == [0, 1, 2, 3, 4]
    with answered_in_part(*NEVER_ALL), pytest.raises(GetError):
        Block.list_for_pool(pool, blocks=5)


def test_a_list_that_cannot_be_read_whole_is_refused():
    for _ in range(3):
        make_event()

    with answered_in_part(1):
        whole = Handlers().send("GET", "/get-events")
    with answered_in_part(*NEVER_ALL):
        refused = Handlers().send("GET", "/get-events")

    assert whole.status == 200
    assert len(whole.body["events"]) >= 3
    assert refused.said == (500, "internal_error")


@pytest.mark.parametrize("consistent", [False, True])
def test_items_are_read_as_they_are_now_on_request(*, consistent: bool):
    ids = [make_event().uuid]

    with answered_in_part() as asked:
        Event.find_many(ids, consistent=consistent)

    assert [one.get("ConsistentRead", False) for one in asked] == [consistent]


def test_my_bookings_are_what_they_are_now_where_the_index_lags_behind():
    _, session = open_session()
    book(session)

    with answered_in_part() as asked:
        [mine] = queries.my_bookings(actor=person(), now=NOON).items[:1]

    exact = [one["Keys"][0] for one in asked if one.get("ConsistentRead")]
    assert exact[:1] == [{"shard": {"S": mine.booking.shard}, "guest": {"S": mine.booking.guest}}]
