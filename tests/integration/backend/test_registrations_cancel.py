"""Giving places up, and what an audit frees after a crash, against the local cloud."""

from datetime import timedelta

import pytest

from backend.events.errors import EventForbidden
from backend.registrations import services
from backend.registrations.errors import (
    NotCancelable,
    RegistrationNotFound,
)
from backend.registrations.models import Registration
from backend.seats import services as seats
from backend.seats.models import AuditState, Pool
from backend.shared.actor import SYSTEM
from backend.shared.db import StaleWrite
from backend.shared.states import IllegalTransition
from tests.factories.events import NOON, new_event_id
from tests.factories.registrations import build_registration, make_registration
from tests.support.registering import (
    LATER,
    OLGA,
    S,
    admit,
    claims_in,
    leave,
    open_event,
    person,
    register,
    stored,
)

pytestmark = pytest.mark.usefixtures("tables")


# Canceling


def test_cancel_mine_gives_the_seat_back():
    event = open_event(capacity=1)
    mine = register(event).registration

    canceled = services.cancel_mine(event_id=event.uuid, actor=person(), now=LATER)

    assert (canceled.status, canceled.version, canceled.canceled_at, canceled.claim) == (
        S.CANCELED,
        2,
        LATER,
        None,
    )
    assert (canceled.ticket_no, claims_in(event)) == (mine.ticket_no, set())
    assert register(event, "bob").created


def test_cancel_mine_again_answers_the_same():
    event = open_event()
    register(event)
    services.cancel_mine(event_id=event.uuid, actor=person(), now=NOON)

    again = services.cancel_mine(event_id=event.uuid, actor=person(), now=LATER)

    assert (again.status, again.version, again.canceled_at) == (S.CANCELED, 2, NOON)


def test_cancel_mine_at_an_unlimited_event_frees_no_seat():
    event = open_event(capacity=None)
    register(event)

    canceled = services.cancel_mine(event_id=event.uuid, actor=person(), now=NOON)

    assert canceled.status == S.CANCELED


def test_cancel_mine_without_a_registration_is_refused():
    event = open_event()

    with pytest.raises(RegistrationNotFound):
        services.cancel_mine(event_id=event.uuid, actor=person(), now=NOON)


def test_a_guest_who_is_in_cannot_cancel():
    event = open_event()
    mine = register(event).registration
    admit(mine)

    with pytest.raises(NotCancelable):
        services.cancel_mine(event_id=event.uuid, actor=person(), now=NOON)

    assert claims_in(event) == {mine.claim}


@pytest.mark.parametrize("left", [False, True])
def test_cancel_loses_against_an_admission_that_came_between(left):
    event = open_event()
    seen = register(event).registration
    admit(seen)
    if left:
        leave(seen)

    with pytest.raises(StaleWrite):
        seen.cancel(at=NOON, changed_by="USER:user-ada")

    assert stored(seen).status == S.CONFIRMED


def test_of_two_stale_cancels_one_wins():
    event = open_event()
    first = register(event).registration
    second = stored(first)

    first.cancel(at=NOON, changed_by="USER:user-ada")

    with pytest.raises(StaleWrite) as refused:
        second.cancel(at=NOON, changed_by="USER:user-olga")
    assert refused.value.old.changed_by == "USER:user-ada"


def test_a_stale_cancel_does_not_cancel_a_later_registration():
    event = open_event()
    seen = register(event).registration
    services.cancel_mine(event_id=event.uuid, actor=person(), now=NOON)
    register(event)

    with pytest.raises(StaleWrite):
        seen.cancel(at=NOON, changed_by="USER:user-olga")

    assert stored(seen).status == S.CONFIRMED


def test_cancel_of_a_canceled_registration_is_an_illegal_transition():
    with pytest.raises(IllegalTransition):
        build_registration(status=S.CANCELED).cancel(at=NOON, changed_by="")


def test_organisers_cancel_a_guest_as_they_saw_it():
    event = open_event()
    guest = register(event).registration

    canceled = services.cancel_guest(
        event_id=event.uuid, guest=guest.guest, version=1, actor=OLGA, now=NOON
    )

    assert (canceled.status, canceled.changed_by) == (S.CANCELED, "USER:user-olga")
    assert claims_in(event) == set()


def test_organisers_cannot_cancel_what_changed_since_they_saw_it():
    event = open_event()
    guest = register(event).registration

    with pytest.raises(StaleWrite):
        services.cancel_guest(
            event_id=event.uuid, guest=guest.guest, version=2, actor=OLGA, now=NOON
        )

    assert claims_in(event) == {guest.claim}


@pytest.mark.parametrize("guest", ["0000000000000000", "not a key", "", "ä" * 16])
def test_organisers_cannot_cancel_who_is_not_there(guest):
    event = open_event()

    with pytest.raises(RegistrationNotFound):
        services.cancel_guest(event_id=event.uuid, guest=guest, version=1, actor=OLGA, now=NOON)


