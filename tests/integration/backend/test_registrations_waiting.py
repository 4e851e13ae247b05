"""Joining the waiting list, being promoted from it, and moved to it, against the local cloud."""

from datetime import timedelta

import pytest

from backend.events import queries as events
from backend.events.models import Event
from backend.events.states import EventStatus
from backend.registrations import queries, services
from backend.registrations.errors import (
    SoldOut,
)
from backend.registrations.models import Registration
from backend.seats import places
from backend.seats import queries as seat_queries
from backend.seats import services as seats
from backend.seats.errors import PoolClosed
from backend.seats.models import Pool
from tests.factories.events import NOON
from tests.support.registering import (
    LATER,
    A,
    S,
    add,
    claims_in,
    open_event,
    person,
    register,
    stored,
)
from tests.support.waiting import cancel, list_event, promote_waiting, queue_up

pytestmark = pytest.mark.usefixtures("tables")


def statuses(event) -> dict[str, S]:
    found = [
        item
        for n in range(int(event.shards))
        for item in Registration.query(f"{event.uuid}#R{n}", consistent_read=True)
    ]
    return {item.name: item.status for item in found}


def change_capacity(event, seats_wanted, *, order=2):
    seats.change_capacity(pool=event.uuid, seats=seats_wanted, order=order, now=NOON)


# Joining


def test_register_joins_the_list_when_the_event_is_full():
    event = list_event()
    register(event, "ada")

    outcome = register(event, "bob")

    waiting = stored(outcome.registration)
    assert (outcome.created, waiting.status, waiting.claim) == (True, S.WAITLISTED, None)
    assert (waiting.waiting_shard, waiting.waiting_since) == (f"{event.uuid}#W0", NOON)
    assert Pool.find_pool(event.uuid).waiting


def test_register_while_others_wait_joins_though_a_seat_is_free():
    event = list_event()
    ada, _bob = queue_up(event, "ada", "bob")
    cancel(ada)

    assert register(event, "cleo").registration.status is S.WAITLISTED


def test_register_again_while_waiting_answers_the_same():
    event = list_event()
    _ada, bob = queue_up(event, "ada", "bob")

    again = register(event, "bob", now=LATER)

    assert (again.created, again.registration.ticket_no) == (False, bob.ticket_no)
    assert stored(bob).waiting_since == NOON


def test_register_again_with_a_place_answers_the_place_though_others_wait():
    event = list_event()
    ada, _bob = queue_up(event, "ada", "bob")

    again = register(event, "ada")

    assert (again.created, again.registration.ticket_no) == (False, ada.ticket_no)


def test_register_after_leaving_the_list_starts_at_its_end():
    event = list_event()
    _ada, bob = queue_up(event, "ada", "bob")
    services.cancel_mine(event_id=event.uuid, actor=person("bob"), now=NOON)

    again = register(event, "bob", now=LATER)

    assert (again.created, again.registration.status) == (True, S.WAITLISTED)
    assert stored(bob).waiting_since == LATER


def test_register_without_a_list_is_sold_out_while_somebody_waits():
    event = list_event()
    queue_up(event, "ada", "bob")
    Event.change(event.uuid, actions=[Event.waiting_list.set(False)])
    events.forget_settings(event.uuid)

    with pytest.raises(SoldOut):
        register(event, "cleo")
    assert register(event, "bob").registration.status is S.WAITLISTED


def test_organisers_add_to_the_list_when_the_event_is_full():
    event = list_event()
    queue_up(event, "ada")

    assert add(event, "Walk-in").registration.status is S.WAITLISTED


def test_cancel_of_a_waiting_guest_leaves_the_index():
    event = list_event()
    _ada, bob = queue_up(event, "ada", "bob")

    canceled = services.cancel_mine(event_id=event.uuid, actor=person("bob"), now=NOON)

    assert (canceled.status, canceled.waiting_shard) == (S.CANCELED, None)
    assert promote_waiting(event) == 0
    assert stored(bob).status is S.CANCELED


# While the capacity changes


def closed(event):
    Pool.change(Pool.key(event.uuid), actions=[Pool.closed.set(True)])
    seat_queries.forget_views()


def test_register_while_the_capacity_changes_joins_the_list():
    event = list_event(capacity=5)
    closed(event)

    assert register(event).registration.status is S.WAITLISTED


def test_register_while_the_capacity_changes_is_asked_to_try_again_without_a_list():
    event = open_event(capacity=5)
    closed(event)

    with pytest.raises(PoolClosed):
        register(event)


def test_register_right_after_the_limit_was_lifted_needs_no_seat():
    event = open_event(capacity=1)
    seat_queries.view_of(event.uuid, now=NOON)
    add(event)
    seat_queries.forget_views()
    stale = seat_queries.view_of(event.uuid, now=NOON)
    change_capacity(event, None)
    stale.room = {0}
    seat_queries._views[event.uuid] = stale

    assert register(event).registration.claim is None


# The promoter


