from datetime import UTC, datetime, timedelta

import pytest

from backend.events.states import EventStatus
from backend.registrations.models import Registration
from backend.registrations.states import RegistrationStatus
from backend.seats import services as seats
from tests.factories.events import make_event
from tests.integration.portal.guest_lists import everybody, guest_of, list_of, named
from tests.integration.portal.people import browser_of
from tests.support.recorded_calls import recorded_calls

pytestmark = pytest.mark.usefixtures("portal")
NOW = datetime.now(UTC)
TEAM = ["owner", "organiser", "administrator"]


@pytest.fixture
def event(portal):
    event = make_event(starts_at=NOW + timedelta(hours=1), capacity=3)
    seats.open_pool(pool=event.uuid, capacity=3, now=NOW)
    return event


# The list


def test_list_is_ordered_by_name_whatever_the_accents(event):
    for name in ("Željko Đurić", "Bo Li", "Åsa Ångström"):
        guest_of(event, name)

    response = browser_of("organiser", event.uuid).get(list_of(event))

    assert named(response) == ["Åsa Ångström", "Bo Li", "Željko Đurić"]


def test_search_finds_the_start_of_a_name_and_stays_in_the_field(event):
    for name in ("Zeno", "Željko Đurić", "Bo Zelik"):
        guest_of(event, name)

    response = browser_of("organiser", event.uuid).get(f"{list_of(event)}?q=zel")

    assert named(response) == ["Željko Đurić"]
    assert 'name="q" value="zel"' in response.text


def test_status_tab_narrows_the_list_and_keeps_the_search(event):
    guest_of(event, "Bo Li")
    guest_of(event, "Bo Lee", status=RegistrationStatus.CANCELED, canceled_at=NOW)
    client = browser_of("organiser", event.uuid)

    response = client.get(f"{list_of(event)}?q=bo&status=CANCELED")

    tabs = {tab["label"]: tab["href"] for tab in response.context["tabs"]}
    assert named(response) == ["Bo Lee"]
    assert tabs["Confirmed"] == "?q=bo&status=CONFIRMED"
    assert tabs["All"] == "?q=bo"


@pytest.mark.parametrize("query", ["?status=TOMBSTONE", "?status=x", "?q=%00", "?q=" + "x" * 5000])
def test_odd_filters_are_no_error(event, query):
    assert browser_of("organiser", event.uuid).get(list_of(event) + query).status_code == 200


def test_pages_lead_forward_and_back_and_keep_the_filter(event, monkeypatch):
    monkeypatch.setattr("portal.organiser.views.registrations.PER_PAGE", 2)
    for number in range(5):
        guest_of(event, f"Guest {number}")
    guest_of(event, "Other")
    client = browser_of("organiser", event.uuid)

    first = client.get(f"{list_of(event)}?q=guest")
    second = client.get(list_of(event) + first.context["trail"].next)
    third = client.get(list_of(event) + second.context["trail"].next)
    back = client.get(list_of(event) + third.context["trail"].previous)
    start = client.get(list_of(event) + back.context["trail"].previous)

    assert [named(page) for page in (first, second, third)] == [
        ["Guest 0", "Guest 1"],
        ["Guest 2", "Guest 3"],
        ["Guest 4"],
    ]
    assert (third.context["trail"].first, third.context["trail"].next) == (5, "")
    assert (named(back), named(start)) == (named(second), named(first))
    assert start.context["trail"].previous == ""


@pytest.mark.parametrize("token", ["x", "e30", "AAAA" * 30])
def test_forged_page_token_is_refused(event, token):
    response = browser_of("organiser", event.uuid).get(f"{list_of(event)}?page={token}")

    assert response.status_code == 400


def test_page_token_serves_no_other_filter(event, monkeypatch):
    monkeypatch.setattr("portal.organiser.views.registrations.PER_PAGE", 1)
    guest_of(event, "Bo Li")
    guest_of(event, "Bo Lo")
    client = browser_of("organiser", event.uuid)
    token = client.get(list_of(event)).context["trail"].next

    assert client.get(f"{list_of(event)}{token}&q=bo").status_code == 400