def test_other_guests_cannot_cancel_a_guest():
    event = open_event()
    guest = register(event).registration

    with pytest.raises(EventForbidden):
        services.cancel_guest(
            event_id=event.uuid, guest=guest.guest, version=1, actor=person("bob"), now=NOON
        )

    assert stored(guest).status == S.CONFIRMED


# Fences


def test_fence_puts_a_tombstone_without_any_index_attribute():
    event_id = new_event_id()

    assert Registration.fence(f"{event_id}#R0", "0" * 16, event_id=event_id, seen=0)

    tombstone = Registration.find(f"{event_id}#R0", "0" * 16)
    assert set(tombstone.serialize()) == {"shard", "guest", "event_id", "status", "version"}
    assert (tombstone.status, tombstone.version) == (S.TOMBSTONE, 1)


def test_fence_raises_the_version_and_keeps_the_rest():
    guest = make_registration(event_id=new_event_id(), status=S.CANCELED, version=4)

    assert Registration.fence(guest.shard, guest.guest, event_id=guest.event_id, seen=4)

    after = stored(guest)
    assert (after.status, after.version, after.name) == (S.CANCELED, 5, guest.name)


@pytest.mark.parametrize("seen", [0, 3])
def test_fence_at_another_version_does_nothing(seen):
    guest = make_registration(event_id=new_event_id(), status=S.CANCELED, version=4)

    assert not Registration.fence(guest.shard, guest.guest, event_id=guest.event_id, seen=seen)

    assert stored(guest).version == 4


@pytest.mark.parametrize("seen", [1, 3])
def test_commit_refuses_another_version_than_the_one_seen(seen):
    guest = make_registration(event_id=new_event_id(), status=S.CANCELED, version=2)

    with pytest.raises(StaleWrite) as refused:
        build_registration(event_id=guest.event_id).commit(seen=seen)

    assert refused.value.old.version == 2


# Audits


def crash(*_, **__):
    raise SystemExit("the process dies here")


def test_audit_frees_the_seat_of_a_registration_that_was_never_committed(monkeypatch):
    event = open_event(capacity=1)
    with monkeypatch.context() as dying:
        dying.setattr(Registration, "commit", crash)
        with pytest.raises(SystemExit):
            register(event)

    report = services.audit_seats(event_id=event.uuid, now=LATER)

    assert (report.released, claims_in(event)) == (1, set())
    assert register(event, "bob", now=LATER).created


def test_audit_frees_the_seat_of_a_cancellation_that_did_not_release(monkeypatch):
    event = open_event(capacity=1)
    register(event)
    with monkeypatch.context() as dying:
        dying.setattr(seats, "release", crash)
        with pytest.raises(SystemExit):
            services.cancel_mine(event_id=event.uuid, actor=person(), now=NOON)

    services.audit_seats(event_id=event.uuid, now=LATER)

    assert claims_in(event) == set()


def test_audit_keeps_every_confirmed_seat():
    event = open_event(capacity=3)
    for name in ("ada", "bob", "cat"):
        register(event, name)

    report = services.audit_seats(event_id=event.uuid, now=LATER, thorough=True)

    assert (report.inspected, report.released, len(claims_in(event))) == (3, 0, 3)


def test_audit_frees_a_second_claim_of_a_confirmed_guest():
    event = open_event()
    guest = register(event).registration
    seats.claim(pool=event.uuid, guest=guest.guest, now=NOON)

    services.audit_seats(event_id=event.uuid, now=LATER)

    assert (claims_in(event), stored(guest).version) == ({guest.claim}, 1)


def test_audit_fences_a_canceled_guest_before_it_frees_the_claim():
    event = open_event()
    guest = register(event).registration
    services.cancel_mine(event_id=event.uuid, actor=person(), now=NOON)
    seats.claim(pool=event.uuid, guest=guest.guest, now=NOON)

    services.audit_seats(event_id=event.uuid, now=LATER)

    assert (claims_in(event), stored(guest).version) == (set(), 3)


def test_release_seat_repeats_what_a_cancellation_did():
    event = open_event()
    mine = register(event).registration
    services.cancel_mine(event_id=event.uuid, actor=person(), now=NOON)
    again = register(event).registration

    seats.release(pool=event.uuid, claim=mine.claim, now=NOON)

    assert claims_in(event) == {again.claim}


def test_the_last_audit_is_a_day_after_the_event():
    event = open_event(capacity=1)
    register(event)
    end = event.ends_at + services.AUDITED_AFTER_END

    services.audit_seats(event_id=event.uuid, now=end - timedelta(seconds=1))
    assert Pool.find_pool(event.uuid).audit_state == AuditState.NIGHTLY

    services.audit_seats(event_id=event.uuid, now=end)
    assert Pool.find_pool(event.uuid).audit_state is None


def test_the_system_may_cancel_a_guest():
    event = open_event()
    guest = register(event).registration

    canceled = services.cancel_guest(
        event_id=event.uuid, guest=guest.guest, version=1, actor=SYSTEM, now=NOON
    )

    assert canceled.changed_by == "SYSTEM"
