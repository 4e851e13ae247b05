"""The event's form: questions, times of admission, and what a change does to the guests."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from backend.activity.models import Stats
from backend.events import services
from backend.events.kinds import Visibility
from backend.events.models import Event
from backend.events.questions import Question, QuestionKind, questions_of
from backend.events.states import EventStatus
from backend.seats import services as seats
from backend.seats.states import Availability
from tests.factories.events import NOON, build_details, make_event
from tests.integration.portal.conftest import PASSWORD
from tests.integration.portal.people import browser_of
from tests.integration.portal.test_organiser_events import TYPED, created, form_of

pytestmark = pytest.mark.usefixtures("portal")
K = QuestionKind
FOOD = Question(id="food", kind=K.CHOICE, label="Which food?", choices=("Soup", "Rice"))
AGE = Question(id="age", kind=K.NUMBER, label="How old are you?", required=True)
ASKED = [FOOD.to_document(), AGE.to_document()]


def row(key: str, **values: str) -> dict[str, Any]:
    """The fields of one row; ``questions`` names all rows."""
    return {f"questions-{key}-{name}": value for name, value in values.items()}


def asked(event: Event) -> tuple[Question, ...]:
    return questions_of(Event.fetch(event.uuid))


def edited(event: Event, role: str = "owner") -> tuple[Any, str, dict[str, Any]]:
    """A browser, the form's address and what it would send back unchanged."""
    client, url = browser_of(role, event.uuid), f"/o/e/{event.uuid}/edit"
    return client, url, form_of(client.get(url))


# Questions


def test_new_event_asks_what_was_typed_in_the_pages_order():
    client = browser_of("stranger")
    typed = {
        **TYPED,
        "questions": ["b", "blank", "a"],
        **row("a", kind="CHOICE", label="Which food?", choices="Soup\r\nRice\r\n", required="on"),
        **row("b", kind="CONSENT", label="May we take pictures?"),
        **row("blank", kind="TEXT", label=" "),
    }

    client.post("/o/events/new", typed)

    [event] = created(client)
    assert [(q.kind, q.label, q.required, q.choices) for q in questions_of(event)] == [
        (K.CONSENT, "May we take pictures?", False, ()),
        (K.CHOICE, "Which food?", True, ("Soup", "Rice")),
    ]


def test_questions_are_moved_taken_out_and_kept_by_their_ids():
    event = make_event(status=EventStatus.DRAFT, questions=ASKED)
    client, url, sent = edited(event)

    client.post(url, {**sent, "questions": ["age", "food"]})
    moved = asked(event)
    client.post(url, {**sent, "version": "2", **row("food", remove="on")})

    assert moved == (AGE, FOOD)
    assert asked(event) == (AGE,)


def test_bad_question_stands_in_its_row_and_nothing_typed_is_lost():
    event = make_event(status=EventStatus.DRAFT, questions=ASKED)
    client, url, sent = edited(event)
    broken = {
        **sent,
        "questions": ["food", "new1", "age"],
        **row("food", choices="Soup"),
        **row("new1", kind="DATE", label="When do you come?"),
    }

    refused = client.post(url, broken)
    mended = client.post(url, {**broken, **row("new1", kind="TEXT")})

    shown = refused.context["form"].question_rows
    assert refused.status_code == mended.status_code == 400
    assert [(one.label, list(one.errors)) for one in shown] == [
        ("Which food?", []),
        ("When do you come?", ["kind"]),
        ("How old are you?", []),
    ]
    first = mended.context["form"].question_rows[0]
    assert (first.label, first.errors) == ("Which food?", {"choices": "Give 2 to 20 choices."})
    assert "Give 2 to 20 choices." in mended.text
    assert asked(event) == (FOOD, AGE)


