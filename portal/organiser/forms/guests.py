from django import forms
from django.utils.translation import gettext_lazy as _

from backend.registrations.guests import NAME_LENGTH
from portal.common.forms import FoyerForm


class GuestForm(FoyerForm):
    name = forms.CharField(
        label=_("Name"),
        max_length=NAME_LENGTH,
        help_text=_("As it stands on the badge."),
        widget=forms.TextInput({"autocomplete": "off", "autofocus": True}),
    )
    email = forms.CharField(
        label=_("E-mail"),
        max_length=254,
        required=False,
        help_text=_("The ticket goes there. Without it, the desk finds the guest by name."),
        widget=forms.EmailInput({"autocomplete": "off"}),
    )


class CancelGuestForm(forms.Form):
    version = forms.IntegerField(min_value=1)
