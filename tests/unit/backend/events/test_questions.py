from itertools import count
from types import SimpleNamespace
from typing import Any

import pytest

from backend.events.questions import (
    Question,
    QuestionKind,
    check_same_kinds,
    checked_answers,
    checked_questions,
    questions_of,
    read_answers,
    with_ids,
)
from backend.shared.errors import BadInput

K = QuestionKind


def question(**values: Any) -> Question:
    defaults: dict[str, Any] = {"id": "food", "kind": K.TEXT, "label": "What do you eat?"}
    return Question(**defaults | values)


def refused(questions: list[Question]) -> dict[str, str]:
    with pytest.raises(BadInput) as refusal:
        checked_questions(questions)
    return refusal.value.fields


def answers_refused(
    asked: Question, value: object, *, complete: bool = True
) -> dict[str, str] | None:
    try:
        checked_answers([asked], {asked.id: value}, complete=complete)
    except BadInput as refusal:
        return refusal.fields
    return None


def test_questions_are_trimmed_and_keep_their_order():
    tidy = checked_questions(
        [
            question(label="  Which food? ", kind=K.CHOICE, choices=(" Soup ", "", "Rice")),
            question(id="", label="Anything else?", choices=("left", "over")),
        ]
    )

    assert tidy == (
        question(label="Which food?", kind=K.CHOICE, choices=("Soup", "Rice")),
        question(id="", label="Anything else?"),
    )


@pytest.mark.parametrize(
    ("values", "field", "rule"),
    [
        ({"label": "  "}, "label", "Ask something."),
        ({"label": "x" * 301}, "label", "At most 300 characters."),
        ({"label": "a\nb"}, "label", "Control characters are not allowed."),
        ({"kind": K.CHOICE, "choices": ("Soup",)}, "choices", "Give 2 to 20 choices."),
        (
            {"kind": K.CHOICE, "choices": tuple("abcdefghijklmnopqrstu")},
            "choices",
            "Give 2 to 20 choices.",
        ),
        ({"kind": K.CHOICE, "choices": ("a", " a")}, "choices", "Two choices are the same."),
        ({"kind": K.CHOICE, "choices": ("a", "x" * 101)}, "choices", "At most 100 characters."),
        (
            {"id": "No!"},
            "id",
            "Only a to z and 0 to 9, at most 16; or nothing for a new one.",
        ),
    ],
)
def test_question_that_breaks_a_rule_names_its_place(values, field, rule):
    first = question(id="a1")

    assert refused([first, question(**values)]) == {f"questions.1.{field}": rule}


def test_two_questions_do_not_share_an_id():
    assert refused([question(), question()]) == {"questions.1.id": "Two questions have this id."}


def test_more_than_twenty_questions_are_refused():
    many = [question(id=f"q{number}") for number in range(21)]

    assert refused(many) == {"questions": "Ask at most 20 questions."}
    assert len(checked_questions(many[:20])) == 20


def test_new_questions_get_ids_and_known_ones_keep_theirs():
    numbers = count(1)

    named = with_ids([question(), question(id="")], lambda: f"n{next(numbers)}")

    assert [each.id for each in named] == ["food", "n1"]


def test_questions_survive_being_stored():
    asked = (question(kind=K.CHOICE, choices=("Soup", "Rice"), required=True), question(id="b"))

    documents = [each.to_document() for each in asked]

    assert questions_of(SimpleNamespace(questions=documents)) == asked
    assert questions_of(SimpleNamespace(questions=None)) == ()


def test_kind_of_an_answered_question_stays():
    before = [question(), question(id="age", kind=K.NUMBER)]

    check_same_kinds(before, [question(id="age", kind=K.NUMBER, label="How old?"), question()])
    with pytest.raises(BadInput) as refusal:
        check_same_kinds(before, [question(), question(id="age", kind=K.TEXT)])

    assert list(refusal.value.fields) == ["questions.1.kind"]


