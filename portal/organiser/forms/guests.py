import re
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from ulid import ULID

from backend.registrations.guests import NAME_LENGTH
from backend.registrations.models import Registration
from backend.registrations.services.changing import LONGEST_NOTE
from portal.common.answers import QuestionForm, initial_answers
from portal.common.forms import FoyerForm


def _name_field(**attrs: Any) -> forms.CharField:
    return forms.CharField(
        label=_("Name"),
        max_length=NAME_LENGTH,
        help_text=_("As it stands on the badge."),
        widget=forms.TextInput({"autocomplete": "off", **attrs}),
    )


def _email_field(help_text: Any, *, required: bool = False) -> forms.CharField:
    return forms.CharField(
        label=_("E-mail"),
        max_length=254,
        required=required,
        help_text=help_text,
        widget=forms.EmailInput({"autocomplete": "off"}),
    )


def _note_field() -> forms.CharField:
    # No max_length: a browser sends a line break as two characters. The service counts one.
    attrs = {"rows": 3, "maxlength": LONGEST_NOTE, "class": "fo-input"}
    return forms.CharField(
        label=_("Note"),
        required=False,
        help_text=_("The team and the desk read it, the guest does not."),
        widget=forms.Textarea(attrs),
    )


def _checkbox() -> forms.CheckboxInput:
    return forms.CheckboxInput({"class": "fo-check"})


def _attention_field() -> forms.BooleanField:
    return forms.BooleanField(
        label=_("Needs attention at the desk"), required=False, widget=_checkbox()
    )


class GuestForm(QuestionForm):
    """A new guest: whom, what they would have answered, and what the crew should know.

    ``once`` goes with the form, so that a form sent twice adds one guest.
    """

    name = _name_field(autofocus=True)
    email = _email_field(
        _("The ticket goes there. Without it, the desk finds the guest by name."),
    )
    once = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # After the questions, which the guest would have answered first.
        self.fields["note"] = _note_field()
        self.fields["attention"] = _attention_field()

    def clean_once(self) -> str:
        once: str = self.cleaned_data["once"]
        return once if re.fullmatch("[0-9A-Z]{26}", once) else str(ULID())


class WalkInForm(GuestForm):
    """Somebody who stands at the desk."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        label = _("Admit at once")
        self.fields["admit"] = forms.BooleanField(
            label=label, required=False, initial=True, widget=_checkbox()
        )


class GuestDetailsForm(QuestionForm):
    """What may be changed without touching the ticket.

    An answer that is no choice any more stays one here, so that nobody takes it back unseen.
    """

    name = _name_field()
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            stored = str(self.initial.get(name, ""))
            if isinstance(field, forms.ChoiceField) and stored not in ("", *dict(field.choices)):
                words = _("%(answer)s (no longer offered)") % {"answer": stored}
                field.choices = [(stored, words), *field.choices]


class GuestEmailForm(FoyerForm):
    email = _email_field(_("A new ticket goes there; the old one stops working."), required=True)
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)


class NoteForm(FoyerForm):
    note = _note_field()
    attention = _attention_field()
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)


class SeenForm(forms.Form):
    """Which version of the guest somebody saw who pressed a button."""

    version = forms.IntegerField(min_value=1)


def details_of(guest: Registration) -> dict[str, Any]:
    """The guest as ``GuestDetailsForm`` shows it."""
    return {"name": guest.name, "version": int(guest.version), **initial_answers(guest)}


def note_of(guest: Registration) -> dict[str, Any]:
    """The guest as ``NoteForm`` shows it."""
    return {
        "note": guest.note or "",
        "attention": bool(guest.attention),
        "version": int(guest.version),
    }
