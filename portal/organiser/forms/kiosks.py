from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from backend.checkin.policies import LONGEST_GATE
from backend.kiosks.kinds import KioskMode
from backend.kiosks.models import Kiosk
from backend.kiosks.policies import LONGEST_NAME, LONGEST_PIN, KioskSettings
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
    mode = forms.ChoiceField(
        label=_("Mode"),
        choices=[
            (KioskMode.STAFFED, _("Staffed: the crew scans, finds names, looks up and undoes")),
            (KioskMode.SELF_SERVICE, _("Self-service: guests scan their own tickets")),
        ],
        initial=KioskMode.STAFFED,
        widget=forms.RadioSelect,
        help_text=_(
            "In self-service the device shows no names but the one it welcomes, sends whoever is "
            "refused to the desk, and starts over by itself. The crew takes it back with the PIN."
        ),
    )
    pin = forms.CharField(
        label=_("PIN of the crew"),
        required=False,
        help_text=_("4 to 8 digits. With it the crew takes the device back from the guests."),
        widget=forms.TextInput(
            {"inputmode": "numeric", "autocomplete": "off", "maxlength": LONGEST_PIN}
        ),
    )
    speed = forms.ChoiceField(
        label=_("Speed"),
        choices=[
            (CONFIRM, _("Confirm each: every answer waits for a tap")),
            (EXPRESS, _("Express: goes on by itself after green")),
        ],
        initial=CONFIRM,
        widget=forms.RadioSelect,
        help_text=_("For the crew. Whoever holds the device may change it for the moment."),
    )
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, has_pin: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if has_pin:
            self.fields["pin"].help_text = _(
                "One is set. Type 4 to 8 digits to set another, or leave it empty to keep it."
            )


def initial_of(kiosk: Kiosk) -> dict[str, Any]:
    """The kiosk as the form shows it; its PIN is known to nobody."""
    return {
        "name": kiosk.name,
        "gate": kiosk.gate,
        "mode": kiosk.mode.value,
        "pin": "",
        "speed": EXPRESS if kiosk.express else CONFIRM,
        "version": int(kiosk.version),
    }


def settings_of(data: dict[str, Any]) -> KioskSettings:
    """What was typed, for the service."""
    return KioskSettings(
        data["name"],
        data["gate"],
        KioskMode(data["mode"]),
        express=data["speed"] == EXPRESS,
        pin=data["pin"],
    )
