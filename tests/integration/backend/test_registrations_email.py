"""A registration under another address: one transaction, or nothing, against the local cloud."""

import pytest
from ulid import ULID

from backend.checkin import services as checkin
from backend.checkin.kinds import ScanResult
from backend.events.errors import EventForbidden
from backend.registrations import queries, services, tickets
from backend.registrations.errors import GuestAlreadyRegistered, GuestErased, NotMovable
from backend.registrations.models import Registration
from backend.registrations.services import renaming
from backend.seats import services as seats
from backend.seats.errors import TryAgain
from backend.shared.db import StaleWrite
from backend.shared.errors import BadInput
from tests.factories.events import NOON
from tests.support.interleaving import (
    CRASH_AFTER,
    CRASH_BEFORE,
    Process,
    land,
    stopping_before_calls,
)
from tests.support.meetups import open_meetup
from tests.support.registering import (
    LATER,
    OLGA,
    A,
    S,
    add,
    admit,
    claims_in,
    leave,
    open_event,
    person,
    register,
    stored,
)
from tests.support.waiting import cancel, change_email, list_event, promote_waiting, queue_up

pytestmark = pytest.mark.usefixtures("tables")


def ada_at(event) -> Registration:
    return register(event, "ada").registration


def active(event) -> list[Registration]:
    found = Registration.query(f"{event.uuid}#R0", consistent_read=True)
    return [item for item in found if item.is_active]


def test_change_email_moves_the_place_to_another_key():
    event = open_event()
    ada = ada_at(event)

    moved = change_email(ada, " New@Example.com ")

    new = stored(moved)
    assert (new.user_email, new.name, new.status) == ("new@example.com", "Ada", S.CONFIRMED)
    assert (new.registered_at, new.former_guest) == (ada.registered_at, ada.guest)
    assert new.guest != ada.guest
    assert new.ticket_no != ada.ticket_no
    assert claims_in(event) == {new.claim}
    assert [item.guest for item in active(event)] == [new.guest]


def test_change_email_leaves_a_tombstone_without_a_trace_of_the_person():
    event = open_event()
    ada = ada_at(event)

    change_email(ada)

    left = stored(ada).serialize()
    assert set(left) == {
        "shard",
        "guest",
        "event_id",
        "status",
        "version",
        "ticket_no",
        "changed_by",
    }
    assert (stored(ada).status, stored(ada).version) == (S.TOMBSTONE, 2)
    assert stored(ada).ticket_no == ada.ticket_no


def test_the_new_address_finds_the_place_and_the_old_one_may_register_again():
    event = open_event()
    change_email(ada_at(event), "bob@example.com")

    mine = queries.fetch_mine(event_id=event.uuid, actor=person("bob"), now=NOON)
    again = register(event, "ada")

    assert mine.status is S.CONFIRMED
    assert (again.created, again.registration.version) == (True, 3)
    assert len(claims_in(event)) == 2


def test_change_email_there_and_back_gives_the_seat_another_claim_each_time():
    event = open_event()
    ada = ada_at(event)

    back = change_email(change_email(ada), "ada@example.com")
    seats.release(pool=event.uuid, claim=ada.claim, now=NOON)

    assert (back.guest, back.version) == (ada.guest, 3)
    assert claims_in(event) == {back.claim}


def test_change_email_of_who_waits_keeps_the_place_on_the_list():
    event = list_event()
    ada, bob = queue_up(event, "ada", "bob")
    register(event, "cleo", now=LATER)

    moved = change_email(bob)
    cancel(ada)

    assert (moved.waiting_since, moved.claim) == (bob.waiting_since, None)
    assert promote_waiting(event) == 1
    assert stored(moved).status is S.CONFIRMED


def test_change_email_at_an_event_without_a_limit_takes_no_claim():
    event = open_event(capacity=None)

    moved = change_email(ada_at(event))

    assert (moved.status, stored(moved).claim) == (S.CONFIRMED, None)


def test_change_email_of_a_guest_who_is_in_keeps_the_admission():
    event = open_event()
    ada = ada_at(event)
    admit(ada)
    leave(ada)

    moved = stored(change_email(stored(ada)))

    assert (moved.admission, moved.admitted_scan) == (A.OUT, "scan-1")
    assert (moved.arrived_at, moved.left_scan) == (NOON, "exit-1")


def test_change_email_gives_a_walk_in_an_address():
    event = open_event()
    walk_in = add(event, "Walk-in").registration

    assert change_email(walk_in).user_email == "new@example.com"


def test_change_email_to_the_address_there_is_changes_nothing():
    event = open_event()
    ada = ada_at(event)

    assert change_email(ada, "ADA@example.com").ticket_no == ada.ticket_no
    assert stored(ada).version == 1


def test_change_email_takes_the_key_of_a_canceled_guest():
    event = open_event()
    bob = register(event, "bob").registration
    cancel(bob)

    moved = change_email(ada_at(event), "bob@example.com")

    assert (moved.guest, moved.version, moved.status) == (bob.guest, 3, S.CONFIRMED)


def test_change_email_to_the_address_of_another_guest_is_refused():
    event = open_event()
    ada = ada_at(event)
    register(event, "bob")

    with pytest.raises(GuestAlreadyRegistered):
        change_email(ada, "bob@example.com")
    assert stored(ada).is_confirmed


def test_change_email_of_a_canceled_guest_is_refused():
    event = open_event()
    canceled = cancel(ada_at(event))

    with pytest.raises(NotMovable):
        change_email(canceled)


