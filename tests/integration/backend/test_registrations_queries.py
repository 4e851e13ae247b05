"""Finding and listing registrations, against the local cloud."""

from datetime import timedelta

import pytest

from backend.events.errors import EventForbidden
from backend.registrations import guests, queries, services
from backend.registrations.errors import (
    RegistrationNotFound,
)
from backend.registrations.models import Registration
from backend.shared.actor import VISITOR
from tests.factories.events import NOON, make_event, new_event_id
from tests.factories.registrations import make_registration
from tests.support.registering import (
    OLGA,
    S,
    open_event,
    person,
    register,
)

pytestmark = pytest.mark.usefixtures("tables")


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
