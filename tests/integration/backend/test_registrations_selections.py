"""Which guests a tab and a search stand for, page by page."""

from datetime import timedelta

import pytest

from backend.registrations import guests, selections, tickets
from backend.registrations.selections import Group, Selection
from backend.registrations.states import Admission, RegistrationStatus
from tests.factories.events import NOON
from tests.factories.registrations import make_registration
from tests.support.registering import open_event

pytestmark = pytest.mark.usefixtures("tables")
S, A = RegistrationStatus, Admission


@pytest.fixture(params=[50, 500], ids=["one shard", "sixteen shards"])
def event(request):
    return open_event(capacity=request.param)


def guest_of(event, name, **values):
    return make_registration(
        **{
            "event_id": event.uuid,
            "shards": int(event.shards),
            "name": name,
            "user_email": f"{name.lower().replace(' ', '.')}@example.com",
            **values,
        }
    )


def waiting(event, name, minutes):
    email = f"{name.lower()}@example.com"
    guest = guests.guest_key(event.uuid, email)
    return guest_of(
        event,
        name,
        status=S.WAITLISTED,
        waiting_since=NOON + timedelta(minutes=minutes),
        waiting_shard=guests.waiting_shard_of(event.uuid, guest, shards=int(event.shards)),
    )


def names(event, group=Group.ALL, search="", *, limit=2, with_addresses=True):
    """All pages, one after the other."""
    found, start = [], None
    while True:
        page = selections.list_selected(
            event, Selection(group, search), with_addresses=with_addresses, limit=limit, start=start
        )
        found.append([one.name for one in page.items])
        start = page.next_key
        if start is None:
            return found


def test_groups_hold_who_is_of_them(event):
    guest_of(event, "Ada")
    guest_of(event, "Bo", admission=A.IN, admitted_at=NOON, attention=True)
    guest_of(event, "Cleo", admission=A.OUT, admitted_at=NOON)
    guest_of(event, "Dan", status=S.CANCELED, admission=A.IN)
    guest_of(event, "Eve", admission=A.IN, admitted_at=NOON)

    assert names(event) == [["Ada", "Bo"], ["Cleo", "Dan"], ["Eve"]]
    assert names(event, Group.CONFIRMED) == [["Ada", "Bo"], ["Cleo", "Eve"]]
    assert names(event, Group.CHECKED_IN) == [["Bo", "Cleo"], ["Eve"]]
    assert names(event, Group.CHECKED_IN, "c") == [["Cleo"]]
    assert names(event, Group.ATTENTION) == [["Bo"]]
    assert names(event, Group.CANCELED) == [["Dan"]]


def test_who_waits_is_listed_by_how_long(event):
    for name, minutes in (("Zoe", 1), ("Ada", 3), ("Bo", 2), ("Cy", 2), ("Di", 2)):
        waiting(event, name, minutes)

    first, second, third = names(event, Group.WAITLISTED)

    assert first[0] == "Zoe"
    assert {first[1], *second} == {"Bo", "Cy", "Di"}
    assert third == ["Ada"]
    assert names(event, Group.WAITLISTED, "a") == [["Ada"]]


def test_who_is_promoted_meanwhile_waits_no_more(event):
    gone = waiting(event, "Ada", 1)
    gone.status = S.CONFIRMED
    gone.save()

    assert names(event, Group.WAITLISTED) == [[]]


def test_address_finds_its_guest_and_only_for_who_may_see_addresses(event):
    guest_of(event, "Ada")

    assert names(event, search=" ADA@example.com") == [["Ada"]]
    assert names(event, Group.CANCELED, "ada@example.com") == [[]]
    assert names(event, search="ada@example") == [[]]
    assert names(event, search="ada@example.com", with_addresses=False) == [[]]


def test_code_of_a_ticket_finds_its_guest(event):
    ada = guest_of(event, "Ada")
    code = tickets.short_code(ada.guest, ada.ticket_no)

    assert names(event, search=code.lower()) == [["Ada"]]
    assert names(event, Group.CANCELED, code) == [[]]


def test_name_of_eight_letters_is_still_found(event):
    guest_of(event, "Margaret")

    assert names(event, search="margaret") == [["Margaret"]]


def test_page_of_few_who_came_ends_honestly(event, monkeypatch):
    monkeypatch.setattr(selections, "_LOOKED_AT_PER_PAGE", 4)
    monkeypatch.setattr(selections, "_READ_AT_ONCE", 2)
    for number in range(6):
        guest_of(event, f"Guest {number}")
    guest_of(event, "Zoe", admission=A.IN, admitted_at=NOON)

    assert names(event, Group.CHECKED_IN) == [[], ["Zoe"]]
