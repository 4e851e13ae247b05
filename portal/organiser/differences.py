"""Two people edited one thing: what the other one's version says, beside what was typed."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.forms import ChoiceField, Form
from django.utils import formats
from django.utils.translation import gettext as _

from backend.events.details import DETAILS
from portal.organiser.forms.questions import in_words

SHORT = 200
LONG = 2_000
"""Questions are read one by one; a description is known by its beginning."""


@dataclass(frozen=True, slots=True)
class Difference:
    label: str
    stored: str
    typed: str


def differences(
    form: Form, stored: dict[str, Any], names: Collection[str] = DETAILS
) -> list[Difference]:
    """Each of these fields whose stored value is not what the form holds, in the form's order."""
    typed = {
        name: value.replace(tzinfo=None) if isinstance(value, datetime) else value
        for name, value in form.cleaned_data.items()
    }
    return [
        Difference(
            label=str(form.fields[name].label),
            stored=_words(form, name, stored[name]),
            typed=_words(form, name, typed[name]),
        )
        for name in form.fields
        if name in names and _plain(stored[name]) != _plain(typed[name])
    ]


def _plain(value: Any) -> Any:
    return value.replace("\r\n", "\n").strip() if isinstance(value, str) else value


def _words(form: Form, name: str, value: Any) -> str:
    field = form.fields[name]
    if isinstance(field, ChoiceField):
        return str(dict(field.choices)[value])
    if isinstance(value, datetime):
        return str(formats.date_format(value, "D, j M Y, H:i"))
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, tuple):
        return in_words(value)[:LONG] or _("(none)")
    text = "" if value is None else str(value)
    return (text[:SHORT] + "…" if len(text) > SHORT else text) or _("(empty)")
