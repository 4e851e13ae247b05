"""Guests ask for something and see what becomes of it, in the portal."""

import json
import re
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client

from backend.guest_requests import services
from backend.guest_requests.kinds import Kind
from backend.guest_requests.models import GuestRequest
from backend.guest_requests.queries import my_requests
from backend.guest_requests.states import RequestStatus
from backend.shared.actor import Actor
from portal.public.views.requests import with_asked
from tests.factories.events import make_event
from tests.factories.guest_requests import offer
from tests.factories.registrations import make_registration
from tests.integration.portal.people import browser_of

pytestmark = pytest.mark.usefixtures("portal")
HERE = "/me/requests"
HTMX = {"HX-Request": "true"}
S = RequestStatus


@pytest.fixture
def event(portal):
    event = make_event(title="Summer Ball", starts_at=datetime.now(UTC) - timedelta(hours=1))
    offer(event, options=("Rice", "Soup"))
    return event


@pytest.fixture
def ada(event) -> Client:
    client = browser_of("stranger", name="Ada Lovelace")
    register(event, client.actor)
    return client


def register(event, actor: Actor, **values) -> None:
    given = {"event_id": event.uuid, "user_email": actor.email, "name": actor.name}
    make_registration(**given, user_id=actor.user_id, **values)


def ask(event, actor: Actor, **values) -> GuestRequest:
    given = {"kind": "FOOD", "option": "Rice", "actor": actor, "now": datetime.now(UTC)}
    return services.ask(event_id=event.uuid, **given | values).request


def form(event, kind: str = "FOOD") -> str:
    return f"/me/ask/{event.uuid}/{kind}"


def hidden_id(page: str) -> str:
    return re.search(r'name="request_id" value="([0-9a-f]{32})"', page)[1]


def mine(client: Client) -> list[GuestRequest]:
    return my_requests(actor=client.actor).items


def test_guest_without_a_ticket_is_told_how_it_works(portal):
    page = browser_of("stranger").get(HERE).text

    assert "Nothing to ask for yet" in page


def test_guest_finds_what_can_be_asked_for(event, ada):
    pages = [ada.get(address).text for address in (HERE, f"/me/tickets/{event.uuid}")]

    assert ["Need something" in page for page in pages] == [True, True]
    assert [page.count(f'href="{form(event)}"') for page in pages] == [1, 1]
    assert f'href="{HERE}"' in ada.get("/me").text


@pytest.mark.parametrize(
    ("about", "values"),
    [
        ("over", {"ends_at": datetime.now(UTC) - timedelta(minutes=1)}),
        ("nothing switched on", {}),
    ],
)
def test_event_that_takes_no_requests_offers_none(ada, about, values):
    other = make_event(
        title="Winter Ball", starts_at=datetime.now(UTC) - timedelta(hours=2), **values
    )
    register(other, ada.actor)
    if about == "over":
        offer(other)

    page = ada.get(HERE).text

    assert ("Summer Ball" in page, "Winter Ball" in page) == (True, False)


def test_closed_kind_says_when_it_opens_and_takes_nothing(event, ada):
    closed = (datetime.now(UTC) + timedelta(hours=5)).strftime("%H:00")
    later = (datetime.now(UTC) + timedelta(hours=6)).strftime("%H:00")
    offer(event, Kind(key="", name="Massage", opens=closed, closes=later))

    pages = [ada.get(address).text for address in (HERE, form(event, "MASSAGE"))]

    words = f"Massage can be asked for from {closed} to {later}"
    assert [words in page for page in pages] == [True, True]
    assert f'href="{form(event, "MASSAGE")}"' not in pages[0]
    assert "<textarea" not in pages[1]


def test_asking_stands_on_the_page_at_once(event, ada):
    page = ada.get(form(event)).text
    typed = {"option": "Soup", "text": " Table 5 ", "request_id": hidden_id(page)}

    shown = ada.post(form(event), typed, follow=True)

    [request] = mine(ada)
    assert (request.status, request.option, request.text) == (S.OPEN, "Soup", "Table 5")
    assert shown.redirect_chain == [(f"{HERE}?asked={request.request_id}", 302)]
    assert ("Food: Soup" in shown.text, "Waiting" in shown.text) == (True, True)
    assert "Meant to be with you by" in shown.text


def test_what_was_asked_just_now_stands_first_before_the_list_has_heard_of_it(event, ada):
    older, asked = (ask(event, ada.actor, option=option) for option in ("Rice", "Soup"))

    found = with_asked([older], asked.request_id, actor=ada.actor)

    assert [one.request_id for one in found] == [asked.request_id, older.request_id]


def test_pressing_twice_asks_once(event, ada):
    typed = {"option": "Rice", "text": "", "request_id": hidden_id(ada.get(form(event)).text)}

    answers = [ada.post(form(event), typed) for _ in range(2)]

    assert len(mine(ada)) == 1
    assert answers[0]["Location"] == answers[1]["Location"]


def test_form_opened_again_asks_again(event, ada):
    for _ in range(2):
        page = ada.get(form(event)).text
        ada.post(form(event), {"option": "Rice", "request_id": hidden_id(page)})

    assert len(mine(ada)) == 2


def test_page_on_which_nothing_can_change_stops_asking(event, ada):
    request = ask(event, ada.actor)
    looks = [ada.get(HERE, headers=HTMX).status_code]
    ada.post(f"{HERE}/{request.request_id}/cancel")
    stored = GuestRequest.fetch(event.uuid, request.request_id)
    stored.done_at -= timedelta(minutes=11)
    stored.put()

    looks.append(ada.get(HERE, headers=HTMX).status_code)

    assert looks == [200, 286]
    assert "every 5s" not in ada.get(HERE).text


