"""Organisers promote guests out of order and let others wait, against the local cloud."""

import pytest

from backend.events.errors import EventForbidden, EventNotFound
from backend.registrations import services
from backend.registrations.errors import (
    NoLimit,
    NotMovable,
    NotWaiting,
    RegistrationClosed,
    RegistrationNotFound,
    SoldOut,
)
from backend.registrations.models import Registration
from backend.seats import services as seats
from backend.seats.models import Pool
from backend.shared.db import StaleWrite
from tests.factories.events import NOON
from tests.support.registering import (
    LATER,
    OLGA,
    A,
    S,
    admit,
    claims_in,
    leave,
    person,
    register,
    stored,
)
from tests.support.waiting import cancel, list_event, move, promote, promote_waiting, queue_up

pytestmark = pytest.mark.usefixtures("tables")
ANNA = person("anna")


def test_promote_guest_gives_a_seat_out_of_order():
    event = list_event()
    ada, bob, cleo = queue_up(event, "ada", "bob", "cleo")
    cancel(ada)

    promoted = promote(cleo)

    assert (promoted.status, claims_in(event)) == (S.CONFIRMED, {promoted.claim})
    assert (promoted.changed_by, stored(bob).status) == (OLGA.label, S.WAITLISTED)


def test_promote_guest_in_a_full_event_is_refused():
    event = list_event()
    _ada, bob = queue_up(event, "ada", "bob")

    with pytest.raises(SoldOut):
        promote(bob)
    assert stored(bob).version == bob.version


def test_promote_guest_refuses_what_was_not_seen_or_does_not_wait():
    event = list_event()
    ada, bob = queue_up(event, "ada", "bob")

    with pytest.raises(StaleWrite):
        promote(bob, version=bob.version + 1)
    with pytest.raises(NotWaiting):
        promote(ada)


def test_promote_guest_gives_the_seat_back_when_the_guest_leaves_meanwhile(monkeypatch):
    event = list_event()
    ada, bob = queue_up(event, "ada", "bob")
    cancel(ada)
    claim = seats.claim

    def and_the_guest_leaves(**given):
        held = claim(**given)
        services.cancel_mine(event_id=event.uuid, actor=person("bob"), now=NOON)
        return held

    monkeypatch.setattr(seats, "claim", and_the_guest_leaves)
    with pytest.raises(StaleWrite):
        promote(bob)

    assert (stored(bob).status, claims_in(event)) == (S.CANCELED, set())


def test_of_two_stale_promotions_one_wins():
    event = list_event(capacity=2)
    bob = register(event, "bob").registration
    first, second = stored(move(bob)), stored(bob)
    one, other = (
        seats.claim(pool=event.uuid, guest=bob.guest, now=NOON, from_list=True) for _ in range(2)
    )

    first.promote(one, changed_by="SYSTEM")

    with pytest.raises(StaleWrite):
        second.promote(other, changed_by="SYSTEM")
    assert stored(bob).claim == one


LATE_WRITES = {
    "promote": lambda seen, held: seen.promote(held, changed_by="SYSTEM"),
    "adopt": lambda seen, held: seen.adopt(held),
    "move": lambda seen, _: seen.move_to_waiting_list(
        waiting_shard="W", since=NOON, changed_by="USER:olga"
    ),
}


@pytest.mark.parametrize("write", LATE_WRITES)
def test_a_fence_keeps_a_write_that_was_decided_before_it_from_landing(write):
    event = list_event(capacity=2)
    ada = register(event, "ada").registration
    seen = stored(move(ada) if write == "promote" else ada)
    held = seats.claim(pool=event.uuid, guest=ada.guest, now=NOON, from_list=True)
    if write == "adopt":
        Registration.change(ada.shard, ada.guest, actions=[Registration.claim_attempt.remove()])
    assert Registration.fence(ada.shard, ada.guest, event_id=event.uuid, seen=int(seen.version))

    with pytest.raises(StaleWrite):
        LATE_WRITES[write](seen, held)


def test_move_to_waiting_list_frees_the_seat_for_who_waits_longest():
    event = list_event()
    ada, bob = queue_up(event, "ada", "bob")

    moved = move(ada, at=LATER)

    assert (moved.status, moved.claim, moved.waiting_since) == (S.WAITLISTED, None, LATER)
    assert (moved.ticket_no, claims_in(event)) == (ada.ticket_no, set())
    assert promote_waiting(event, at=LATER) == 1
    assert (stored(bob).status, stored(ada).status) == (S.CONFIRMED, S.WAITLISTED)


def test_move_to_waiting_list_raises_the_flag():
    event = list_event(capacity=5)
    move(*queue_up(event, "ada"))

    assert Pool.find_pool(event.uuid).waiting


@pytest.mark.parametrize("left", [False, True])
def test_move_to_waiting_list_refuses_a_guest_who_came(left):
    event = list_event()
    (ada,) = queue_up(event, "ada")
    admit(ada)
    if left:
        leave(ada)

    with pytest.raises(NotMovable):
        move(ada)


def test_move_to_waiting_list_refuses_a_guest_who_comes_meanwhile(monkeypatch):
    event = list_event()
    (ada,) = queue_up(event, "ada")
    monkeypatch.setattr(services.moving.policies, "check_movable", lambda _: admit(ada))

    with pytest.raises(StaleWrite):
        move(ada)
    assert stored(ada).admission is A.IN


def test_move_to_waiting_list_refuses_who_has_no_place_or_changed():
    event = list_event()
    ada, bob = queue_up(event, "ada", "bob")

    with pytest.raises(NotMovable):
        move(bob)
    with pytest.raises(StaleWrite):
        move(ada, version=ada.version + 1)


def test_nobody_is_moved_to_the_list_of_an_event_without_a_limit():
    event = list_event(capacity=None)
    (ada,) = queue_up(event, "ada")

    with pytest.raises(NoLimit):
        move(ada)


@pytest.mark.parametrize("act", [move, promote])
def test_only_organisers_move_and_promote(act):
    event = list_event()
    ada, bob = queue_up(event, "ada", "bob")
    guest = ada if act is move else bob

    with pytest.raises(EventForbidden):
        act(guest, actor=ANNA)
    guest.event_id = "no-such-event"
    with pytest.raises(EventNotFound):
        act(guest)
    guest.event_id, guest.guest = event.uuid, "0" * 16
    with pytest.raises(RegistrationNotFound):
        act(guest)


@pytest.mark.parametrize("act", [move, promote])
def test_nobody_is_moved_or_promoted_once_the_event_is_over(act):
    event = list_event()
    ada, bob = queue_up(event, "ada", "bob")

    with pytest.raises(RegistrationClosed):
        act(ada if act is move else bob, at=event.ends_at)
