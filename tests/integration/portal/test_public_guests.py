"""What a guest does: answering questions, waiting, holding a ticket that may be replaced."""

import re
from datetime import timedelta

import pytest
from django.test import Client

from backend.events.models import Event
from backend.events.questions import Question, QuestionKind
from backend.events.services import cancel_event, create_event, publish_event
from backend.registrations import services
from backend.registrations.models import Registration
from backend.registrations.states import RegistrationStatus
from backend.seats import queries as seat_queries
from backend.shared.actor import SYSTEM
from backend.shared.clock import utc_now
from tests.factories.events import build_details
from tests.factories.users import a_user
from tests.integration.portal.people import browser_of

pytestmark = pytest.mark.usefixtures("portal")
S = RegistrationStatus
QUESTIONS = (
    Question(kind=QuestionKind.CHOICE, label="Food?", choices=("Meat", "None"), required=True),
    Question(kind=QuestionKind.NUMBER, label="Years?"),
    Question(kind=QuestionKind.TEXT, label="Why?"),
    Question(kind=QuestionKind.CONSENT, label="Photos?", required=True),
)
NAMES = ["Åsa Ångström", "李", "O'Brien-Smith", "محمد عبد الله", "W" * 200]


def published(**values: object) -> Event:
    now = utc_now()
    days = timedelta(days=20)
    times = {"starts_at": now + days, "ends_at": now + days + timedelta(hours=3)}
    owner = a_user()
    event = create_event(details=build_details(**times | values), actor=owner, now=now)
    return publish_event(event_id=event.uuid, actor=owner, now=now)


@pytest.fixture
def asking(portal) -> Event:
    return published(questions=QUESTIONS)


@pytest.fixture
def full(portal) -> Event:
    event = published(capacity=1)
    browser_of("stranger").post(register_at(event), {"name": "First"})
    return event


def register_at(event: Event) -> str:
    return f"/e/{event.uuid}/register"


def ticket_at(event: Event) -> str:
    return f"/me/tickets/{event.uuid}"


def stored(event: Event) -> dict[str, Registration]:
    return {found.name: found for found in Registration.query(f"{event.uuid}#R0")}


def answers_to(event: Event, *given: str) -> dict[str, str]:
    asked = [question["id"] for question in event.questions]
    return {f"answers.{name}": text for name, text in zip(asked, given, strict=True)}


# Questions


def test_register_page_asks_each_question_in_its_kind(asking):
    text = browser_of("stranger").get(register_at(asking)).text

    kinds = re.findall(r'<(textarea|input type="\w+")[^>]* name="answers\.', text) + re.findall(
        r'<(input type="\w+") name="answers\.', text
    )
    assert {"textarea", 'input type="radio"', 'input type="text"'} <= set(kinds)
    assert [question.label in text for question in QUESTIONS] == [True] * 4


def test_answers_are_kept_and_shown_on_the_ticket(asking):
    client = browser_of("stranger")
    form = {"name": "Ada", **answers_to(asking, "None", "2.5", "Line\r\nbreak <b>", "on")}

    client.post(register_at(asking), form)

    ids = [question["id"] for question in asking.questions]
    given = [stored(asking)["Ada"].answers[name] for name in ids]
    assert given == ["None", 2.5, "Line\nbreak <b>", True]
    assert "Line<br>break &lt;b&gt;" in client.get(ticket_at(asking)).text


@pytest.mark.parametrize(
    ("given", "refused"),
    [
        (("", "3", "", "on"), 0),
        (("Pizza", "3", "", "on"), 0),
        (("Meat", "three", "", "on"), 1),
        (("Meat", "9" * 31, "", "on"), 1),
        (("Meat", "3", "x" * 1001, "on"), 2),
        (("Meat", "3", "a\x00b", "on"), 2),
        (("Meat", "3", "", ""), 3),
    ],
)
def test_bad_answer_is_refused_beside_its_question_and_what_was_typed_stays(asking, given, refused):
    answers = {name: text for name, text in answers_to(asking, *given).items() if text}

    response = browser_of("stranger").post(register_at(asking), {"name": "Ada", **answers})

    form = response.context["form"]
    assert response.status_code == 400
    assert list(form.errors) == [list(answers_to(asking, *given))[refused]]
    assert form["name"].value() == "Ada"
    assert stored(asking) == {}


def test_answers_wait_while_somebody_signs_in(asking):
    visitor = Client()
    form = {"name": "Ada Typed", **answers_to(asking, "None", "3", "Because", "on")}
    visitor.post(register_at(asking), form)
    member = browser_of("stranger")
    # Signing in keeps what the session knew before.
    kept = visitor.session["kept_form"]
    session = member.session
    session["kept_form"] = kept
    session.save()

    shown = member.get(register_at(asking)).context["form"]

    assert [shown[name].value() for name in form] == ["Ada Typed", "None", "3", "Because", True]
    assert stored(asking) == {}


@pytest.mark.parametrize("name", NAMES)
def test_names_of_all_kinds_hold_a_ticket(portal, name):
    event, client = published(), browser_of("stranger")

    client.post(register_at(event), {"name": name})

    ticket = client.get(ticket_at(event)).context["mine"]
    assert ticket.name == name


# The waiting list


