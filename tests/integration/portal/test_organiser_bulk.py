"""Tabs with counts, searches of all kinds, and one change to the ticked guests or to all."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from backend.activity.models import Stats
from backend.jobs.models import Job
from backend.registrations import guests, tickets
from backend.registrations.models import Registration
from backend.registrations.states import Admission, RegistrationStatus
from backend.seats import services as seats
from tests.factories.events import make_event
from tests.integration.portal.guest_lists import guest_of, list_of, named
from tests.integration.portal.people import browser_of
from tests.support.jobs import run_all

pytestmark = pytest.mark.usefixtures("portal")
NOW = datetime.now(UTC)
S = RegistrationStatus


@pytest.fixture
def event(portal):
    event = make_event(starts_at=NOW + timedelta(hours=1), capacity=50, waiting_list=True)
    seats.open_pool(pool=event.uuid, capacity=50, now=NOW)
    return event


def waiting(event, name, minutes) -> Registration:
    one = guest_of(event, name, status=S.WAITLISTED)
    one.waiting_shard = guests.waiting_shard_of(event.uuid, one.guest, shards=int(event.shards))
    one.waiting_since = NOW + timedelta(minutes=minutes)
    one.save()
    return one


def change(client, event, **values):
    return client.post(f"{list_of(event)}/change", values)


def job_of(response) -> Job:
    found = re.search(r"/jobs/(\w+)$", response["Location"])
    assert found, response["Location"]
    return Job.fetch(found[1])


def statuses(*registrations) -> list[RegistrationStatus]:
    return [Registration.fetch(one.shard, one.guest).status for one in registrations]


# Tabs and searches


def test_tabs_say_how_many_they_hold(event):
    counts = {"registered": 9, "canceled": 2, "waiting": 4, "given_up": 1, "admitted": 5}
    Stats.add_up(f"{event.uuid}#R0", counts, first_seq="1", last_seq="2")

    page = browser_of("organiser", event.uuid).get(list_of(event))

    assert [(str(tab["label"]), tab["count"]) for tab in page.context["tabs"]] == [
        ("All", 12),
        ("Confirmed", 7),
        ("Waiting list", 4),
        ("Checked in", 5),
        ("Needs attention", None),
        ("Canceled", 1),
    ]


def test_tabs_of_arrival_and_attention_hold_their_guests(event):
    guest_of(event, "Ada", admission=Admission.IN, admitted_at=NOW)
    guest_of(event, "Bo", attention=True)
    guest_of(event, "Cy", admission=Admission.OUT)
    client = browser_of("desk", event.uuid)

    assert named(client.get(f"{list_of(event)}?status=CHECKED_IN")) == ["Ada", "Cy"]
    page = client.get(f"{list_of(event)}?status=ATTENTION")
    assert named(page) == ["Bo"]
    assert "Needs attention" in page.text


def test_who_waits_stands_in_line_with_a_number(event, monkeypatch):
    monkeypatch.setattr("portal.organiser.views.registrations.PER_PAGE", 2)
    for name, minutes in (("Zoe", 1), ("Ada", 2), ("Bo", 3)):
        waiting(event, name, minutes)
    client = browser_of("organiser", event.uuid)

    first = client.get(f"{list_of(event)}?status=WAITLISTED")
    second = client.get(list_of(event) + first.context["trail"].next)

    assert (named(first), named(second)) == (["Zoe", "Ada"], ["Bo"])
    assert "No. 1" in first.text
    assert "No. 3" in second.text


def test_organiser_finds_by_address_and_code_and_the_desk_by_code(event):
    ada = guest_of(event, "Ada", user_email="ada@example.com")
    code = tickets.short_code(ada.guest, ada.ticket_no)
    organiser, desk = browser_of("organiser", event.uuid), browser_of("desk", event.uuid)

    def found(client, text):
        return named(client.get(list_of(event), {"q": text}))

    assert [found(organiser, text) for text in ("ADA@example.com", code)] == [["Ada"], ["Ada"]]
    assert [found(desk, text) for text in ("ada@example.com", code)] == [[], ["Ada"]]


def test_search_without_a_find_in_a_tab_leads_to_the_same_in_all(event):
    page = browser_of("organiser", event.uuid).get(
        list_of(event), {"q": "a&b /c", "status": "CANCELED"}
    )

    assert f'href="{list_of(event)}?q=a%26b%20%2Fc"' in page.text


def test_desk_has_nothing_to_tick_or_to_take_along(event):
    guest_of(event, "Ada")

    page = browser_of("desk", event.uuid).get(list_of(event)).text

    assert [word for word in ("data-bulk", "/import", "/export") if word in page] == []


def test_erased_guest_has_a_row(event):
    guest_of(event, "Ada", erased_at=NOW)
    gone = guest_of(event, "Bo")
    gone.name = None
    gone.save()

    assert "Erased guest" in browser_of("organiser", event.uuid).get(list_of(event)).text


# Changes


@pytest.mark.parametrize(
    ("status", "has_list", "first", "last"),
    [
        ("", True, "TO_WAITING_LIST", "PROMOTE"),
        ("", False, "RESEND_TICKET", "PROMOTE"),
        ("CONFIRMED", True, "TO_WAITING_LIST", "CANCEL"),
        ("WAITLISTED", True, "PROMOTE", "CANCEL"),
        ("CHECKED_IN", True, "MARK", "UNMARK"),
    ],
)
def test_tab_offers_what_fits_it(event, status, has_list, first, last):
    event.waiting_list = has_list
    event.save()

    page = browser_of("organiser", event.uuid).get(list_of(event), {"status": status})

    offered = [look.change for look in page.context["changes"]]
    assert (offered[0], offered[-1]) == (first, last)


def test_ticked_guests_are_changed_and_the_job_says_who_was_not(event):
    ada, bo, cy = (guest_of(event, name) for name in ("Ada", "Bo", "Cy"))
    bo.admission = Admission.IN
    bo.save()
    client = browser_of("organiser", event.uuid)

    answer = change(client, event, change="CANCEL", guest=[ada.guest, bo.guest])
    done = run_all(job_of(answer).job_id)

    assert statuses(ada, bo, cy) == [S.CANCELED, S.CONFIRMED, S.CONFIRMED]
    page = client.get(answer["Location"])
    assert (done.done, done.failed) == (1, 1)
    assert f"/registrations/{bo.guest}" in page.text


def test_all_that_match_are_changed_whatever_is_ticked(event):
    ada, anna, bo = (guest_of(event, name) for name in ("Ada", "Anna", "Bo"))

    answer = change(
        browser_of("organiser", event.uuid),
        event,
        change="CANCEL",
        all="1",
        q="a",
        status="CONFIRMED",
        guest=[bo.guest],
    )
    run_all(job_of(answer).job_id)

    assert statuses(ada, anna, bo) == [S.CANCELED, S.CANCELED, S.CONFIRMED]


def test_form_sent_twice_begins_one_job(event):
    ada = guest_of(event, "Ada")
    client = browser_of("organiser", event.uuid)

    answers = [
        change(client, event, change="MARK", guest=ada.guest, key="pressed") for _ in range(2)
    ]

    assert job_of(answers[0]).job_id == job_of(answers[1]).job_id


def test_second_change_leads_to_the_one_that_is_running(event):
    ada = guest_of(event, "Ada")
    client = browser_of("organiser", event.uuid)
    first = change(client, event, change="MARK", guest=ada.guest)

    second = change(client, event, change="CANCEL", guest=ada.guest)

    assert second["Location"] == first["Location"]
    assert "nothing was changed" in client.get(second["Location"]).text
    assert statuses(ada) == [S.CONFIRMED]


@pytest.mark.parametrize(
    "values",
    [
        {"change": "CANCEL"},
        {"change": "DELETE", "guest": "0" * 16},
        {"change": "CANCEL", "guest": "x"},
        {},
    ],
)
def test_odd_form_leads_back_with_what_is_wrong(event, values):
    client = browser_of("organiser", event.uuid)

    answer = client.post(f"{list_of(event)}/change", values, headers={"Referer": list_of(event)})

    assert answer.status_code == 302
    assert "/jobs/" not in answer["Location"]