ANSWERS = [
    (question(), "Rice", None),
    (question(), 3, "This must be a text."),
    (question(), "x" * 1001, "At most 1,000 characters."),
    (question(), "a\x00b", "Control characters are not allowed."),
    (question(kind=K.CHOICE, choices=("Soup", "Rice")), "Rice", None),
    (question(kind=K.CHOICE, choices=("Soup", "Rice")), "Fish", "Choose one of the answers."),
    (question(kind=K.CHOICE, choices=("Soup", "Rice")), ["Rice"], "Choose one of the answers."),
    (question(kind=K.NUMBER), 0, None),
    (question(kind=K.NUMBER), 1.5, None),
    (question(kind=K.NUMBER), "7", "This must be a number."),
    (question(kind=K.NUMBER), True, "This must be a number."),
    (question(kind=K.NUMBER), 10**400, "This number is too large."),
    (question(kind=K.NUMBER), float("nan"), "This number is too large."),
    (question(kind=K.CONSENT), False, None),
    (question(kind=K.CONSENT), "yes", "This must be a yes or a no."),
    (question(kind=K.CONSENT, required=True), True, None),
    (question(kind=K.CONSENT, required=True), False, "You can only register if you agree to this."),
    (question(kind=K.NUMBER, required=True), 0, None),
    (question(required=True), "  ", "Please answer this."),
    (question(kind=K.CHOICE, choices=("a", "b"), required=True), None, "Please choose one."),
    (question(kind=K.NUMBER, required=True), "", "Please give a number."),
]


@pytest.mark.parametrize(("asked", "value", "rule"), ANSWERS)
def test_answer_fits_its_question_or_is_refused(asked, value, rule):
    assert answers_refused(asked, value) == ({"answers.food": rule} if rule else None)


def test_who_answers_for_a_guest_may_leave_answers_out():
    assert answers_refused(question(required=True), None, complete=False) is None
    assert answers_refused(question(kind=K.CONSENT, required=True), False, complete=False) is None
    assert answers_refused(question(kind=K.NUMBER, required=True), "x", complete=False) == {
        "answers.food": "This must be a number."
    }


def test_answers_are_kept_by_question_without_the_empty_ones():
    asked = [question(), question(id="age", kind=K.NUMBER), question(id="ok", kind=K.CONSENT)]

    assert checked_answers(asked, {"food": " Rice\r\nand soup ", "age": "", "ok": False}) == {
        "food": "Rice\nand soup",
        "ok": False,
    }


def test_answer_to_what_is_not_asked_is_refused():
    with pytest.raises(BadInput) as refusal:
        checked_answers([question()], {"food": "Rice", "shoes": "42"})

    assert refusal.value.fields == {"answers.shoes": "This is not asked at this event."}


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        (K.NUMBER, " 12 ", 12),
        (K.NUMBER, "-1.5", -1.5),
        (K.NUMBER, "twelve", "twelve"),
        (K.NUMBER, "1e999", "1e999"),
        (K.NUMBER, "٣", "٣"),
        (K.CONSENT, "Yes", True),
        (K.CONSENT, "off", False),
        (K.CONSENT, "maybe", "maybe"),
        (K.TEXT, " 12 ", "12"),
    ],
)
def test_texts_are_read_as_what_the_question_wants(kind, text, value):
    assert read_answers([question(kind=kind)], {"food": text}) == {"food": value}


def test_all_answers_together_have_a_bound():
    """Each write of a registration costs by its size, so twenty long answers are too many."""
    asked = [question(id=f"q{number}") for number in range(5)]
    fitting = {one.id: "x" * 800 for one in asked}

    assert checked_answers(asked, fitting) == fitting
    with pytest.raises(BadInput) as refusal:
        checked_answers(asked, {**fitting, "q0": "x" * 801})
    assert refusal.value.fields == {"answers": "At most 4,000 characters in all answers together."}
