"""Registering, by guests and by organisers, against the local cloud."""

import pytest

from backend.events.errors import EventForbidden, EventNotFound, SignInNeeded
from backend.events.kinds import Visibility
from backend.events.states import EventStatus
from backend.registrations import guests, queries, services
from backend.registrations.errors import (
    EmailNotVerified,
    RegistrationClosed,
    SoldOut,
)
from backend.registrations.models import Registration
from backend.seats.errors import PoolBusy, TryAgain
from backend.shared.actor import VISITOR, Actor, ActorKind
from backend.shared.errors import BadInput
from tests.factories.events import NOON, make_event, new_event_id
from tests.support.registering import (
    LATER,
    A,
    S,
    add,
    admit,
    claims_in,
    open_event,
    person,
    register,
    stored,
    undo,
)

pytestmark = pytest.mark.usefixtures("tables")


# Registering


def test_register_confirms_the_guest_and_holds_one_seat():
    event = open_event()

    outcome = register(event)

    found = stored(outcome.registration)
    assert outcome.created
    assert (found.status, found.name, found.user_email, found.user_id, found.version) == (
        S.CONFIRMED,
        "Ada",
        "ada@example.com",
        "user-ada",
        1,
    )
    assert (found.admission, found.registered_at, found.changed_by) == (
        A.EXPECTED,
        NOON,
        "USER:user-ada",
    )
    assert claims_in(event) == {found.claim}


def test_registering_twice_answers_the_first_registration_and_holds_one_seat():
    event = open_event()

    first, second = register(event), register(event, name="Somebody Else")

    assert (first.created, second.created) == (True, False)
    assert second.registration.ticket_no == first.registration.ticket_no
    assert claims_in(event) == {first.registration.claim}


def test_registering_twice_at_a_full_event_answers_the_first_registration():
    event = open_event(capacity=1)

    first, second = register(event), register(event)

    assert (second.created, second.registration.ticket_no) == (False, first.registration.ticket_no)


def test_register_at_a_full_event_is_refused_and_writes_nothing():
    event = open_event(capacity=1)
    register(event)

    with pytest.raises(SoldOut):
        register(event, "bob")

    assert queries.find_mine(event_id=event.uuid, actor=person("bob"), now=NOON) is None


def test_a_canceled_guest_of_an_event_that_is_full_by_now_is_told_so():
    event = open_event(capacity=1)
    register(event)
    services.cancel_mine(event_id=event.uuid, actor=person(), now=NOON)
    register(event, "bob")

    with pytest.raises(SoldOut):
        register(event)


def test_register_at_an_unlimited_event_takes_no_claim():
    event = open_event(capacity=None)

    outcome = register(event)

    assert (stored(outcome.registration).status, outcome.registration.claim) == (S.CONFIRMED, None)


def test_register_after_canceling_starts_afresh():
    event = open_event()
    first = register(event).registration
    admit(first)
    undo(first)
    services.cancel_mine(event_id=event.uuid, actor=person(), now=NOON)

    again = register(event, now=LATER)

    found = stored(again.registration)
    assert again.created
    assert (found.status, found.version, found.registered_at) == (S.CONFIRMED, 3, LATER)
    assert (found.canceled_at, found.undone_scan) == (None, None)
    assert found.ticket_no != first.ticket_no
    assert claims_in(event) == {found.claim} != {first.claim}


def test_register_over_a_tombstone_starts_afresh():
    event = open_event()
    guest = guests.guest_key(event.uuid, "ada@example.com")
    shard = guests.shard_of(event.uuid, guest, shards=1)
    assert Registration.fence(shard, guest, event_id=event.uuid, seen=0)

    outcome = register(event)

    assert (outcome.created, stored(outcome.registration).version) == (True, 2)
    assert claims_in(event) == {outcome.registration.claim}


def test_register_answers_its_own_commit_whose_answer_was_lost(monkeypatch):
    event = open_event()
    commit = Registration.commit

    def commit_twice(self, *, seen):
        commit(self, seen=seen)
        commit(self, seen=seen)

    monkeypatch.setattr(Registration, "commit", commit_twice)
    outcome = register(event)

    assert (outcome.created, outcome.registration.version) == (True, 1)
    assert claims_in(event) == {outcome.registration.claim}


def test_register_answers_its_own_commit_though_it_was_canceled_before_the_answer(monkeypatch):
    event = open_event()
    commit = Registration.commit

    def commit_then_lose_it(self, *, seen):
        commit(self, seen=seen)
        services.cancel_mine(event_id=event.uuid, actor=person(), now=NOON)
        commit(self, seen=seen)

    monkeypatch.setattr(Registration, "commit", commit_then_lose_it)
    outcome = register(event)

    assert (outcome.created, outcome.registration.status) == (True, S.CANCELED)
    assert claims_in(event) == set()


