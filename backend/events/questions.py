"""What an event asks its guests, and which answers fit. Pure."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Protocol

from backend.shared import control_characters
from backend.shared.errors import BadInput

MOST_QUESTIONS, MOST_CHOICES = 20, 20
LONGEST_LABEL, LONGEST_CHOICE, LONGEST_ANSWER = 300, 100, 1_000
LARGEST_NUMBER = 10**12
LONGEST_ANSWERS = 4_000
"""All of a guest's answers together: each write of the registration costs by its size."""
LONGEST_QUESTION_ID = 16
QUESTION_ID = rf"[a-z0-9]{{1,{LONGEST_QUESTION_ID}}}"

Answer = str | int | float | bool
_CONTROL = "Control characters are not allowed."
_YES, _NO = ("true", "yes", "on", "1"), ("false", "no", "off", "0")


class QuestionKind(StrEnum):
    """What an answer to a question is: a text, one of the choices, a number, or a yes."""

    TEXT = "TEXT"
    CHOICE = "CHOICE"
    NUMBER = "NUMBER"
    CONSENT = "CONSENT"


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One question of an event.

    ``id`` is what answers refer to: it stays while the question is reworded or moved, and
    is empty only before the event is stored. ``choices`` are there for ``CHOICE`` only.
    """

    id: str = ""
    kind: QuestionKind
    label: str
    required: bool = False
    choices: tuple[str, ...] = ()

    def to_document(self) -> dict[str, Any]:
        """As it is stored with the event."""
        return {
            "id": self.id,
            "kind": self.kind.value,
            "label": self.label,
            "required": self.required,
            "choices": list(self.choices),
        }

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> "Question":
        """The question of what ``to_document`` made."""
        return cls(
            id=document["id"],
            kind=QuestionKind(document["kind"]),
            label=document["label"],
            required=document["required"],
            choices=tuple(document["choices"]),
        )


class Asking(Protocol):
    """What has questions: an event as it is stored."""

    @property
    def questions(self) -> Any:
        """A list of documents, or ``None``."""


def questions_of(event: Asking) -> tuple[Question, ...]:
    """The questions of an event, in their order."""
    return tuple(Question.from_document(document) for document in event.questions or ())


def checked_questions(questions: Sequence[Question]) -> tuple[Question, ...]:
    """The questions as they are stored: texts trimmed, no choices but where one chooses.

    Refuses with one ``BadInput`` that names every field that breaks a rule by its place:
    ``questions.0.label``, ``questions.2.choices``; ``questions`` when there are too many.
    """
    if len(questions) > MOST_QUESTIONS:
        raise BadInput({"questions": f"Ask at most {MOST_QUESTIONS} questions."})
    tidy = [_tidy(question) for question in questions]
    fields: dict[str, str] = {}
    seen: set[str] = set()
    for place, question in enumerate(tidy):
        for name, rule in _broken_rules(question, seen).items():
            fields[f"questions.{place}.{name}"] = rule
        if question.id:
            seen.add(question.id)
    if fields:
        raise BadInput(fields)
    return tuple(tidy)


def with_ids(questions: Sequence[Question], new_id: Callable[[], str]) -> tuple[Question, ...]:
    """The same, where what had no id yet got one."""
    return tuple(
        question if question.id else replace(question, id=new_id()) for question in questions
    )


def check_same_kinds(before: Sequence[Question], after: Sequence[Question]) -> None:
    """Refuse (``BadInput``) another kind under an id: answers under it would not fit any more."""
    kinds = {question.id: question.kind for question in before}
    fields = {
        f"questions.{place}.kind": (
            "Guests may have answered this already. Remove the question and add a new one."
        )
        for place, question in enumerate(after)
        if kinds.get(question.id, question.kind) is not question.kind
    }
    if fields:
        raise BadInput(fields)


def checked_answers(
    questions: Sequence[Question], answers: Mapping[str, object], *, complete: bool = True
) -> dict[str, Answer]:
    """The answers as they are stored: by question id, texts trimmed, nothing for no answer.

    ``complete`` wants an answer to every required question (and a yes to every required
    consent); somebody who answers for a guest may leave them out. Refuses with one
    ``BadInput`` whose fields are ``answers.<id>``, also for ids that are not asked.
    """
    asked = {question.id for question in questions}
    fields = {
        f"answers.{unknown[:LONGEST_QUESTION_ID]}": "This is not asked at this event."
        for unknown in answers
        if unknown not in asked
    }
    given: dict[str, Answer] = {}
    for question in questions:
        value = answers.get(question.id)
        if isinstance(value, str):
            value = value.replace("\r\n", "\n").strip()
        rule = _answer_rule(question, value)
        if complete and question.required and not rule and _says_nothing(value):
            rule = _MISSING[question.kind]
        if rule:
            fields[f"answers.{question.id}"] = rule
        elif isinstance(value, str | int | float) and value != "":
            given[question.id] = value
    if sum(len(value) for value in given.values() if isinstance(value, str)) > LONGEST_ANSWERS:
        fields["answers"] = f"At most {LONGEST_ANSWERS:,} characters in all answers together."
    if fields:
        raise BadInput(fields)
    return given


def read_answers(questions: Sequence[Question], texts: Mapping[str, str]) -> dict[str, object]:
    """Answers that came as texts, from a form or a spreadsheet, as what their kind is.

    A number that cannot be read and a consent that is no clear yes or no stay texts, which
    ``checked_answers`` refuses.
    """
    kinds = {question.id: question.kind for question in questions}
    return {name: _read(kinds.get(name), text.strip()) for name, text in texts.items()}


def _read(kind: QuestionKind | None, text: str) -> object:
    if kind is QuestionKind.NUMBER and re.fullmatch(r"[+-]?\d{1,15}([.]\d{1,10})?", text, re.ASCII):
        return float(text) if "." in text else int(text)
    if kind is QuestionKind.CONSENT and text.lower() in (*_YES, *_NO):
        return text.lower() in _YES
    return text


def _tidy(question: Question) -> Question:
    chooses = question.kind == QuestionKind.CHOICE
    choices = (choice.strip() for choice in question.choices) if chooses else ()
    return replace(question, label=question.label.strip(), choices=tuple(filter(None, choices)))


def _broken_rules(question: Question, seen: set[str]) -> dict[str, str]:
    rules = {
        "id": _id_rule(question.id, seen),
        "label": _line_rule(question.label, LONGEST_LABEL) if question.label else "Ask something.",
        "choices": _choices_rule(question),
    }
    return {name: rule for name, rule in rules.items() if rule}


def _id_rule(given: str, seen: set[str]) -> str | None:
    if given in seen:
        return "Two questions have this id."
    if given and not re.fullmatch(QUESTION_ID, given):
        return f"Only a to z and 0 to 9, at most {LONGEST_QUESTION_ID}; or nothing for a new one."
    return None


def _line_rule(text: str, longest: int) -> str | None:
    if len(text) > longest:
        return f"At most {longest} characters."
    return _CONTROL if control_characters.IN_A_LINE.search(text) else None


def _choices_rule(question: Question) -> str | None:
    if question.kind is not QuestionKind.CHOICE:
        return None
    if not 2 <= len(question.choices) <= MOST_CHOICES:
        return f"Give 2 to {MOST_CHOICES} choices."
    if len(set(question.choices)) < len(question.choices):
        return "Two choices are the same."
    rules = (_line_rule(choice, LONGEST_CHOICE) for choice in question.choices)
    return next(filter(None, rules), None)


def _says_nothing(value: object) -> bool:
    # A required consent that is refused counts as not given; the number zero is an answer.
    return value is None or value == "" or value is False


def _answer_rule(question: Question, value: object) -> str | None:
    if value is None or value == "":
        return None
    match question.kind:
        case QuestionKind.TEXT:
            return _text_rule(value)
        case QuestionKind.CHOICE:
            return None if value in question.choices else "Choose one of the answers."
        case QuestionKind.NUMBER:
            return _number_rule(value)
        case QuestionKind.CONSENT:
            return None if isinstance(value, bool) else "This must be a yes or a no."


def _text_rule(value: object) -> str | None:
    if not isinstance(value, str):
        return "This must be a text."
    if len(value) > LONGEST_ANSWER:
        return f"At most {LONGEST_ANSWER:,} characters."
    return _CONTROL if control_characters.IN_PROSE.search(value) else None


def _number_rule(value: object) -> str | None:
    # Python counts True as 1.
    if not isinstance(value, int | float) or isinstance(value, bool):
        return "This must be a number."
    return None if abs(value) <= LARGEST_NUMBER else "This number is too large."


_MISSING = {
    QuestionKind.TEXT: "Please answer this.",
    QuestionKind.CHOICE: "Please choose one.",
    QuestionKind.NUMBER: "Please give a number.",
    QuestionKind.CONSENT: "You can only register if you agree to this.",
}
