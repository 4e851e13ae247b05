"""An event without a limit gets one: everybody confirmed claims the seat they have."""

import os
from datetime import timedelta

import pytest

from backend.jobs.kinds import JobKind
from backend.jobs.states import JobStatus
from backend.registrations import adoption, services
from backend.registrations.errors import SoldOut
from backend.registrations.models import Registration
from backend.seats import places
from backend.seats import services as seats
from backend.seats.errors import PoolBusy, PoolClosed
from backend.seats.models import Pool
from tests.factories.events import NOON
from tests.support.interleaving import Process, dies_after, stopping_before_calls
from tests.support.job_runs import start
from tests.support.jobs import run_all
from tests.support.registering import (
    LATER,
    S,
    add,
    admit,
    claims_in,
    open_event,
    register,
    stored,
)
from tests.support.waiting import cancel, change_email, list_event

pytestmark = pytest.mark.usefixtures("tables")
STRIDE = 1 if os.environ.get("CI") == "true" else 3


def an_event_with(count: int, **values):
    event = open_event(**{"capacity": None} | values)
    return event, [add(event, f"Guest {n}").registration for n in range(count)]


def limit(event, capacity: int | None, *, order: int = 2) -> None:
    seats.change_capacity(pool=event.uuid, seats=capacity, order=order, now=NOON)


def adopt_seats(event, **values) -> bool:
    return services.adopt_seats(event_id=event.uuid, now=NOON, **values)


def claims_named(guests) -> set:
    return {stored(guest).claim for guest in guests}


def pool_of(event) -> Pool:
    return Pool.find_pool(event.uuid)


def test_everybody_confirmed_gets_a_claim_and_the_rest_is_free():
    event, guests = an_event_with(3)
    admit(guests[0])
    cancel(guests[2])
    limit(event, 4)

    assert adopt_seats(event)

    assert claims_in(event) == claims_named(guests[:2])
    assert len(claims_in(event)) == 2
    add(event)
    add(event)
    with pytest.raises(SoldOut):
        add(event)


def test_a_limit_below_the_number_of_guests_keeps_them_all():
    event, guests = an_event_with(30)
    limit(event, 3)

    assert adopt_seats(event)

    assert len(claims_in(event) & claims_named(guests)) == 30
    with pytest.raises(SoldOut):
        add(event)


def test_nobody_registers_until_everybody_is_adopted():
    event, _guests = an_event_with(1)
    limit(event, 5)

    with pytest.raises(PoolClosed):
        register(event)
    assert adopt_seats(event)
    assert register(event).created


def test_who_comes_meanwhile_waits_and_is_promoted_by_the_audit():
    event = list_event(capacity=None)
    add(event)
    limit(event, 2)
    waiting = register(event).registration
    assert waiting.status is S.WAITLISTED

    services.audit_seats(event_id=event.uuid, now=LATER)

    assert stored(waiting).status is S.CONFIRMED
    assert len(claims_in(event)) == 2


def test_adopting_stops_after_as_many_as_it_may_and_goes_on_later(monkeypatch):
    monkeypatch.setattr(places, "_PAGE", 2)
    event, _guests = an_event_with(5, shards=1)
    limit(event, 9)

    assert [adopt_seats(event, limit=2) for _ in range(3)] == [False, False, True]
    assert len(claims_in(event)) == 5


def test_where_nobody_is_to_be_adopted_only_is_read():
    event, _guests = an_event_with(1, capacity=5)

    assert adopt_seats(event)


def test_a_guest_who_leaves_while_being_adopted_gives_the_seat_back(monkeypatch):
    event, (guest,) = an_event_with(1)
    limit(event, 2)
    adopt = seats.adopt

    def and_the_guest_leaves(**given):
        held = adopt(**given)
        cancel(guest)
        return held

    monkeypatch.setattr(seats, "adopt", and_the_guest_leaves)
    assert adopt_seats(event)

    assert claims_in(event) == set()


def test_a_guest_whose_name_changes_while_being_adopted_is_adopted(monkeypatch):
    event, (guest,) = an_event_with(1)
    limit(event, 2)
    adopt = seats.adopt

    def and_something_is_written(**given):
        held = adopt(**given)
        monkeypatch.setattr(seats, "adopt", adopt)
        stored(guest).revise({"note": "late"}, changed_by="USER:olga")
        return held

    monkeypatch.setattr(seats, "adopt", and_something_is_written)
    assert adopt_seats(event)

    assert claims_in(event) == claims_named([guest])


def test_the_limit_is_lifted_while_guests_are_adopted():
    event, guests = an_event_with(2)
    limit(event, 5)
    adopt_seats(event, limit=1)
    limit(event, None, order=3)

    assert adopt_seats(event)
    assert not places.adopt_one(stored(guests[1]), now=NOON)
    assert register(event).registration.claim is None


def test_another_address_while_guests_are_adopted_loses_no_seat():
    event, _guests = an_event_with(0)
    ada = register(event, "ada").registration
    limit(event, 2)
    moved = change_email(ada)

    assert adopt_seats(event)

    assert claims_in(event) == {stored(moved).claim}