def test_live_search_answers_with_the_list_only(event):
    guest_of(event, "Bo Li")
    headers = {"HX-Request": "true", "HX-Target": "guests"}

    page = browser_of("organiser", event.uuid).get(f"{list_of(event)}?q=bo", headers=headers)

    assert page.text.strip().startswith('<div id="guests">')
    assert "<html" not in page.text


def test_going_back_in_the_browser_gets_the_whole_page(event):
    headers = {
        "HX-Request": "true",
        "HX-Target": "guests",
        "HX-History-Restore-Request": "true",
    }

    page = browser_of("organiser", event.uuid).get(list_of(event), headers=headers)

    assert page.text.startswith("<!doctype html>")


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("", "You can also add somebody yourself, or a whole list."),
        ("?q=nobody", "Nobody found by “nobody”"),
        ("?status=CHECKED_IN", "Nobody has come yet"),
        ("?status=ATTENTION", "Nobody needs attention"),
        ("?status=CONFIRMED", "Nobody has a place yet"),
        ("?status=CANCELED", "Nobody canceled"),
        ("?status=WAITLISTED", "Nobody waits"),
    ],
)
def test_empty_list_says_what_to_do(event, query, words):
    assert words in browser_of("organiser", event.uuid).get(list_of(event) + query).text


@pytest.mark.parametrize("query", ["", "?status=CONFIRMED", "?q=guest", "?status=ATTENTION"])
def test_list_reads_as_much_with_many_guests_as_with_few(event, query):
    many = make_event(starts_at=NOW + timedelta(hours=1), capacity=200)
    for one, count in ((event, 26), (many, 100)):
        for number in range(count):
            guest_of(one, f"Guest {number:03}", attention=True)

    calls = []
    for one in (event, many):
        client = browser_of("organiser", one.uuid)
        client.get(list_of(one))
        with recorded_calls() as made:
            assert len(named(client.get(list_of(one) + query))) == 25
        calls.append(made)

    assert calls[0] == calls[1]


# Wrong actors


@pytest.mark.parametrize(
    ("role", "published", "seen", "written"),
    [
        ("desk", True, 200, 403),
        ("floor", True, 403, 403),
        ("stranger", True, 403, 403),
        ("stranger", False, 404, 404),
        ("visitor", True, 302, 302),
    ],
)
def test_wrong_actor_reads_what_the_role_may_and_writes_nothing(role, published, seen, written):
    status = EventStatus.PUBLISHED if published else EventStatus.DRAFT
    event = make_event(starts_at=NOW + timedelta(hours=1), status=status)
    guest = guest_of(event, "Bo Li")
    client = browser_of(role, event.uuid)

    reads = [client.get(list_of(event)), client.get(f"{list_of(event)}/{guest.guest}")]
    writes = [
        client.get(f"{list_of(event)}/add"),
        client.post(f"{list_of(event)}/add", {"name": "Mallory"}),
        client.post(f"{list_of(event)}/{guest.guest}/cancel", {"version": 1}),
    ]

    assert [answer.status_code for answer in reads] == [seen, seen]
    assert [answer.status_code for answer in writes] == [written] * 3
    assert [(one.name, one.status) for one in everybody(event)] == [
        ("Bo Li", RegistrationStatus.CONFIRMED)
    ]


def test_guest_of_another_event_is_not_found(event):
    other = make_event(starts_at=NOW + timedelta(hours=1))
    guest = guest_of(other, "Bo Li")
    client = browser_of("owner", event.uuid)

    answers = [
        client.get(f"{list_of(event)}/{guest.guest}"),
        client.post(f"{list_of(event)}/{guest.guest}/cancel", {"version": 1}),
    ]

    assert [answer.status_code for answer in answers] == [404, 404]
    assert Registration.fetch(guest.shard, guest.guest).is_confirmed
