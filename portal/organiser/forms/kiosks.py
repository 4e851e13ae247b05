from django import forms
from django.utils.translation import gettext_lazy as _

from backend.checkin.policies import LONGEST_GATE
from backend.kiosks.policies import LONGEST_NAME
from portal.common.forms import FoyerForm

CONFIRM, EXPRESS = "confirm", "express"


class KioskForm(FoyerForm):
    """What an organiser says about a device."""

    name = forms.CharField(
        label=_("Name of the device"),
        max_length=LONGEST_NAME,
        help_text=_("How you tell it from the others: North 1, Anna's phone."),
        widget=forms.TextInput({"autocomplete": "off"}),
    )
    gate = forms.CharField(
        label=_("Gate"),
        max_length=LONGEST_GATE,
        help_text=_("Where it stands. Kept with every scan, and shown when a ticket comes twice."),
        widget=forms.TextInput({"autocomplete": "off"}),
    )
    speed = forms.ChoiceField(
        label=_("Speed"),
        choices=[
            (CONFIRM, _("Confirm each: every answer waits for a tap")),
            (EXPRESS, _("Express: goes on by itself after green")),
        ],
        initial=CONFIRM,
        widget=forms.RadioSelect,
        help_text=_("Whoever holds the device may change it for the moment."),
    )
