"""An event's questions as fields of a form, and its guests' answers in words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from backend.events.questions import (
    LONGEST_ANSWER,
    Question,
    QuestionKind,
    questions_of,
    read_answers,
)
from backend.registrations.models import Registration
from portal.common.forms import FoyerForm

PREFIX = "answers."
LONG_LIST = 6
MISSING: dict[QuestionKind, str | Promise] = {
    QuestionKind.TEXT: gettext_lazy("Please answer this."),
    QuestionKind.CHOICE: gettext_lazy("Please choose one."),
    QuestionKind.NUMBER: gettext_lazy("Please give a number."),
    QuestionKind.CONSENT: gettext_lazy("You can only register if you agree to this."),
}


class QuestionForm(FoyerForm):
    """A form that goes on with an event's questions; the fields are called ``answers.<id>``.

    So a refused answer finds its field. Not ``complete``: somebody else answers, and need not.
    """

    def __init__(
        self, *args: Any, questions: Sequence[Question] = (), complete: bool = True, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        for question in questions:
            field = _field_of(question, complete=complete)
            checks = isinstance(field.widget, forms.CheckboxInput | forms.RadioSelect)
            field.widget.attrs["class"] = "fo-check" if checks else "fo-input"
            self.fields[PREFIX + question.id] = field


def answers_of(data: Mapping[str, Any], questions: Sequence[Question]) -> dict[str, object]:
    """What the cleaned data of such a form answers, by question id, for the services."""
    texts = {question.id: str(data[PREFIX + question.id]) for question in questions}
    return read_answers(questions, texts)


def initial_answers(registration: Registration | None) -> dict[str, Any]:
    """A registration's answers as such a form starts with them."""
    stored = (registration.answers if registration else None) or {}
    return {PREFIX + name: answer for name, answer in stored.items()}


def _field_of(question: Question, *, complete: bool) -> forms.Field:
    common: dict[str, Any] = {
        "label": question.label,
        "required": question.required and complete,
        "error_messages": {"required": MISSING[question.kind]},
    }
    match question.kind:
        case QuestionKind.TEXT:
            widget = forms.Textarea({"rows": 2})
            return forms.CharField(max_length=LONGEST_ANSWER, widget=widget, **common)
        case QuestionKind.NUMBER:
            digits = forms.TextInput({"inputmode": "decimal", "autocomplete": "off"})
            return forms.CharField(max_length=30, widget=digits, **common)
        case QuestionKind.CONSENT:
            if complete:
                return forms.BooleanField(**common)
            # A box left empty would say no for somebody who was not asked.
            return _choice_of([("True", _("Yes")), ("False", _("No"))], common)
        case QuestionKind.CHOICE:
            return _choice_of([(choice, choice) for choice in question.choices], common)


def _choice_of(choices: list[tuple[str, str]], common: dict[str, Any]) -> forms.Field:
    if len(choices) > LONG_LIST:
        return forms.ChoiceField(choices=[("", _("Please choose")), *choices], **common)
    nothing = [] if common["required"] else [("", _("No answer"))]
    return forms.ChoiceField(choices=choices + nothing, widget=forms.RadioSelect, **common)


@dataclass(frozen=True, slots=True)
class AnswerLine:
    """A question and its answer in words; ``text`` is empty where there is none.

    ``label`` is empty for an answer to what is not asked any more.
    """

    label: str
    text: str


def answers_in_words(event: Any, answers: Mapping[str, Any] | None) -> list[AnswerLine]:
    """What a guest answered, in the order of the questions."""
    given = dict(answers or {})
    lines = [
        AnswerLine(question.label, _in_words(given.pop(question.id, "")))
        for question in questions_of(event)
    ]
    return lines + [AnswerLine("", _in_words(answer)) for answer in given.values()]


def _in_words(answer: Any) -> str:
    if isinstance(answer, bool):
        return _("Yes") if answer else _("No")
    return str(answer)