def test_register_gives_up_when_the_guest_keeps_changing(monkeypatch):
    event = open_event()
    commit = Registration.commit

    def commit_too_late(self, *, seen):
        Registration.fence(self.shard, self.guest, event_id=event.uuid, seen=seen)
        commit(self, seen=seen)

    monkeypatch.setattr(Registration, "commit", commit_too_late)
    with pytest.raises(TryAgain):
        register(event)

    assert claims_in(event) == set()


def test_register_before_the_pool_is_open_is_refused_as_busy():
    with pytest.raises(PoolBusy):
        register(make_event())


def test_a_visitor_is_asked_to_sign_in():
    event = open_event()

    with pytest.raises(SignInNeeded):
        register(event, actor=VISITOR)

    assert claims_in(event) == set()


def test_a_user_without_a_verified_address_is_refused():
    event = open_event()

    with pytest.raises(EmailNotVerified):
        register(event, actor=Actor(ActorKind.USER, user_id="user-eve"))

    assert claims_in(event) == set()


@pytest.mark.parametrize("name", ["", "N" * 201, "Ada\x00"])
def test_register_refuses_what_is_no_name(name):
    event = open_event()

    with pytest.raises(BadInput):
        register(event, actor=person(), name=name)

    assert claims_in(event) == set()


def test_register_stores_the_name_in_normal_form():
    event = open_event()

    outcome = register(event, "zoe", name=" Zoe\u0308 ")

    assert stored(outcome.registration).name == "Zo\u00eb"


def test_register_at_an_unknown_event_is_refused():
    with pytest.raises(EventNotFound):
        services.register(event_id=new_event_id(), name="Ada", actor=person(), now=NOON)


@pytest.mark.parametrize(
    "values", [{"status": EventStatus.DRAFT}, {"visibility": Visibility.PRIVATE}]
)
def test_register_at_an_event_strangers_may_not_know_is_refused(values):
    event = open_event(**values)

    with pytest.raises(EventNotFound):
        register(event)

    assert claims_in(event) == set()


def test_the_owner_may_register_at_a_private_event():
    event = open_event(visibility=Visibility.PRIVATE)

    assert register(event, "olga").created


@pytest.mark.parametrize("status", [EventStatus.CANCELED, EventStatus.FINISHED])
def test_register_at_a_closed_event_is_refused(status):
    event = open_event(status=status)

    with pytest.raises(RegistrationClosed):
        register(event)

    assert claims_in(event) == set()


def test_register_at_an_event_that_is_over_is_refused():
    event = open_event()

    with pytest.raises(RegistrationClosed):
        register(event, now=event.ends_at)


# Organisers add guests


def test_organisers_add_a_guest_by_address():
    event = open_event()

    outcome = add(event, "Bob", "Bob@Example.com")

    found = stored(outcome.registration)
    assert (outcome.created, found.user_email, found.user_id, found.changed_by) == (
        True,
        "bob@example.com",
        None,
        "USER:user-olga",
    )


def test_a_guest_an_organiser_added_registers_and_gets_the_same_registration():
    event = open_event()
    added = add(event, "Ada", "ADA@example.com")

    outcome = register(event)

    assert (outcome.created, outcome.registration.ticket_no) == (
        False,
        added.registration.ticket_no,
    )


def test_guests_without_an_address_are_new_each_time():
    event = open_event()

    outcomes = [add(event, "Walk In"), add(event, "Walk In")]

    assert [outcome.created for outcome in outcomes] == [True, True]
    assert len(claims_in(event)) == 2


def test_adding_a_guest_beyond_capacity_is_refused():
    event = open_event(capacity=1)
    add(event)

    with pytest.raises(SoldOut):
        add(event)


@pytest.mark.parametrize("actor", [person("bob"), VISITOR])
def test_others_add_nobody(actor):
    event = open_event()

    with pytest.raises(EventForbidden):
        add(event, "Ada", "ada@example.com", actor=actor)

    assert claims_in(event) == set()


def test_adding_a_guest_refuses_what_is_no_address():
    event = open_event()

    with pytest.raises(BadInput):
        add(event, "Ada", "ada@")

    assert claims_in(event) == set()


def test_adding_a_guest_to_a_draft_is_refused():
    event = open_event(status=EventStatus.DRAFT)

    with pytest.raises(RegistrationClosed):
        add(event)
