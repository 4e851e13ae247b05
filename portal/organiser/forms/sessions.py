from collections.abc import Iterable
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils.translation import gettext_lazy as _

from backend.events.models import Event
from backend.sessions.details import (
    DEFAULT_NOTICE_MINUTES,
    DETAILS,
    LARGEST_CAPACITY,
    LONGEST_DESCRIPTION,
    LONGEST_NOTICE_MINUTES,
    LONGEST_ROOM,
    LONGEST_SPEAKERS,
    LONGEST_TITLE,
    LONGEST_TRACK,
    SessionDetails,
)
from backend.sessions.models import Agenda, Session
from backend.sessions.services.planning import MOST_BOOKINGS
from portal.common.forms import FoyerForm
from portal.organiser.forms.event import SEATS, LocalMoment, place

MOMENTS = ("starts_at", "ends_at")
MINUTES = _("A whole number of minutes from 0 (no notice) to 120.")
MOST_BYTES = 1024 * 1024
LIMIT = _("A whole number from 1 to 100, or nothing for no limit.")


class SessionForm(FoyerForm):
    """What an organiser says about a session; times on the wall of the event's zone."""

    title = forms.CharField(
        label=_("Title"),
        max_length=LONGEST_TITLE,
        error_messages={"required": _("Give the session a title.")},
    )
    starts_at = LocalMoment(
        label=_("Starts"), error_messages={"required": _("Say when the session starts.")}
    )
    ends_at = LocalMoment(
        label=_("Ends"), error_messages={"required": _("Say when the session ends.")}
    )
    room = forms.CharField(
        label=_("Room"),
        max_length=LONGEST_ROOM,
        required=False,
        widget=forms.TextInput({"list": "rooms", "autocomplete": "off"}),
    )
    track = forms.CharField(
        label=_("Track"),
        max_length=LONGEST_TRACK,
        required=False,
        widget=forms.TextInput({"list": "tracks", "autocomplete": "off"}),
    )
    speakers = forms.CharField(label=_("Speakers"), max_length=LONGEST_SPEAKERS, required=False)
    capacity = forms.IntegerField(
        label=_("Capacity"),
        min_value=1,
        max_value=LARGEST_CAPACITY,
        required=False,
        help_text=_("Seats. Leave it empty for no limit."),
        widget=forms.NumberInput({"inputmode": "numeric"}),
        error_messages={"invalid": SEATS, "min_value": SEATS, "max_value": SEATS},
    )
    notice_minutes = forms.IntegerField(
        label=_("Queue-up notice, minutes before"),
        min_value=0,
        max_value=LONGEST_NOTICE_MINUTES,
        initial=DEFAULT_NOTICE_MINUTES,
        help_text=_("When booked guests are told to come. 0: they are not."),
        widget=forms.NumberInput({"inputmode": "numeric"}),
        error_messages=dict.fromkeys(("required", "invalid", "min_value", "max_value"), MINUTES),
    )
    booking_open = forms.BooleanField(
        label=_("Guests can book it"),
        required=False,
        initial=True,
        help_text=_("Until it starts. Leave it off where everybody just comes."),
    )
    waiting_list = forms.BooleanField(
        label=_("Waiting list"),
        required=False,
        initial=True,
        help_text=_("When every seat is taken, guests wait in line. The next one moves up."),
    )
    description = forms.CharField(
        label=_("Description"),
        max_length=LONGEST_DESCRIPTION,
        required=False,
        widget=forms.Textarea({"rows": 5}),
    )
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, event: Event, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.zone = ZoneInfo(event.time_zone)

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        for name in MOMENTS:
            if data.get(name):
                place(self, name, data[name].replace(tzinfo=self.zone))
        return data


def details_of(data: dict[str, Any], event: Event, before: Session | None = None) -> SessionDetails:
    """What the cleaned form says, for the services.

    A form shows minutes, and an hour that comes twice in autumn only once: a time that nobody
    touched stays what it was ``before``.
    """
    values = {name: data[name] for name in DETAILS}
    shown = initial_of(before, event) if before else {}
    for name in MOMENTS:
        if before and data[name].replace(tzinfo=None) == shown[name]:
            values[name] = getattr(before, name)
    return SessionDetails(**values)


def initial_of(session: Session, event: Event) -> dict[str, Any]:
    """The session as the form shows it: times on the wall of its event's zone, to the minute."""
    values = {name: getattr(session, name) for name in (*DETAILS, "version")}
    for name in MOMENTS:
        local = values[name].astimezone(ZoneInfo(event.time_zone))
        values[name] = local.replace(second=0, microsecond=0, tzinfo=None)
    return values


class RulesForm(FoyerForm):
    """What holds for all sessions of an event."""

    most_bookings = forms.IntegerField(
        label=_("Most sessions per guest"),
        min_value=1,
        max_value=MOST_BOOKINGS,
        required=False,
        help_text=_("Booked or waited for. Leave it empty for no limit; who has more keeps them."),
        widget=forms.NumberInput({"inputmode": "numeric"}),
        error_messages={"invalid": LIMIT, "min_value": LIMIT, "max_value": LIMIT},
    )
    allow_overlap = forms.BooleanField(
        label=_("Guests may book sessions that overlap"),
        required=False,
        help_text=_("Otherwise a guest is asked first."),
    )
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)


class AgendaFileForm(FoyerForm):
    """A file to add sessions from."""

    file = forms.FileField(
        label=_("File"),
        help_text=_("CSV, XLSX or calendar (.ics), up to 1 MB."),
        widget=forms.FileInput({"accept": ".csv,.xlsx,.ics", "class": "fo-input fo-file"}),
        error_messages=dict.fromkeys(("required", "empty"), _("Choose a file with sessions.")),
    )

    def clean_file(self) -> Any:
        upload = self.cleaned_data["file"]
        if upload.size > MOST_BYTES:
            raise forms.ValidationError(_("The file is larger than 1 MB."))
        return upload


def rules_of(agenda: Agenda) -> dict[str, Any]:
    """The rules as their form shows them."""
    return {
        "most_bookings": agenda.most_bookings,
        "allow_overlap": agenda.allow_overlap,
        "version": int(agenda.version),
    }


def distinct(values: Iterable[str]) -> list[str]:
    """What is offered while typing: each once, by the alphabet."""
    return sorted({value for value in values if value}, key=str.casefold)
