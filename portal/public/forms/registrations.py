"""What a guest fills in to register."""

from django import forms
from django.utils.translation import gettext_lazy as _

from portal.common.forms import FoyerForm


class RegisterForm(FoyerForm):
    name = forms.CharField(
        label=_("Your name"),
        max_length=200,
        help_text=_("As it should stand on your ticket and badge."),
        widget=forms.TextInput({"autocomplete": "name"}),
    )
