"""Registering, cancelling, admitting and listing, against the local cloud."""

from datetime import timedelta
from types import SimpleNamespace

import pytest

from backend.events.errors import EventForbidden, EventNotFound, SignInNeeded
from backend.events.kinds import Visibility
from backend.events.states import EventStatus
from backend.registrations import guests, queries, services
from backend.registrations.errors import (
    EmailNotVerified,
    NotCancelable,
    RegistrationClosed,
    RegistrationNotFound,
    SoldOut,
    TryAgain,
)
from backend.registrations.models import Registration
from backend.registrations.states import Admission, RegistrationStatus
from backend.seats import queries as seat_queries
from backend.seats import services as seats
from backend.seats.claims import Claim
from backend.seats.errors import PoolBusy
from backend.seats.models import AuditState, Block, Pool
from backend.shared.actor import SYSTEM, VISITOR, Actor, ActorKind
from backend.shared.db import StaleWrite
from backend.shared.errors import BadInput
from backend.shared.states import IllegalTransition
from tests.factories.events import NOON, make_event, new_event_id
from tests.factories.registrations import build_registration, make_registration

LATER = NOON + timedelta(minutes=2)
S, A = RegistrationStatus, Admission
OLGA = Actor(ActorKind.USER, user_id="user-olga", email="olga@example.com", name="Olga")
pytestmark = pytest.mark.usefixtures("tables")


@pytest.fixture(autouse=True)
def a_fresh_process():
    seat_queries.forget_views()


def person(name: str = "ada") -> Actor:
    return Actor(
        ActorKind.USER, user_id=f"user-{name}", email=f"{name}@example.com", name=name.title()
    )


def open_event(capacity: int | None = 50, **values):
    event = make_event(capacity=capacity, **values)
    seats.open_pool(pool=event.uuid, capacity=capacity, now=NOON)
    return event


def register(event, who: str = "ada", **values):
    given = {"name": who.title(), "actor": person(who), "now": NOON}
    return services.register(event_id=event.uuid, **given | values)


def add(event, name="Guest", email=None, actor=OLGA):
    return services.add_guest(event_id=event.uuid, name=name, email=email, actor=actor, now=NOON)


def stored(registration) -> Registration:
    return Registration.find(registration.shard, registration.guest)


def claims_in(event) -> set[Claim]:
    pool = Pool.find_pool(event.uuid)
    blocks = Block.list_for_pool(event.uuid, blocks=int(pool.blocks))
    return {claim for block in blocks for claim, _ in block.list_claims()}


def admit(registration, scan_id="scan-1", at=NOON, gate="North", **values):
    given = {"ticket_no": registration.ticket_no, "changed_by": "USER:desk"}
    return Registration.admit(
        registration.shard, registration.guest, scan_id=scan_id, gate=gate, at=at, **given | values
    )


def undo(registration, scan_id="scan-1"):
    return Registration.undo_admission(
        registration.shard, registration.guest, scan_id=scan_id, changed_by="USER:desk"
    )


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


def test_cancel_loses_against_an_admission_that_came_between():
    event = open_event()
    seen = register(event).registration
    admit(seen)

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


# Admission


def test_admit_lets_the_guest_in_once():
    guest = make_registration(event_id=new_event_id())

    admitted = admit(guest)

    assert (admitted.admission, admitted.admitted_at, admitted.admitted_gate) == (
        A.IN,
        NOON,
        "North",
    )
    with pytest.raises(StaleWrite) as refused:
        admit(guest, "scan-2", at=LATER, gate="South")
    assert (refused.value.old.admitted_scan, refused.value.old.admitted_at) == ("scan-1", NOON)


def test_admit_again_by_the_same_scan_answers_the_first_time_and_gate():
    guest = make_registration(event_id=new_event_id())
    admit(guest)

    again = admit(guest, at=LATER, gate="South")

    assert (again.admitted_at, again.admitted_gate) == (NOON, "North")


@pytest.mark.parametrize("status", [S.CANCELED, S.WAITLISTED, S.TOMBSTONE])
def test_admit_refuses_who_has_no_place(status):
    guest = make_registration(event_id=new_event_id(), status=status)

    with pytest.raises(StaleWrite) as refused:
        admit(guest)

    assert refused.value.old.status == status


