"""Answers that come with a registration, and guests whom the team adds."""

import pytest

from backend.events.errors import EventForbidden
from backend.events.policies import EventAction
from backend.events.questions import Question, QuestionKind
from backend.registrations import services
from backend.shared.errors import BadInput
from backend.team.roles import Role
from tests.factories.events import NOON
from tests.factories.team import make_member
from tests.support.registering import OLGA, add, claims_in, open_event, person, register, stored

pytestmark = pytest.mark.usefixtures("tables")
ASKED = [
    Question(id="years", kind=QuestionKind.NUMBER, label="Years?", required=True).to_document(),
    Question(id="food", kind=QuestionKind.TEXT, label="Food?").to_document(),
]


def test_register_keeps_the_answers():
    event = open_event(questions=ASKED)

    outcome = register(event, answers={"years": 3, "food": " Vegetarian "})

    assert stored(outcome.registration).answers == {"years": 3, "food": "Vegetarian"}


@pytest.mark.parametrize(
    ("answers", "field"),
    [
        ({}, "answers.years"),
        ({"years": "three"}, "answers.years"),
        ({"years": 3, "food": "x" * 1001}, "answers.food"),
        ({"years": 3, "shoe": "44"}, "answers.shoe"),
    ],
)
def test_register_refuses_answers_that_do_not_fit_and_holds_no_seat(answers, field):
    event = open_event(questions=ASKED)

    with pytest.raises(BadInput) as refusal:
        register(event, answers=answers)

    assert list(refusal.value.fields) == [field]
    assert claims_in(event) == set()


def test_who_is_registered_already_need_not_answer():
    event = open_event(questions=ASKED)
    added = add(event, "Ada", "ada@example.com")

    assert register(event).registration.ticket_no == added.registration.ticket_no


def test_the_team_may_leave_required_answers_out_but_not_misspell_them():
    event = open_event(questions=ASKED)

    given = {"event_id": event.uuid, "name": "Bo", "email": None, "actor": OLGA, "now": NOON}
    outcome = services.add_guest(**given, answers={"food": "None"})

    assert outcome.registration.answers == {"food": "None"}
    with pytest.raises(BadInput):
        services.add_guest(**given, answers={"years": "three"})


def test_the_desk_adds_walk_ins_and_nobody_else():
    event = open_event()
    make_member(event_id=event.uuid, member="user-dora", role=Role.DESK)
    given = {"event_id": event.uuid, "name": "Walter", "email": None, "now": NOON}

    outcome = services.add_guest(**given, actor=person("dora"), action=EventAction.ADD_WALK_IN)

    assert (outcome.registration.name, outcome.registration.changed_by) == (
        "Walter",
        "USER:user-dora",
    )
    with pytest.raises(EventForbidden):
        services.add_guest(**given, actor=person("dora"))
    with pytest.raises(EventForbidden):
        services.add_guest(**given, actor=person("mallory"), action=EventAction.ADD_WALK_IN)


def test_a_form_sent_again_adds_nobody_twice():
    event = open_event()
    given = {"event_id": event.uuid, "email": None, "actor": OLGA, "now": NOON, "once": "form-1"}

    first, again, other = (
        services.add_guest(**given, name=name) for name in ("Walter", " Walter", "Wanda")
    )

    assert (first.created, again.created, other.created) == (True, False, True)
    assert first.registration.guest == again.registration.guest


def test_the_team_notes_what_the_desk_should_know_when_adding():
    event = open_event()
    given = {"event_id": event.uuid, "name": "Bo", "email": None, "actor": OLGA, "now": NOON}

    noted = services.add_guest(**given, note=" VIP ", attention=True).registration

    assert (stored(noted).note, stored(noted).attention) == ("VIP", True)
    with pytest.raises(BadInput):
        services.add_guest(**given, note="x" * 2001)
