"""What a desk sends. The same rules for the page's own requests and for the plain form."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from backend.checkin.kinds import SCAN_ID
from backend.checkin.policies import LONGEST_GATE
from backend.kiosks.services import LONGEST_VERSION, MOST_WAITING

NO_CODE = _("Type the eight characters under the QR code.")
GUEST = r"^[0-9A-Z]{16}\Z"


def one_line(text: str) -> None:
    """JSON can spell what no page can show: halves of characters, control characters."""
    if not text.isprintable():
        raise ValidationError(_("Letters, digits, spaces and signs only."))


class GateForm(forms.Form):
    gate = forms.CharField(
        max_length=LONGEST_GATE,
        validators=[one_line],
        error_messages={"required": _("Say where this desk stands.")},
    )


class LookUpForm(forms.Form):
    """A ticket is taken as it is: the alphabet of the QR code has a space in it."""

    ticket = forms.CharField(max_length=300, strip=False, error_messages={"required": NO_CODE})


class ScanForm(LookUpForm):
    """By a ticket, in or ``out``; or by the key of a guest who was found by name."""

    guest = forms.RegexField(GUEST, required=False)
    scan_id = forms.RegexField(rf"^{SCAN_ID}\Z")
    gate = forms.CharField(max_length=LONGEST_GATE, required=False, validators=[one_line])
    out = forms.BooleanField(required=False)
    resent = forms.BooleanField(required=False)

    def __init__(self, data: Mapping[str, Any]) -> None:
        super().__init__(data)
        self.fields["ticket"].required = not data.get("guest")


class UndoForm(forms.Form):
    guest = forms.RegexField(GUEST)
    scan_id = forms.RegexField(rf"^{SCAN_ID}\Z")


class BeatForm(forms.Form):
    waiting = forms.IntegerField(min_value=0, max_value=MOST_WAITING)
    version = forms.CharField(max_length=LONGEST_VERSION, required=False, validators=[one_line])