def test_admit_refuses_a_ticket_that_was_replaced():
    guest = make_registration(event_id=new_event_id())

    with pytest.raises(StaleWrite):
        admit(guest, ticket_no="0" * 16)


def test_admit_refuses_who_was_never_registered():
    with pytest.raises(StaleWrite) as refused:
        admit(build_registration(event_id=new_event_id()))

    assert refused.value.old is None


def test_undo_expects_the_guest_again():
    guest = make_registration(event_id=new_event_id())
    admit(guest)

    undone = undo(guest)

    assert (undone.admission, undone.admitted_at, undone.admitted_scan, undone.undone_scan) == (
        A.EXPECTED,
        None,
        None,
        "scan-1",
    )
    assert admit(guest, "scan-2", at=LATER).admitted_at == LATER


def test_a_scan_that_was_undone_never_admits_again():
    guest = make_registration(event_id=new_event_id())
    admit(guest)
    undo(guest)

    with pytest.raises(StaleWrite) as refused:
        admit(guest)

    assert refused.value.old.undone_scan == "scan-1"


def test_undo_takes_back_only_the_scan_it_names():
    guest = make_registration(event_id=new_event_id())
    admit(guest)

    with pytest.raises(StaleWrite):
        undo(guest, "scan-2")

    assert stored(guest).admission == A.IN


def test_undo_of_a_guest_who_is_not_in_is_refused():
    guest = make_registration(event_id=new_event_id())

    with pytest.raises(StaleWrite):
        undo(guest)


def test_admissions_change_nothing_that_an_index_holds():
    guest = make_registration(event_id=new_event_id())

    before, after = guest.serialize(), admit(guest).serialize()

    changed = {name for name in {*before, *after} if before.get(name) != after.get(name)}
    assert changed == {"admission", "admitted_at", "admitted_scan", "admitted_gate", "changed_by"}
    assert changed & {"user_email", "registered_at", "event_id", "status"} == set()
    assert changed & {"name_shard", "name_key", "waiting_shard", "waiting_since"} == set()


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


# Reading


def test_find_mine_answers_the_actors_own():
    event = open_event()
    register(event)

    mine = queries.find_mine(event_id=event.uuid, actor=person(), now=NOON)

    assert (mine.user_email, mine.event_id) == ("ada@example.com", event.uuid)


def test_find_mine_takes_a_tombstone_for_nothing():
    event = open_event()
    guest = guests.guest_key(event.uuid, "ada@example.com")
    Registration.fence(f"{event.uuid}#R0", guest, event_id=event.uuid, seen=0)

    assert queries.find_mine(event_id=event.uuid, actor=person(), now=NOON) is None
    with pytest.raises(RegistrationNotFound):
        queries.fetch_mine(event_id=event.uuid, actor=person(), now=NOON)


def test_fetch_mine_answers_a_canceled_registration_too():
    event = open_event()
    register(event)
    services.cancel_mine(event_id=event.uuid, actor=person(), now=NOON)

    assert queries.fetch_mine(event_id=event.uuid, actor=person(), now=NOON).status == S.CANCELED


def test_list_mine_is_paged_and_shows_the_latest_first():
    somebody = person(f"sam-{new_event_id()}")
    events = [open_event() for _ in range(3)]
    for hours, event in enumerate(events):
        services.register(
            event_id=event.uuid, name="Sam", actor=somebody, now=NOON + timedelta(hours=hours)
        )

    first = queries.list_mine(actor=somebody, limit=2)
    second = queries.list_mine(actor=somebody, limit=2, start=first.next_key)

    assert [item.event_id for item in first.items + second.items] == [
        event.uuid for event in reversed(events)
    ]
    assert (first.items[0].name, second.next_key) == ("Sam", None)


def test_fetch_guest_is_for_the_team():
    event = open_event()
    guest = register(event).registration.guest

    found = queries.fetch_guest(event_id=event.uuid, guest=guest, actor=OLGA, now=NOON)

    assert found.name == "Ada"
    with pytest.raises(EventForbidden):
        queries.fetch_guest(event_id=event.uuid, guest=guest, actor=person("bob"), now=NOON)
    with pytest.raises(RegistrationNotFound):
        queries.fetch_guest(event_id=event.uuid, guest="x", actor=OLGA, now=NOON)


