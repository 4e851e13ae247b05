from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from backend.notifications.kinds import ChannelName
from portal.common.forms import FoyerForm


class NoticeForm(FoyerForm):
    """Whose requests somebody is told of, and how."""

    channel = forms.ChoiceField(
        choices=[(channel, channel) for channel in ChannelName], widget=forms.HiddenInput
    )
    teams = forms.MultipleChoiceField(
        label=_("Whose requests?"),
        required=False,
        help_text=_("Nothing ticked: those of every team, also of teams to come."),
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, teams: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["teams"].choices = [(team, team) for team in teams]
        if not teams:
            del self.fields["teams"]
