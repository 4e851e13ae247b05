"""What people say about themselves and want to be told."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from backend.notifications.choices import Choices
from backend.notifications.kinds import BY_SMS, NotificationKind
from backend.profiles.services import LONGEST_NAME
from portal.common.forms import FoyerForm
from portal.public.message_words import KINDS, NOTES

OFFERED = [
    kind for kind in KINDS if kind not in (NotificationKind.TICKET, NotificationKind.WELCOME)
]

NOTHING = "-"


class ProfileForm(FoyerForm):
    """A line per kind of message: by e-mail, by SMS. ``shown``: which ticks the page opened with."""

    shown = forms.CharField(required=False, widget=forms.HiddenInput)
    name = forms.CharField(
        label=_("Name"),
        max_length=LONGEST_NAME,
        widget=forms.TextInput({"autocomplete": "name"}),
    )
    phone = forms.CharField(
        label=_("Phone"),
        max_length=40,
        required=False,
        help_text=_("With its country: +49 151 23456789. Only needed for text messages."),
        widget=forms.TextInput({"autocomplete": "tel", "inputmode": "tel", "type": "tel"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for kind in OFFERED:
            self.fields[f"email_{kind}"] = _tick(_("%(kind)s by e-mail") % {"kind": KINDS[kind]})
            if kind in BY_SMS:
                self.fields[f"sms_{kind}"] = _tick(_("%(kind)s by SMS") % {"kind": KINDS[kind]})

    @property
    def rows(self) -> Iterator[tuple[Any, Any, Any, Any]]:
        """Kind, note, and its two fields; no field where there is nothing to choose."""
        for kind in OFFERED:
            sms = self[f"sms_{kind}"] if kind in BY_SMS else None
            yield KINDS[kind], NOTES[kind], self[f"email_{kind}"], sms


def _tick(label: str) -> forms.BooleanField:
    widget = forms.CheckboxInput({"class": "fo-check", "aria-label": label})
    return forms.BooleanField(label=label, required=False, widget=widget)


def initial_of(choices: Choices) -> dict[str, Any]:
    """What the form shows for what is kept."""
    ticks = {
        **{f"email_{kind}": kind not in choices.off for kind in OFFERED},
        **{f"sms_{kind}": kind in choices.by_sms for kind in BY_SMS},
    }
    shown = " ".join(name for name, ticked in ticks.items() if ticked)
    return {"name": choices.name, "phone": choices.phone, "shown": shown or NOTHING, **ticks}


def choices_of(data: dict[str, Any], before: Choices) -> Choices:
    """What the form says; what it does not offer stays as it was."""
    ticked = _ticked({name for name in data if data[name]}, before)
    return replace(ticked, name=data["name"], phone=data["phone"])


def seen_of(data: dict[str, Any], before: Choices) -> Choices:
    """What the person had before them; a page that does not say so showed what is kept."""
    shown = data["shown"].split()
    return _ticked(set(shown), before) if shown else before


def _ticked(names: set[str], before: Choices) -> Choices:
    kept = before.off - set(OFFERED)
    off = {kind for kind in OFFERED if f"email_{kind}" not in names}
    by_sms = frozenset(kind for kind in BY_SMS if f"sms_{kind}" in names)
    return Choices(off=frozenset(kept | off), by_sms=by_sms)
