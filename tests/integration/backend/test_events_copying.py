"""Questions and times of admission through edits and copies."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from backend.events import services
from backend.events.errors import SignInNeeded
from backend.events.models import Event
from backend.events.questions import Question, QuestionKind, questions_of
from backend.events.states import EventStatus
from backend.shared.actor import SYSTEM
from backend.shared.db import StaleWrite
from backend.shared.errors import BadInput
from backend.team.models import Member
from backend.team.roles import Role
from tests.factories.events import NOON, build_details, make_event
from tests.factories.team import make_member
from tests.factories.users import a_user

pytestmark = pytest.mark.usefixtures("tables")
K = QuestionKind
OLGA = a_user("user-olga")
FOOD = Question(kind=K.CHOICE, label="Which food?", choices=("Soup", "Rice"), required=True)
AGE = Question(kind=K.NUMBER, label="How old are you?")


def made(**values: Any) -> Event:
    details = build_details(**{"questions": (FOOD, AGE)} | values)
    return services.create_event(details=details, actor=OLGA, now=NOON)


def edit(event: Event, *, version: int | None = None, **values: Any) -> Event:
    return services.edit_event(
        event_id=event.uuid,
        details=build_details(**values),
        version=version or event.version,
        actor=OLGA,
        now=NOON,
    )


def asked(event: Event) -> tuple[Question, ...]:
    return questions_of(Event.fetch(event.uuid))


def test_new_questions_get_ids_that_differ():
    food, age = asked(made())

    assert (replace(food, id=""), replace(age, id="")) == (FOOD, AGE)
    assert len({food.id, age.id, ""}) == 3


def test_id_stays_when_a_question_is_reworded_and_moved():
    event = made()
    food, age = asked(event)

    edit(event, questions=(age, AGE, replace(food, label="What to eat?")))

    kept = asked(event)
    assert (kept[0], kept[2]) == (age, replace(food, label="What to eat?"))
    assert kept[1].id not in ("", food.id, age.id)


def test_last_question_can_be_removed():
    event = made()

    edit(event, questions=())

    assert asked(event) == ()


def test_draft_may_turn_a_question_into_another_kind():
    event = made()
    food, _age = asked(event)

    edit(event, questions=(Question(id=food.id, kind=K.TEXT, label="Which food?"),))

    assert [question.kind for question in asked(event)] == [K.TEXT]


def test_kind_of_a_question_stays_once_guests_may_have_answered():
    event = services.publish_event(event_id=made().uuid, actor=OLGA, now=NOON)
    food, age = asked(event)

    with pytest.raises(BadInput) as refusal:
        edit(event, questions=(food, replace(age, kind=K.TEXT)))

    assert list(refusal.value.fields) == ["questions.1.kind"]
    assert asked(event) == (food, age)


def test_of_two_edits_of_the_questions_the_second_is_refused():
    event = made()
    food, age = asked(event)
    edit(event, questions=(age, food))

    with pytest.raises(StaleWrite):
        edit(event, questions=(food,))

    assert asked(event) == (age, food)


def test_times_of_admission_are_kept_and_taken_back():
    opens, closes = NOON + timedelta(days=6, hours=22), NOON + timedelta(days=7, hours=2)

    event = made(admission_opens_at=opens, admission_closes_at=closes, reentry=True)
    kept = Event.fetch(event.uuid)
    edit(event)

    assert (kept.admission_opens_at, kept.admission_closes_at, kept.reentry) == (
        opens,
        closes,
        True,
    )
    again = Event.fetch(event.uuid)
    assert (again.admission_opens_at, again.admission_closes_at, again.reentry) == (
        None,
        None,
        False,
    )


# Copying


@pytest.mark.parametrize("status", EventStatus)
def test_copy_is_a_draft_with_the_same_details(status):
    event = make_event(
        title="Harbour Conference",
        status=status,
        questions=[replace(FOOD, id="food").to_document()],
        reentry=True,
        version=7,
    )

    copy = services.copy_event(event_id=event.uuid, actor=OLGA, now=NOON + timedelta(days=1))

    kept = Event.fetch(copy.uuid)
    same = ("title", "description", "starts_at", "ends_at", "capacity", "visibility", "reentry")
    assert [getattr(kept, name) for name in same] == [getattr(event, name) for name in same]
    assert questions_of(kept) == questions_of(event)
    assert (kept.status, kept.version, kept.listing) == (EventStatus.DRAFT, 1, None)
    assert (kept.published_at, kept.canceled_at, kept.banner_key) == (None, None, None)
    assert kept.created_at == NOON + timedelta(days=1)


def test_copy_belongs_to_who_copies():
    event = make_event()
    make_member(event_id=event.uuid, member="user-omar", role=Role.ORGANISER)

    copy = services.copy_event(event_id=event.uuid, actor=a_user("user-omar"), now=NOON)

    assert (copy.creator_id, Event.fetch(event.uuid).creator_id) == ("user-omar", "user-olga")
    team = [(one.member, one.role) for one in Member.list_for_event(copy.uuid, limit=5).items]
    assert team == [("user-omar", Role.OWNER)]


def test_copying_wants_somebody_to_own_the_copy():
    with pytest.raises(SignInNeeded):
        services.copy_event(event_id=make_event().uuid, actor=SYSTEM, now=NOON)
