from django import forms
from django.utils.translation import gettext_lazy as _

from portal.common.forms import FoyerForm


class UnlockForm(FoyerForm):
    pin = forms.CharField(
        label=_("PIN"),
        max_length=20,
        error_messages={"required": _("Type the PIN of this device.")},
        widget=forms.PasswordInput(
            {"autocomplete": "off", "inputmode": "numeric", "autofocus": True}
        ),
    )


class PairForm(FoyerForm):
    code = forms.CharField(
        label=_("Code"),
        max_length=20,
        help_text=_("Eight letters and digits, from the page Kiosks of the event."),
        error_messages={"required": _("Type the code that the organiser's page shows.")},
        widget=forms.TextInput(
            {
                "autocomplete": "off",
                "autocapitalize": "characters",
                "autocorrect": "off",
                "spellcheck": "false",
                "autofocus": True,
                "placeholder": "7K3M-Q2XD",
            }
        ),
    )
