from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from backend.announcements.kinds import Audience
from backend.announcements.services import LONGEST_SUBJECT, LONGEST_TEXT
from backend.sessions.models import Session
from portal.common.forms import FoyerForm

A = Audience

AUDIENCES = {
    A.EVERYBODY: _("Everybody: with a place, and on the waiting list"),
    A.CONFIRMED: _("Guests with a place"),
    A.EXPECTED: _("Guests with a place who have not come yet"),
    A.IN: _("Guests who are inside now"),
    A.WAITLISTED: _("Guests on the waiting list"),
}


class AnnouncementForm(FoyerForm):
    """What an organiser writes to guests."""

    audience = forms.ChoiceField(
        label=_("To"),
        choices=list(AUDIENCES.items()),
        initial=A.CONFIRMED,
        widget=forms.RadioSelect,
    )
    session_id = forms.ChoiceField(
        label=_("Only those with a place at"),
        required=False,
        help_text=_("A session of the agenda, or everybody of the above."),
    )
    subject = forms.CharField(
        label=_("Subject"),
        max_length=LONGEST_SUBJECT,
        widget=forms.TextInput({"autocomplete": "off"}),
    )
    text = forms.CharField(
        label=_("Text"),
        max_length=LONGEST_TEXT,
        strip=False,
        help_text=_(
            "Markdown works: **bold**, lists, [links](https://…). "
            "{name}, {event}, {when}, {where} and {link} become what they are for each guest."
        ),
        widget=forms.Textarea({"rows": 12}),
    )
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, sessions: Iterable[Session] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered = [(one.session_id, one.title) for one in sessions]
        if offered:
            self.fields["session_id"].choices = [("", _("Any session, or none")), *offered]
        else:
            del self.fields["session_id"]
