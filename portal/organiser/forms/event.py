from collections.abc import Iterable
from datetime import UTC, datetime
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from django import forms
from django.utils.translation import gettext_lazy as _

from backend.events.details import (
    DETAILS,
    LARGEST_CAPACITY,
    LONGEST_DESCRIPTION,
    LONGEST_LOCATION,
    LONGEST_TITLE,
    EventDetails,
)
from backend.events.kinds import Category, LocationType, Visibility
from backend.events.models import Event
from backend.events.questions import questions_of
from portal.common.forms import FoyerForm
from portal.common.words import CATEGORIES, LOCATION_TYPES, VISIBILITIES
from portal.organiser.forms.questions import KINDS, QuestionRow, QuestionsField, rows_of

SEATS = _("A whole number from 1 to 100,000, or nothing for no limit.")
FIRST_YEAR, LAST_YEAR = 2000, 2199
TYPED_AS = "%Y-%m-%dT%H:%M"
MOMENTS = ("starts_at", "ends_at", "admission_opens_at", "admission_closes_at")


class LocalMoment(forms.DateTimeField):
    """A time on the wall of wherever the event is: without a zone until the form knows it."""

    widget = forms.DateTimeInput(format=TYPED_AS, attrs={"type": "datetime-local"})

    def to_python(self, value: Any) -> datetime | None:
        moment = super().to_python(value)
        return moment and moment.replace(tzinfo=None)


@cache
def zone_names() -> list[str]:
    """What is offered while typing: places, and UTC."""
    return sorted({name for name in available_timezones() if _is_place(name)} | {"UTC"})


def _is_place(name: str) -> bool:
    return "/" in name and not name.startswith(("Etc/", "US/", "SystemV/", "posix/", "right/"))


class EventForm(FoyerForm):
    title = forms.CharField(
        label=_("Title"),
        max_length=LONGEST_TITLE,
        error_messages={"required": _("Give the event a title.")},
    )
    starts_at = LocalMoment(
        label=_("Starts"), error_messages={"required": _("Say when the event starts.")}
    )
    ends_at = LocalMoment(
        label=_("Ends"), error_messages={"required": _("Say when the event ends.")}
    )
    time_zone = forms.CharField(
        label=_("Time zone"),
        max_length=64,
        help_text=_("Where the event is. Every time is shown in this zone."),
        widget=forms.TextInput({"list": "zones", "autocomplete": "off", "spellcheck": "false"}),
    )
    location_type = forms.ChoiceField(
        label=_("How guests take part"), choices=LOCATION_TYPES.items(), widget=forms.RadioSelect
    )
    location = forms.CharField(
        label=_("Place"),
        max_length=LONGEST_LOCATION,
        required=False,
        help_text=_("Name and address, or the link of an online event."),
    )
    category = forms.ChoiceField(label=_("Category"), choices=CATEGORIES.items())
    capacity = forms.IntegerField(
        label=_("Capacity"),
        min_value=1,
        max_value=LARGEST_CAPACITY,
        required=False,
        help_text=_("Seats. Leave it empty for no limit."),
        widget=forms.NumberInput({"inputmode": "numeric"}),
        error_messages={"invalid": SEATS, "min_value": SEATS, "max_value": SEATS},
    )
    waiting_list = forms.BooleanField(
        label=_("Waiting list"),
        required=False,
        help_text=_(
            "When every seat is taken, guests wait in line, and the next one moves up by "
            "itself. Without it a full event turns them away."
        ),
    )
    visibility = forms.ChoiceField(
        label=_("Who finds it"), choices=VISIBILITIES.items(), widget=forms.RadioSelect
    )
    admission_opens_at = LocalMoment(
        label=_("Admission opens"),
        required=False,
        help_text=_("Empty: twelve hours before the start."),
    )
    admission_closes_at = LocalMoment(
        label=_("Admission closes"), required=False, help_text=_("Empty: at the end.")
    )
    reentry = forms.BooleanField(
        label=_("Guests may leave and come in again"),
        required=False,
        help_text=_("The desk scans who leaves, too; without it a ticket admits once."),
    )
    questions = QuestionsField(label=_("Questions"), required=False)
    description = forms.CharField(
        label=_("Description"),
        max_length=LONGEST_DESCRIPTION,
        required=False,
        help_text=_("Markdown: **bold**, *italic*, # heading, - list, [text](https://…)."),
        widget=forms.Textarea({"rows": 10}),
    )
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)
    confirmed = forms.CharField(required=False, max_length=200, widget=forms.HiddenInput)

    def __init__(self, *args: Any, fixed_questions: Iterable[str] = (), **kwargs: Any) -> None:
        """``fixed_questions`` are the ids of questions whose kind stays."""
        super().__init__(*args, **kwargs)
        self.fixed_questions = fixed_questions

    question_kinds = KINDS

    @property
    def question_rows(self) -> list[QuestionRow]:
        shown, errors = self["questions"].value() or (), self.errors.get("questions")
        return rows_of(shown, errors.as_data() if errors else (), fixed=self.fixed_questions)

    @property
    def question_errors(self) -> list[str]:
        """What is wrong with the questions as a whole."""
        errors = self.errors.get("questions")
        found = errors.as_data() if errors else ()
        return [error.messages[0] for error in found if "." not in (error.code or "")]

    def clean_time_zone(self) -> str:
        zone: str = self.cleaned_data["time_zone"]
        if zone not in available_timezones():
            raise forms.ValidationError(_("Choose a zone by its name, such as Europe/Berlin."))
        return zone

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if "time_zone" not in data:
            return data
        zone = ZoneInfo(data["time_zone"])
        for name in MOMENTS:
            if data.get(name):
                place(self, name, data[name].replace(tzinfo=zone))
        return data


def place(form: forms.Form, name: str, moment: datetime) -> None:
    """Let the cleaned field be this moment.

    One that its zone skips is an error of the field, and so is a year without events.
    """
    # Before anything is reckoned: the first and the last year have no other zone's time.
    if not FIRST_YEAR <= moment.year <= LAST_YEAR:
        form.add_error(name, _("Choose a year between 2000 and 2199."))
        return
    form.cleaned_data[name] = moment
    back = moment.astimezone(UTC).astimezone(moment.tzinfo)
    if back.replace(tzinfo=None) != moment.replace(tzinfo=None):
        form.add_error(name, _("The clocks go forward then: this time does not exist there."))


def details_of(data: dict[str, Any], *, before: Event | None = None) -> EventDetails:
    """What the cleaned form says, for the services; the rest stays as it was ``before``.

    A form shows minutes, and an hour that comes twice in autumn only once: a time that
    nobody touched stays what it was, to the second.
    """
    values = {name: data[name] for name in DETAILS}
    if before:
        shown = initial_of(before)
        for name in MOMENTS:
            same_wall = data[name] and data[name].replace(tzinfo=None) == shown[name]
            if same_wall and data["time_zone"] == before.time_zone:
                values[name] = getattr(before, name)
    return EventDetails(
        **{
            **values,
            "location_type": LocationType(data["location_type"]),
            "category": Category(data["category"]),
            "visibility": Visibility(data["visibility"]),
        }
    )


def initial_of(event: Event) -> dict[str, Any]:
    """The event as the form shows it: times on the wall of its own zone, to the minute."""
    values = {name: getattr(event, name) for name in (*DETAILS, "version")}
    values["questions"] = questions_of(event)
    zone = ZoneInfo(event.time_zone)
    for name in MOMENTS:
        if values[name]:
            local = values[name].astimezone(zone)
            values[name] = local.replace(second=0, microsecond=0, tzinfo=None)
    return values