def test_more_than_twenty_questions_are_refused_as_a_whole():
    client = browser_of("stranger")
    many = {"questions": [f"n{number}" for number in range(21)]}
    for number in range(21):
        many |= row(f"n{number}", kind="TEXT", label=f"Question {number}?")

    page = client.post("/o/events/new", {**TYPED, **many})

    assert page.context["form"].question_errors == ["Ask at most 20 questions."]
    assert created(client) == []


def test_kind_of_a_published_question_is_shown_and_stays():
    event = make_event(questions=ASKED)
    client, url, sent = edited(event)
    page = client.get(url)

    forged = client.post(url, {**sent, **row("age", kind="TEXT")})

    assert "Stays: guests may have answered." in page.text
    assert forged.status_code == 400
    [age] = [one for one in forged.context["form"].question_rows if one.key == "age"]
    assert list(age.errors) == ["kind"]
    assert asked(event) == (FOOD, AGE)


def test_second_organiser_sees_what_changed_in_the_questions_and_keeps_the_own():
    event = make_event(status=EventStatus.DRAFT, questions=ASKED, time_zone="Europe/Vienna")
    client, url, sent = edited(event, "organiser")
    theirs = build_details(questions=(AGE,), time_zone="Europe/Vienna", waiting_list=False)
    services.edit_event(
        event_id=event.uuid, details=theirs, version=1, actor=client.actor, now=NOON
    )
    mine = {
        **sent,
        "questions": ["food", "age", "new1"],
        **row("food", label="What do you eat?"),
        **row("new1", kind="TEXT", label="Anything else?"),
    }

    refused = client.post(url, mine)

    found = {one.label: (one.stored, one.typed) for one in refused.context["differences"]}
    assert (refused.status_code, asked(event)) == (409, (AGE,))
    typed = ["What do you eat? (One of several: Soup, Rice)", "How old are you? (Number; required)"]
    typed.append("Anything else? (Text)")
    assert found == {
        "Questions": (
            "1. How old are you? (Number; required)",
            "\n".join(f"{number}. {text}" for number, text in enumerate(typed, start=1)),
        )
    }
    assert 'value="Anything else?"' in refused.text

    client.post(url, form_of(refused))

    assert [question.label for question in asked(event)] == [
        "What do you eat?",
        "How old are you?",
        "Anything else?",
    ]
    assert asked(event)[0].id == "food"


def test_questions_typed_before_the_session_ended_are_still_there(visitor, pool):
    typed = {**TYPED, "questions": ["a"], **row("a", kind="TEXT", label="Anything else?")}
    visitor.post("/o/events/new", typed)
    visitor.post("/signin", {"email": pool.make(), "password": PASSWORD, "next": "/o/events/new"})

    page = visitor.get("/o/events/new")

    assert [one.label for one in page.context["form"].question_rows] == ["Anything else?"]
    assert 'value="Anything else?"' in page.text


# At the door


def test_times_of_admission_are_those_of_the_events_zone():
    event = make_event(
        status=EventStatus.DRAFT,
        time_zone="Europe/Vienna",
        starts_at=datetime(2030, 6, 10, 7, tzinfo=UTC),
    )
    client, url, sent = edited(event)

    client.post(url, {**sent, "admission_opens_at": "2030-06-10T08:30", "reentry": "on"})

    stored = Event.fetch(event.uuid)
    assert (stored.admission_opens_at, stored.admission_closes_at, stored.reentry) == (
        datetime(2030, 6, 10, 6, 30, tzinfo=UTC),
        None,
        True,
    )
    assert 'value="2030-06-10T08:30"' in client.get(url).text


def test_admission_that_closes_before_it_opens_is_refused_beside_its_field():
    event = make_event(status=EventStatus.DRAFT)
    client, url, sent = edited(event)

    page = client.post(url, {**sent, "admission_closes_at": "2030-05-01T08:00"})

    assert page.context["form"].errors == {
        "admission_closes_at": ["Admission must close after it opens."]
    }


# What a change does to the guests