def test_change_email_refuses_what_was_not_seen_and_who_may_not():
    ada = ada_at(open_event())

    with pytest.raises(StaleWrite):
        change_email(ada, version=7)
    with pytest.raises(BadInput):
        change_email(ada, "no address")
    with pytest.raises(EventForbidden):
        change_email(ada, actor=person("anna"))


def test_change_email_of_an_erased_guest_is_refused():
    ada = ada_at(open_event())
    erased = Registration.change(ada.shard, ada.guest, actions=[Registration.erased_at.set(NOON)])

    with pytest.raises(GuestErased):
        change_email(erased)


def test_the_old_ticket_is_revoked_and_the_new_one_opens_the_door():
    meetup = open_meetup()
    ada = meetup.register()
    old = tickets.issue(ada)
    moved = change_email(ada, actor=meetup.organiser)

    def scan(ticket: str, scan_id: str) -> ScanResult:
        return checkin.admit(
            event_id=meetup.event.uuid,
            ticket=ticket,
            scan_id=scan_id,
            gate="North",
            actor=meetup.organiser,
            now=NOON,
        ).result

    assert scan(old, str(ULID())) is ScanResult.REVOKED
    assert scan(tickets.issue(moved), str(ULID())) is ScanResult.ADMITTED


# Races past the look before


def meanwhile(monkeypatch, happens):
    """Let something happen once, right before the transaction is written."""
    write = renaming._write
    done = []

    def after_it(*given, **values):
        if not done:
            done.append(happens())
        write(*given, **values)

    monkeypatch.setattr(renaming, "_write", after_it)


def test_a_guest_who_comes_in_meanwhile_is_in_afterwards(monkeypatch):
    event = open_event()
    ada = ada_at(event)
    meanwhile(monkeypatch, lambda: admit(ada))

    moved = change_email(ada)

    assert (stored(moved).admission, stored(moved).admitted_scan) == (A.IN, "scan-1")
    assert stored(ada).status is S.TOMBSTONE


def test_a_guest_who_leaves_meanwhile_is_out_afterwards(monkeypatch):
    event = open_event()
    ada = ada_at(event)
    admit(ada)
    meanwhile(monkeypatch, lambda: leave(ada))

    assert stored(change_email(stored(ada))).admission is A.OUT


def test_a_guest_who_cancels_meanwhile_stays_canceled(monkeypatch):
    event = open_event()
    ada = ada_at(event)
    meanwhile(monkeypatch, lambda: cancel(ada))

    with pytest.raises(StaleWrite):
        change_email(ada)
    assert (active(event), claims_in(event)) == ([], set())


def test_who_registers_under_the_new_address_meanwhile_keeps_it(monkeypatch):
    event = open_event()
    ada = ada_at(event)
    meanwhile(monkeypatch, lambda: register(event, "bob"))

    with pytest.raises(GuestAlreadyRegistered):
        change_email(ada, "bob@example.com")
    assert len(claims_in(event)) == len(active(event)) == 2


def test_a_fence_on_the_new_key_meanwhile_is_no_obstacle(monkeypatch):
    event = open_event()
    ada = ada_at(event)
    key = renaming.guests.guest_key(event.uuid, "new@example.com")
    meanwhile(monkeypatch, lambda: Registration.fence(ada.shard, key, event_id=event.uuid, seen=0))

    assert change_email(ada).version == 2


def test_a_seat_that_is_gone_moves_nothing():
    event = open_event()
    ada = ada_at(event)
    seats.release(pool=event.uuid, claim=ada.claim, now=NOON)

    with pytest.raises(StaleWrite):
        change_email(ada)
    assert stored(ada).is_confirmed


@pytest.mark.parametrize("death", [CRASH_BEFORE, CRASH_AFTER])
def test_a_change_of_address_that_dies_anywhere_has_happened_or_not(death):
    survived, calls = False, 0
    while not survived:
        event = open_event(capacity=2)
        ada = ada_at(event)
        with stopping_before_calls():
            change = Process("change", lambda ada=ada: change_email(ada))
            for _ in range(calls):
                if not change.is_over:
                    change.step()
            survived = change.is_over
            if not survived:
                change.step(death)

        (there,) = active(event)
        assert claims_in(event) == {there.claim}
        services.audit_seats(event_id=event.uuid, now=LATER, thorough=True)
        assert claims_in(event) == {there.claim}
        add(event, "The other seat")
        calls += 1

    assert calls > 2


def test_a_registering_call_whose_answer_was_lost_does_not_register_the_old_address_again():
    event = open_event()
    with stopping_before_calls():
        call = Process("register", lambda: register(event, "ada"))
        land(call.until("PutItem", Registration).call)
        moved = change_email(active(event)[0])
        call.finish()

    assert isinstance(call.refusal, TryAgain)
    assert [item.guest for item in active(event)] == [moved.guest]
    assert claims_in(event) == {moved.claim}


def test_a_registering_call_whose_answer_was_lost_finds_its_ticket_though_it_was_replaced():
    event = open_event()
    with stopping_before_calls():
        call = Process("register", lambda: register(event, "ada"))
        land(call.until("PutItem", Registration).call)
        ada = active(event)[0]
        services.reissue_ticket(
            event_id=event.uuid, guest=ada.guest, version=ada.version, actor=OLGA, now=NOON
        )
        cancel(ada)
        call.finish()

    assert (call.answer.created, active(event)) == (True, [])
    assert claims_in(event) == set()
