"""The questions of an event as rows of its form: any number of them, in the page's order.

Each row has a key, and its parts are posted as ``questions-<key>-label``; the keys come in
the order of the rows under ``questions``. So a row can be added, moved and taken out by the
page alone, and the form works without scripts.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from backend.events.questions import (
    MOST_QUESTIONS,
    Question,
    QuestionKind,
    checked_questions,
)
from backend.shared.errors import BadInput

KEY = re.compile(r"[a-z0-9]{1,20}")
MOST_ROWS = MOST_QUESTIONS + 5
KINDS = {
    QuestionKind.TEXT: gettext_lazy("Text"),
    QuestionKind.CHOICE: gettext_lazy("One of several"),
    QuestionKind.NUMBER: gettext_lazy("Number"),
    QuestionKind.CONSENT: gettext_lazy("Consent"),
}


@dataclass(slots=True)
class QuestionRow:
    """A question as the page shows it; ``choices`` stand one per line."""

    key: str
    id: str = ""
    kind: str = QuestionKind.TEXT
    label: str = ""
    required: bool = False
    choices: str = ""
    fixed: bool = False
    errors: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, question: Question, place: int) -> "QuestionRow":
        return cls(
            key=question.id or f"row{place}",
            id=question.id,
            kind=question.kind,
            label=question.label,
            required=question.required,
            choices="\n".join(question.choices),
        )

    @property
    def kind_word(self) -> str:
        return str(KINDS[QuestionKind(self.kind)]) if self.kind in KINDS else self.kind

    @property
    def question(self) -> Question:
        """Refuses (``ValueError``) a kind that there is not."""
        return Question(
            id=self.id,
            kind=QuestionKind(self.kind),
            label=self.label,
            required=self.required,
            choices=tuple(self.choices.splitlines()),
        )


class QuestionsWidget(forms.Widget):
    """Reads the rows; the page draws them."""

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[QuestionRow]:
        rows = []
        for key in dict.fromkeys(data.getlist(name)[:MOST_ROWS]):
            if not KEY.fullmatch(key):
                continue
            part = {
                each: data.get(f"{name}-{key}-{each}", "")
                for each in ("id", "kind", "label", "required", "choices", "remove")
            }
            row = QuestionRow(
                key=key,
                id=part["id"],
                kind=part["kind"] or QuestionKind.TEXT,
                label=part["label"],
                required=bool(part["required"]),
                choices=part["choices"],
            )
            blank = not (row.id or row.label.strip() or row.choices.strip())
            if not blank and not part["remove"]:
                rows.append(row)
        return rows


class QuestionsField(forms.Field):
    """Cleans to ``Question``s; the code of each error says where it belongs: ``2.label``."""

    widget = QuestionsWidget

    def clean(self, value: list[QuestionRow]) -> tuple[Question, ...]:
        for place, row in enumerate(value):
            if row.kind not in KINDS:
                raise ValidationError(_("Choose one of the kinds."), code=f"{place}.kind")
        try:
            return checked_questions([row.question for row in value])
        except BadInput as refusal:
            raise ValidationError(
                [
                    ValidationError(rule, code=name.removeprefix("questions").removeprefix("."))
                    for name, rule in refusal.fields.items()
                ]
            ) from None


def rows_of(
    shown: Iterable[Question | QuestionRow],
    errors: Iterable[ValidationError],
    *,
    fixed: Iterable[str],
) -> list[QuestionRow]:
    """What the page draws: stored questions or posted rows, each with its own errors.

    ``fixed`` are the ids whose kind stays.
    """
    fixed = set(fixed)
    rows = [
        QuestionRow.of(one, place) if isinstance(one, Question) else one
        for place, one in enumerate(shown)
    ]
    for row in rows:
        row.fixed = row.id in fixed
    for error in errors:
        place, _dot, name = (error.code or "").partition(".")
        if name and int(place) < len(rows):
            rows[int(place)].errors[name] = error.messages[0]
    return rows


def in_words(questions: Iterable[Question]) -> str:
    """``1. Which food? (One of several: Soup, Rice; required)``, a line for each."""
    return "\n".join(
        f"{number}. {question.label} ({_details(question)})"
        for number, question in enumerate(questions, start=1)
    )


def _details(question: Question) -> str:
    kind = str(KINDS[question.kind])
    if question.choices:
        kind = f"{kind}: {', '.join(question.choices)}"
    return f"{kind}; {_('required')}" if question.required else kind
