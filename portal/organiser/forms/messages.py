from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from portal.common.forms import FoyerForm


def _clock(label: Any) -> forms.TimeField:
    widget = forms.TimeInput({"type": "time"}, format="%H:%M")
    return forms.TimeField(
        label=label,
        required=False,
        widget=widget,
        error_messages={"invalid": _("Write a time like 22:00.")},
    )


class QuietHoursForm(FoyerForm):
    """Both, or neither for no quiet hours."""

    since = _clock(_("From"))
    until = _clock(_("Until"))

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean()
        for given, missing in (("since", "until"), ("until", "since")):
            if data.get(given) and not data.get(missing) and missing not in self.errors:
                self.add_error(missing, _("Give both times, or none."))
        return data
