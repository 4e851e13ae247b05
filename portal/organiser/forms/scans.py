from django import forms
from django.utils.translation import gettext_lazy as _

from backend.checkin.kinds import ScanResult
from backend.checkin.policies import LONGEST_GATE
from portal.kiosk.answers import LOOKS


class ScanFilterForm(forms.Form):
    """What narrows the log; a value that cannot be narrows nothing."""

    result = forms.ChoiceField(
        choices=[("", _("Every result")), *((one.value, LOOKS[one].word) for one in ScanResult)],
        required=False,
    )
    gate = forms.CharField(max_length=LONGEST_GATE, required=False)