def test_form_that_asked_already_asks_for_something_else_when_sent_again(event, ada):
    first = {"option": "Rice", "request_id": hidden_id(ada.get(form(event)).text)}
    ada.post(form(event), first)

    refused = ada.post(form(event), first | {"option": "Soup"})

    assert (refused.status_code, len(mine(ada))) == (409, 1)
    assert "You asked from this page already." in refused.text
    again = hidden_id(refused.text)
    assert ada.post(form(event), {"option": "Soup", "request_id": again}).status_code == 302
    assert len(mine(ada)) == 2


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({}, "Choose an option, or write what you would like."),
        ({"option": "Pizza"}, "Select a valid choice. Pizza is not one of the available choices."),
        ({"text": "x" * 501}, "Ensure this value has at most 500 characters (it has 501)."),
        ({"text": "Table 5 \x07"}, "Control characters are not allowed."),
    ],
)
def test_bad_input_stands_beside_its_field_and_is_kept(event, ada, typed, said):
    answer = ada.post(form(event), {"request_id": "r-1"} | typed)

    assert (answer.status_code, said in answer.text) == (400, True)
    assert typed.get("text", "") in answer.text
    assert mine(ada) == []


def test_guest_who_waits_for_enough_is_told_so(event, ada):
    for _ in range(3):
        ask(event, ada.actor)

    answer = ada.post(form(event), {"option": "Soup", "request_id": "r-4"})

    assert answer.status_code == 400
    assert "You have 3 open requests of this kind." in answer.text
    assert len(mine(ada)) == 3


def test_kind_for_who_is_in_is_refused_before(event, ada):
    offer(event, only_admitted=True)

    answer = ada.post(form(event), {"text": "Soup", "request_id": "r-1"})

    assert (answer.status_code, mine(ada)) == (400, [])
    assert "Food is for guests who are checked in." in answer.text


def test_who_has_no_place_cannot_ask(event):
    stranger, waiting = browser_of("stranger"), browser_of("stranger")
    register(event, waiting.actor, status="WAITLISTED")

    answers = [
        client.post(form(event), {"option": "Rice", "request_id": "r-1"})
        for client in (stranger, waiting)
    ]

    assert [answer.status_code for answer in answers] == [403, 403]
    assert [mine(client) for client in (stranger, waiting)] == [[], []]


def test_kind_that_is_not_offered_is_not_found(event, ada):
    assert ada.get(form(event, "NO_SUCH")).status_code == 404


def test_guest_follows_the_request_live(event, ada):
    request = ask(event, ada.actor, text="<b>Table 5</b>")
    first = ada.get(HERE, headers=HTMX)
    unchanged = ada.get(HERE, headers={**HTMX, "If-None-Match": first["ETag"]})
    fay = browser_of("floor", event.uuid, name="Fay Floor")
    fay.post(f"/o/e/{event.uuid}/requests/{request.request_id}/claim")

    claimed = ada.get(HERE, headers={**HTMX, "If-None-Match": first["ETag"]})

    assert (unchanged.status_code, unchanged.content) == (304, b"")
    assert list(json.loads(unchanged["HX-Trigger"])) == ["foyer:unchanged"]
    assert (claimed.status_code, "Somebody is on it" in claimed.text) == (200, True)
    assert ("<html" in claimed.text, "Fay Floor" in claimed.text) == (False, False)
    assert "&lt;b&gt;Table 5" in claimed.text


def test_reason_of_a_decline_is_shown(event, ada):
    request = ask(event, ada.actor)
    fay = browser_of("floor", event.uuid)
    fay.post(f"/o/e/{event.uuid}/requests/{request.request_id}/decline", {"reason": "Sold out"})

    page = ada.get(HERE).text

    assert ("Declined" in page, "Sold out" in page, "Take it back" in page) == (True, True, False)


def test_guest_takes_a_request_back(event, ada):
    request = ask(event, ada.actor)

    page = ada.post(f"{HERE}/{request.request_id}/cancel", follow=True).text

    assert [one.status for one in mine(ada)] == [S.CANCELED]
    assert ("Taken back. Nobody comes." in page, "Take it back" in page) == (True, False)


def test_taking_back_what_somebody_began_with_says_so(event, ada):
    request = ask(event, ada.actor)
    fay = browser_of("floor", event.uuid)
    fay.post(f"/o/e/{event.uuid}/requests/{request.request_id}/claim")

    page = ada.post(
        f"{HERE}/{request.request_id}/cancel",
        headers={"Referer": f"http://testserver{HERE}"},
        follow=True,
    ).text

    assert "Somebody is taking care of it already." in page
    assert [one.status for one in mine(ada)] == [S.CLAIMED]


def test_somebody_elses_request_is_neither_shown_nor_taken_back(event, ada):
    request = ask(event, ada.actor)
    bea = browser_of("stranger")

    shown = bea.get(f"{HERE}?asked={request.request_id}").text
    answer = bea.post(f"{HERE}/{request.request_id}/cancel")

    assert ("Rice" in shown, answer.status_code) == (False, 404)
    assert [one.status for one in mine(ada)] == [S.OPEN]


def test_long_list_is_paged(event, ada, monkeypatch):
    monkeypatch.setattr("portal.public.views.requests.PER_PAGE", 2)
    for number in range(3):
        ask(event, ada.actor, kind=("FOOD", "HELP", "BEVERAGE")[number], text=f"wish {number}")

    first = ada.get(HERE).text
    older = re.search(r'href="(\?page=[^"]+)"', first)[1]
    second = ada.get(HERE + older).text

    assert [f"wish {n}" in first for n in range(3)] == [False, True, True]
    assert [f"wish {n}" in second for n in range(3)] == [True, False, False]
    assert ("every 5s" in first, "every 5s" in second) == (True, False)