def published(confirmed: int, **values: Any) -> Event:
    event = make_event(**{"capacity": 50, "waiting_list": True} | values)
    seats.open_pool(pool=event.uuid, capacity=event.capacity, now=NOON)
    counts = {"registered": confirmed}
    Stats.add_up(f"{event.uuid}#R0", counts, first_seq="1", last_seq="2")
    return event


CHANGES = [
    ({"capacity": "60"}, "capacity:60", "10 seats more."),
    ({"capacity": "45"}, "capacity:45", "5 seats less."),
    ({"capacity": "40"}, "capacity:40", "42 guests are confirmed, 2 more than there will be"),
    ({"capacity": ""}, "capacity:None", "There is no limit any more"),
    ({"location": "Pier 7"}, "moved", "Nobody is told of the change automatically"),
    ({"starts_at": "2030-05-08T15:00"}, "moved", "Nobody is told of the change automatically"),
    ({"waiting_list": ""}, "waiting_list", "The waiting list takes nobody new"),
    ({"visibility": "PRIVATE"}, "private", "It becomes private"),
]


@pytest.mark.parametrize(("changed", "seen", "words"), CHANGES)
def test_change_that_touches_guests_is_told_before_it_is_saved(changed, seen, words):
    event = published(42)
    client, url, sent = edited(event)
    before = Event.fetch(event.uuid).attribute_values

    asks = client.post(url, {**sent, **changed})

    assert (asks.status_code, asks.context["seen"]) == (200, seen)
    assert words in asks.text
    assert Event.fetch(event.uuid).attribute_values == before

    answer = client.post(url, {**sent, **changed, "confirmed": seen})

    assert answer["Location"] == f"/o/e/{event.uuid}"
    assert Event.fetch(event.uuid).version == 2


def test_confirming_one_change_does_not_confirm_another():
    event = published(42)
    client, url, sent = edited(event)

    asks = client.post(url, {**sent, "capacity": "40", "confirmed": "capacity:60"})

    assert asks.context["seen"] == "capacity:40"
    assert Event.fetch(event.uuid).capacity == 50


def test_change_that_touches_nobody_is_saved_at_once():
    event = published(0)
    client, url, sent = edited(event)

    client.post(url, {**sent, "location": "Pier 7", "title": "Harbour Days"})

    stored = Event.fetch(event.uuid)
    assert (stored.location, stored.title) == ("Pier 7", "Harbour Days")


def test_draft_is_never_asked_about():
    event = make_event(status=EventStatus.DRAFT)
    client, url, sent = edited(event)

    client.post(url, {**sent, "capacity": "3", "visibility": "PRIVATE"})

    stored = Event.fetch(event.uuid)
    assert (stored.capacity, stored.visibility) == (3, Visibility.PRIVATE)


def test_limit_is_lifted_and_set_again():
    event = published(0)
    client, url, sent = edited(event)

    client.post(url, {**sent, "capacity": "", "confirmed": "capacity:None"})
    lifted = seats.availability(pool=event.uuid, now=NOON)
    sent = form_of(client.get(url))
    asks = client.post(url, {**sent, "capacity": "20"})
    client.post(url, {**sent, "capacity": "20", "confirmed": "capacity:20"})

    assert lifted is Availability.UNLIMITED
    assert "Registration pauses for a moment" in asks.text
    assert Event.fetch(event.uuid).capacity == 20
    later = NOON + timedelta(minutes=1)
    assert seats.availability(pool=event.uuid, now=later) is Availability.CLOSED


def test_stale_form_says_what_changed_before_it_asks_about_guests():
    event = published(42)
    client, url, sent = edited(event)
    Event.fetch(event.uuid).revise({"title": "Theirs"})

    refused = client.post(url, {**sent, "capacity": "40"})
    asks = client.post(url, {**form_of(refused), "capacity": "40"})

    assert (refused.status_code, "consequences" in refused.context) == (409, False)
    assert asks.context["seen"] == "capacity:40"
