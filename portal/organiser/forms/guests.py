from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

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


class GuestForm(QuestionForm):
    """A new guest: whom, and what they would have answered."""

    name = _name_field(autofocus=True)
    email = _email_field(
        _("The ticket goes there. Without it, the desk finds the guest by name."),
    )


class GuestDetailsForm(QuestionForm):
    """What may be changed without touching the ticket."""

    name = _name_field()
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)


class GuestEmailForm(FoyerForm):
    email = _email_field(_("A new ticket goes there; the old one stops working."), required=True)
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)


class NoteForm(FoyerForm):
    # No max_length: a browser sends a line break as two characters. The service counts one.
    note = forms.CharField(
        label=_("Note"),
        required=False,
        help_text=_("The team and the desk read it, the guest does not."),
        widget=forms.Textarea({"rows": 3, "maxlength": LONGEST_NOTE}),
    )
    attention = forms.BooleanField(label=_("Needs attention at the desk"), required=False)
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