def test_promote_waiting_gives_seats_in_the_order_of_joining():
    event = list_event(capacity=2)
    ada, bob = queue_up(event, "ada", "bob")
    for minute, name in enumerate(("cleo", "dora", "emil"), start=1):
        register(event, name, now=NOON + timedelta(minutes=minute))
    cancel(ada)
    cancel(bob)

    assert promote_waiting(event) == 2

    assert statuses(event) == {
        "Ada": S.CANCELED,
        "Bob": S.CANCELED,
        "Cleo": S.CONFIRMED,
        "Dora": S.CONFIRMED,
        "Emil": S.WAITLISTED,
    }
    assert len(claims_in(event)) == 2


def test_promote_waiting_merges_the_partitions_of_the_list():
    event = list_event(capacity=300)
    assert event.shards == 16
    for number in range(40):
        add(event, f"First {number:02}")
    change_capacity(event, 40)
    moments = [NOON + timedelta(minutes=n) for n in (5, 3, 9, 1, 7, 2, 8, 4, 6, 10)]
    for moment in moments:
        services.register(
            event_id=event.uuid, name=f"W{moment:%M}", actor=person(f"w{moment:%M}"), now=moment
        )
    change_capacity(event, 44, order=3)

    assert promote_waiting(event) == 4

    promoted = {name for name, status in statuses(event).items() if status is S.CONFIRMED}
    assert {name for name in promoted if name.startswith("W")} == {"W01", "W02", "W03", "W04"}


def test_promote_waiting_keeps_the_ticket_number_and_names_the_seat():
    event = list_event()
    ada, bob = queue_up(event, "ada", "bob")
    cancel(ada)

    promote_waiting(event)

    promoted = stored(bob)
    assert (promoted.status, promoted.ticket_no) == (S.CONFIRMED, bob.ticket_no)
    assert claims_in(event) == {promoted.claim}
    assert (promoted.waiting_shard, promoted.waiting_since) == (None, None)
    assert (promoted.admission, promoted.changed_by) == (A.EXPECTED, "SYSTEM")


def test_promote_waiting_stops_after_as_many_as_it_may():
    event = list_event()
    queue_up(event, "ada", "bob", "cleo")
    change_capacity(event, 10)

    assert promote_waiting(event, limit=1) == 1
    assert promote_waiting(event) == 1


def test_promote_waiting_in_a_full_event_does_not_even_look_who_waits(monkeypatch):
    event = list_event()
    queue_up(event, "ada", "bob")
    monkeypatch.setattr(queries, "iter_waiting", None)

    assert promote_waiting(event) == 0


def test_promote_waiting_after_the_limit_was_lifted_takes_no_seat():
    event = list_event()
    _ada, bob = queue_up(event, "ada", "bob")
    change_capacity(event, None)

    assert promote_waiting(event) == 1
    assert (stored(bob).status, stored(bob).claim) == (S.CONFIRMED, None)


def test_promote_waiting_carries_on_a_change_of_capacity():
    event = list_event()
    queue_up(event, "ada", "bob")
    Pool.find_pool(event.uuid).announce(2, blocks=1, order=2, nightly_at=LATER)

    assert promote_waiting(event) == 1


@pytest.mark.parametrize("status", [EventStatus.CANCELED, EventStatus.FINISHED])
def test_nobody_is_promoted_at_an_event_that_is_off(status):
    event = list_event()
    ada, _bob = queue_up(event, "ada", "bob")
    cancel(ada)
    Event.change(event.uuid, actions=[Event.status.set(status)])
    events.forget_settings(event.uuid)

    assert promote_waiting(event) == 0


def test_nobody_is_promoted_once_the_event_is_over():
    event = list_event()
    ada, _bob = queue_up(event, "ada", "bob")
    cancel(ada)

    assert promote_waiting(event, at=event.ends_at) == 0


def test_an_audit_promotes_and_lowers_the_flag_later():
    event = list_event()
    ada, bob = queue_up(event, "ada", "bob")
    cancel(ada)

    for minutes in (5, 10, 15):
        services.audit_seats(event_id=event.uuid, now=NOON + timedelta(minutes=minutes))

    assert stored(bob).status is S.CONFIRMED
    assert not Pool.find_pool(event.uuid).waiting


# The place on the list


def test_waiting_position_counts_who_has_waited_longer():
    event = list_event()
    queue_up(event, "ada")
    places = [
        queries.waiting_position(
            register(event, name, now=NOON + timedelta(minutes=n)).registration, now=LATER
        )
        for n, name in enumerate(("bob", "cleo", "dora"))
    ]

    assert places == [1, 2, 3]


def test_waiting_position_of_who_does_not_wait_is_none():
    event = list_event()
    (ada,) = queue_up(event, "ada")

    assert queries.waiting_position(ada, now=NOON) is None


def test_waiting_position_counts_so_many_and_no_more(monkeypatch):
    monkeypatch.setattr(queries, "MOST_COUNTED", 2)
    event = list_event()
    queue_up(event, "ada", "bob", "cleo", "dora", "emil")
    last = register(event, "last", now=LATER).registration

    assert queries.waiting_position(last, now=LATER) == 3


def test_iter_waiting_reads_on_behind_the_first_page(monkeypatch):
    monkeypatch.setattr(places, "_WAITING_READ_AT_ONCE", 2)
    event = list_event()
    queue_up(event, "ada")
    for minute, name in enumerate(("bob", "cleo", "dora", "emil", "fay")):
        register(event, name, now=NOON + timedelta(minutes=minute))

    assert len(list(queries.iter_waiting(event))) == 5
