"""What a guest fills in to register."""

from django import forms
from django.utils.translation import gettext_lazy as _

from backend.registrations.guests import NAME_LENGTH
from portal.common.answers import QuestionForm


class RegisterForm(QuestionForm):
    """The name, then whatever the event asks."""

    name = forms.CharField(
        label=_("Your name"),
        max_length=NAME_LENGTH,
        help_text=_("As it should stand on your ticket and badge."),
        widget=forms.TextInput({"autocomplete": "name"}),
    )
