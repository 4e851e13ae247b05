from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from backend.guest_requests.kinds import Kind
from backend.guest_requests.policies import LONGEST_CLIENT_ID, LONGEST_TEXT
from portal.common.forms import FoyerForm


class AskForm(FoyerForm):
    """What a guest would like of one kind. ``request_id``: sent twice, it asks once."""

    option = forms.ChoiceField(label=_("Which?"), required=False, widget=forms.RadioSelect)
    text = forms.CharField(
        label=_("Anything to add?"),
        max_length=LONGEST_TEXT,
        required=False,
        help_text=_("Where you are, how many, what to leave out."),
        widget=forms.Textarea({"rows": 3}),
    )
    request_id = forms.CharField(max_length=LONGEST_CLIENT_ID, widget=forms.HiddenInput)

    def __init__(self, *args: Any, kind: Kind, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["option"].choices = [(option, option) for option in kind.options]
        if not kind.options:
            del self.fields["option"]
            self.fields["text"].label = _("What would you like?")
