from django import forms
from django.utils.translation import gettext_lazy as _

from backend.guest_requests.policies import LONGEST_REASON
from portal.common.forms import FoyerForm


class DeclineForm(FoyerForm):
    """Why a guest does not get what they asked for."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=LONGEST_REASON,
        help_text=_("The guest reads it word for word."),
        widget=forms.Textarea({"rows": 3, "autofocus": True}),
        error_messages={"required": _("Say why: the guest is shown it.")},
    )