def test_full_event_offers_the_list_and_says_the_number(full):
    second, third = browser_of("stranger"), browser_of("stranger")

    pages = [second.get(f"/e/{full.uuid}").text, second.get(register_at(full)).text]
    joined = second.post(register_at(full), {"name": "Second"}, follow=True)
    third.post(register_at(full), {"name": "Third"})

    assert ["Join the waiting list" in page for page in pages] == [True, True]
    assert "You are on the waiting list." in joined.text
    assert joined.context["position"] == 1
    assert "You are number</span><b>1</b>" in joined.text
    assert third.get(ticket_at(full)).context["position"] == 2
    assert "Waiting, number 2" in third.get("/me").text
    assert 'id="qr"' not in third.get(ticket_at(full)).text
    assert stored(full)["Third"].status is S.WAITLISTED


def test_joining_twice_keeps_the_number(full):
    client = browser_of("stranger")
    for _ in range(2):
        client.post(register_at(full), {"name": "Second"})

    assert client.get(ticket_at(full)).context["position"] == 1
    assert client.get(register_at(full))["Location"] == ticket_at(full)
    assert "My number" in client.get(f"/e/{full.uuid}").text


def test_leaving_the_list_says_so_and_moves_the_next_up(full):
    second, third = browser_of("stranger"), browser_of("stranger")
    second.post(register_at(full), {"name": "Second"})
    third.post(register_at(full), {"name": "Third"})

    left = second.post(f"/e/{full.uuid}/give-up", {"from": "waiting-list"}, follow=True)

    assert "You left the waiting list." in left.text
    assert stored(full)["Second"].status is S.CANCELED
    assert third.get(ticket_at(full)).context["position"] == 1


def test_promoted_guest_finds_the_ticket(full):
    client = browser_of("stranger")
    client.post(register_at(full), {"name": "Second"})
    first = stored(full)["First"]
    services.cancel_guest(
        event_id=full.uuid, guest=first.guest, version=first.version, actor=SYSTEM, now=utc_now()
    )
    seat_queries.forget_views()

    services.promote_waiting(event_id=full.uuid, now=utc_now())

    page = client.get(ticket_at(full))
    assert (page.context["confirmed"], page.context["position"]) == (True, None)
    assert 'id="qr"' in page.text


# Tickets


def test_replaced_ticket_shows_the_new_code(portal):
    event, client = published(), browser_of("stranger")
    client.post(register_at(event), {"name": "Ada"})
    before = client.get(ticket_at(event)).context["qr"]
    guest = stored(event)["Ada"]

    services.reissue_ticket(
        event_id=event.uuid, guest=guest.guest, version=guest.version, actor=SYSTEM, now=utc_now()
    )

    assert client.get(ticket_at(event)).context["qr"] != before


def test_ticket_that_an_organiser_took_back_blames_nobody(portal):
    event, client = published(), browser_of("stranger")
    client.post(register_at(event), {"name": "Ada"})
    guest = stored(event)["Ada"]

    services.cancel_guest(
        event_id=event.uuid, guest=guest.guest, version=guest.version, actor=SYSTEM, now=utc_now()
    )

    response = client.get(ticket_at(event))
    assert response.status_code == 404
    assert "Your registration for this event is canceled." in response.text


def test_ticket_for_a_canceled_event_says_so(portal):
    event, client = published(), browser_of("stranger")
    client.post(register_at(event), {"name": "Ada"})

    cancel_event(event_id=event.uuid, actor=SYSTEM, now=utc_now())

    response = client.get(ticket_at(event))
    assert response.status_code == 404
    assert "This event was canceled. Tickets are no longer valid." in response.text


def test_ticket_is_mailed_again_but_not_twice_in_a_minute(portal):
    event, client = published(), browser_of("stranger")
    client.post(register_at(event), {"name": "Ada"})
    page = {"Referer": f"http://testserver{ticket_at(event)}"}

    first = client.post(f"{ticket_at(event)}/mail", follow=True)
    asked_at = stored(event)["Ada"].resent_at
    second = client.post(f"{ticket_at(event)}/mail", headers=page, follow=True)

    assert "on its way to your mailbox" in first.text
    assert "Try again in a minute." in second.text
    assert stored(event)["Ada"].resent_at == asked_at


def test_ticket_of_somebody_waiting_is_not_mailed(full):
    client = browser_of("stranger")
    client.post(register_at(full), {"name": "Second"})
    page = {"Referer": f"http://testserver{ticket_at(full)}"}

    answer = client.post(f"{ticket_at(full)}/mail", headers=page, follow=True)

    assert "Only a guest with a place has a ticket." in answer.text
    assert stored(full)["Second"].resent_at is None


def test_guest_of_a_private_event_keeps_the_ticket_and_others_learn_nothing(portal):
    event = published(visibility="PRIVATE")
    client = browser_of("stranger")
    services.add_guest(
        event_id=event.uuid,
        name="Ada",
        email=client.actor.email,
        actor=SYSTEM,
        now=utc_now(),
    )

    assert client.get(ticket_at(event)).status_code == 200
    assert "My ticket" in client.get(ticket_at(event)).text
    assert browser_of("stranger").get(ticket_at(event)).status_code == 404
    assert browser_of("stranger").get(register_at(event)).status_code == 404
