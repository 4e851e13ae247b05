"""Two organisers edited one event: what the other one's version says, beside what was typed."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.forms import ChoiceField, Form
from django.utils import formats
from django.utils.translation import gettext as _

from portal.organiser.forms.event import DETAILS

SHORT = 200


@dataclass(frozen=True, slots=True)
class Difference:
    label: str
    stored: str
    typed: str


def differences(form: Form, stored: dict[str, Any]) -> list[Difference]:
    """Each field whose stored value is not what the form holds, in the form's order."""
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
        if name in DETAILS and _plain(stored[name]) != _plain(typed[name])
    ]


def _plain(value: Any) -> Any:
    return value.replace("\r\n", "\n").strip() if isinstance(value, str) else value


def _words(form: Form, name: str, value: Any) -> str:
    field = form.fields[name]
    if isinstance(field, ChoiceField):
        return str(dict(field.choices)[value])
    if isinstance(value, datetime):
        return str(formats.date_format(value, "D, j M Y, H:i"))
    text = "" if value is None else str(value)
    return (text[:SHORT] + "…" if len(text) > SHORT else text) or _("(empty)")