def test_guests_are_found_by_the_start_of_their_key():
    event = open_event()
    guest = register(event).registration

    assert [
        [found.name for found in queries.find_by_code_prefix(event, prefix)]
        for prefix in (guest.guest[:7], guest.guest[:6] + "!")
    ] == [["Ada"], []]


def list_names(event, *, actor=OLGA, pages_of: int = 20, **how) -> list[str]:
    """The names of all pages, one after the other."""
    names, start = [], None
    while True:
        page = queries.list_for_event(
            event_id=event.uuid, actor=actor, limit=pages_of, start=start, now=NOON, **how
        )
        names += [item.name for item in page.items]
        start = page.next_key
        if start is None:
            return names


def make_guests(event, names, **values):
    for number, name in enumerate(names):
        make_registration(
            event_id=event.uuid,
            shards=int(event.shards),
            name=name,
            user_email=f"guest{number}-{name}@example.com".replace(" ", ""),
            **values,
        )


@pytest.mark.parametrize("capacity", [250, 10_000, 50_000])
@pytest.mark.parametrize("pages_of", [1, 7, 100])
def test_list_for_event_is_in_order_of_names_over_all_shards_and_pages(capacity, pages_of):
    event = make_event(capacity=capacity)
    names = [f"Guest {number:02d}" for number in range(30)]
    make_guests(event, reversed(names))

    assert list_names(event, pages_of=pages_of) == names


def test_list_for_event_finds_the_start_of_a_name_without_case_or_accents():
    event = make_event(capacity=10_000)
    make_guests(event, ["Émile Zola", "Emilia Ø", "emi", "Em", "Zoe Emil"])

    assert [
        list_names(event, name_prefix=prefix, pages_of=1) for prefix in ("EMI", "Émilia ø")
    ] == [
        ["emi", "Émile Zola", "Emilia Ø"],
        ["Emilia Ø"],
    ]


def test_list_for_event_shows_guests_of_one_name_once_each():
    event = make_event(capacity=10_000)
    make_guests(event, ["Kim Lee"] * 9)

    assert list_names(event, pages_of=2) == ["Kim Lee"] * 9


def test_list_for_event_can_be_narrowed_to_a_status():
    event = make_event()
    make_guests(event, ["Ann", "Ben"])
    make_guests(event, ["Cat", "Dan"], status=S.CANCELED)

    assert list_names(event, status=S.CANCELED, pages_of=1) == ["Cat", "Dan"]


def test_list_for_event_bounds_what_a_page_of_a_rare_status_reads():
    event = make_event()
    make_guests(event, [f"Guest {number:02d}" for number in range(25)])
    make_guests(event, ["Zed"], status=S.CANCELED)

    page = queries.list_for_event(
        event_id=event.uuid, actor=OLGA, status=S.CANCELED, limit=2, now=NOON
    )

    assert (page.items, page.next_key is None) == ([], False)
    assert list_names(event, status=S.CANCELED, pages_of=2) == ["Zed"]


def test_list_for_event_shows_nothing_of_other_events_and_no_tombstones():
    event, other = open_event(), open_event()
    register(event)
    Registration.fence(f"{other.uuid}#R0", "0" * 16, event_id=other.uuid, seen=0)

    assert list_names(other) == []


@pytest.mark.parametrize("actor", [VISITOR, person()])
def test_list_for_event_is_for_the_team(actor):
    event = open_event()

    with pytest.raises(EventForbidden):
        queries.list_for_event(event_id=event.uuid, actor=actor, now=NOON)


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

    services.release_seat(event_id=event.uuid, claim=mine.claim, now=NOON)

    assert claims_in(event) == {again.claim}


def test_audits_that_are_due_are_run_by_event(monkeypatch):
    event = open_event(capacity=1)
    register(event)
    due = {AuditState.SOON: [event.uuid], AuditState.NIGHTLY: [event.uuid]}
    monkeypatch.setattr(
        seat_queries, "list_due", lambda state, **_: SimpleNamespace(items=due[state])
    )

    reports = services.audit_due_seats(now=LATER)

    assert [(event_id, report.released) for event_id, report in reports.items()] == [
        (event.uuid, 0)
    ]


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