def test_an_audit_between_claim_and_registration_leaves_no_guest_without_a_seat():
    event, (guest,) = an_event_with(1, shards=1)
    limit(event, 2)
    with stopping_before_calls():
        adoption = Process("adopt", lambda: adopt_seats(event))
        adoption.until("UpdateItem", Registration)
        seats.audit(
            pool=event.uuid,
            now=LATER,
            thorough=True,
            is_confirmed=lambda claims: [places.standing(claim, stored(guest)) for claim in claims],
            fence=lambda _claim, version: Registration.fence(
                guest.shard, guest.guest, event_id=event.uuid, seen=version
            ),
        )
        assert claims_in(event) == set()
        adoption.finish()

    assert claims_in(event) == claims_named([guest])


# The job


def run_job(event):
    job = start(JobKind.ADOPT_SEATS, event_id=event.uuid, total=None)
    return run_all(job.job_id, now_fn=lambda: NOON)


def test_the_job_adopts_everybody_and_opens_the_pool(monkeypatch):
    monkeypatch.setattr(adoption, "PER_STEP", 2)
    event, guests = an_event_with(5)
    limit(event, 6)

    job = run_job(event)

    assert (job.status, job.done) == (JobStatus.DONE, 5)
    assert claims_in(event) == claims_named(guests)
    assert not pool_of(event).closed


def test_the_job_goes_over_all_partitions():
    event, _guests = an_event_with(40)
    assert event.shards == 16
    limit(event, 50)

    assert run_job(event).done == 40


def test_the_job_begins_anew_when_the_limit_changes_meanwhile(monkeypatch):
    event, guests = an_event_with(3)
    limit(event, 6)
    adopt_page, late = services.adopt_page, []

    def and_somebody_comes_while_it_is_lifted(**given):
        done = adopt_page(**given)
        if not late and given["shard"] == 15:
            limit(event, None, order=3)
            late.append(add(event, "Late").registration)
            limit(event, 6, order=4)
        return done

    monkeypatch.setattr(services, "adopt_page", and_somebody_comes_while_it_is_lifted)
    job = run_job(event)

    assert job.status is JobStatus.DONE
    assert claims_in(event) == claims_named([*guests, *late])


def test_the_job_tries_a_step_again_while_others_change_the_pool(monkeypatch):
    event, guests = an_event_with(1)
    limit(event, 6)
    adopt_page, refused = services.adopt_page, []

    def busy_once(**given):
        if not refused:
            refused.append(given)
            raise PoolBusy("not now")
        return adopt_page(**given)

    monkeypatch.setattr(services, "adopt_page", busy_once)

    assert run_job(event).status is JobStatus.DONE
    assert claims_in(event) == claims_named(guests)


def test_the_job_of_a_limit_that_was_lifted_ends():
    event, _guests = an_event_with(1)
    limit(event, 6)
    limit(event, None, order=3)

    assert run_job(event).status is JobStatus.DONE
    assert claims_in(event) == set()


# Crashes


def end_well(event, capacity: int) -> None:
    """One audit later every claim is a registration's, and every seat is there."""
    for minutes in (2, 4):
        services.audit_seats(
            event_id=event.uuid, now=NOON + timedelta(minutes=minutes), thorough=True
        )
    confirmed = {
        item.claim
        for n in range(int(event.shards))
        for item in Registration.query(f"{event.uuid}#R{n}", consistent_read=True)
        if item.is_confirmed
    }
    assert claims_in(event) == confirmed
    for _ in range(capacity - len(confirmed)):
        assert add(event).registration.claim is not None
    with pytest.raises(SoldOut):
        add(event)


@pytest.mark.parametrize("capacity", [1, 4])
def test_a_limit_that_dies_anywhere_is_set_by_the_audit(capacity):
    survived, writes = False, 1
    while not survived:
        event, _guests = an_event_with(2, shards=1)

        def set_limit(event=event):
            limit(event, capacity)
            adopt_seats(event)

        survived = dies_after(writes, set_limit)
        if Pool.find_pool(event.uuid).capacity is None:
            limit(event, capacity)
        end_well(event, capacity)
        writes += STRIDE

    assert writes > 6


@pytest.mark.parametrize("capacity", [None, 3])
def test_a_capacity_change_of_an_event_with_waiting_guests_dies_anywhere(capacity):
    survived, writes = False, 1
    while not survived:
        event = list_event()
        add(event)
        waiting = [add(event, f"Waits {n}").registration for n in range(3)]

        def change(event=event):
            limit(event, capacity)
            services.promote_waiting(event_id=event.uuid, now=NOON)

        survived = dies_after(writes, change)
        services.audit_seats(event_id=event.uuid, now=LATER, thorough=True)
        services.audit_seats(event_id=event.uuid, now=LATER + timedelta(minutes=2), thorough=True)

        promoted = [stored(guest).status for guest in waiting].count(S.CONFIRMED)
        assert promoted == (3 if capacity is None else 2)
        assert len(claims_in(event)) <= (capacity or 4)
        writes += STRIDE

    assert writes > 4
