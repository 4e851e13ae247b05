"""What an organiser says about an event, and the rules that each field keeps."""

from collections.abc import Callable
from dataclasses import asdict, dataclass, fields, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any, Protocol
from zoneinfo import available_timezones

from backend.events.kinds import Category, LocationType, Visibility
from backend.events.questions import Question, checked_questions
from backend.shared import control_characters
from backend.shared.errors import BadInput

LONGEST_TITLE, LONGEST_DESCRIPTION, LONGEST_LOCATION = 200, 10_000, 300
LARGEST_CAPACITY = 100_000
LONGEST_EVENT = timedelta(days=366)
ADMISSION_BEFORE_START = timedelta(hours=12)
EARLIEST_ADMISSION, LATEST_ADMISSION = timedelta(days=7), timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class EventDetails:
    """The part of an event that its organisers write.

    Times are aware; ``time_zone`` is the IANA zone they are shown in; ``capacity`` is a
    number of seats or ``None`` for no limit. Times of admission that are ``None`` are what
    ``admission_opens_at`` and ``admission_closes_at`` make of the event's own.
    """

    title: str
    description: str = ""
    starts_at: datetime
    ends_at: datetime
    time_zone: str
    location_type: LocationType = LocationType.IN_PERSON
    location: str = ""
    category: Category = Category.OTHER
    capacity: int | None = None
    waiting_list: bool = True
    visibility: Visibility = Visibility.PUBLIC
    questions: tuple[Question, ...] = ()
    admission_opens_at: datetime | None = None
    admission_closes_at: datetime | None = None
    reentry: bool = False

    def stored(self) -> dict[str, Any]:
        """The values of the event's attributes."""
        values = asdict(self)
        values["questions"] = [question.to_document() for question in self.questions] or None
        return values


DETAILS = tuple(field.name for field in fields(EventDetails))
"""The names of all details, which are those of the event's attributes."""


class Scheduled(Protocol):
    """What has a start, an end and times of admission: details, and an event as it is stored."""

    @property
    def starts_at(self) -> datetime:
        """When it begins."""

    @property
    def ends_at(self) -> datetime:
        """When it is over."""

    @property
    def admission_opens_at(self) -> datetime | None:
        """When guests are let in at the earliest, if somebody said so."""

    @property
    def admission_closes_at(self) -> datetime | None:
        """When they are let in at the latest, if somebody said so."""


def admission_opens_at(event: Scheduled) -> datetime:
    """From when guests are let in: as its organisers say, else twelve hours before the start."""
    return event.admission_opens_at or event.starts_at - ADMISSION_BEFORE_START


def admission_closes_at(event: Scheduled) -> datetime:
    """Until when guests are let in: as its organisers say, else until the end."""
    return event.admission_closes_at or event.ends_at


def checked(details: EventDetails) -> EventDetails:
    """The details as they are stored: texts trimmed, times in UTC.

    Refuses with one ``BadInput`` that names every field that breaks a rule.
    """
    tidy = replace(
        details,
        title=details.title.strip(),
        description=details.description.replace("\r\n", "\n").strip(),
        location=details.location.strip(),
    )
    fields = {name: rule for name, check in _CHECKS.items() if (rule := check(tidy))}
    questions: tuple[Question, ...] = ()
    try:
        questions = checked_questions(details.questions)
    except BadInput as refusal:
        fields |= refusal.fields
    if not fields:
        fields = {name: rule for name, check in _TIME_CHECKS.items() if (rule := check(tidy))}
    if fields:
        raise BadInput(fields)
    return replace(
        tidy,
        starts_at=tidy.starts_at.astimezone(UTC),
        ends_at=tidy.ends_at.astimezone(UTC),
        location_type=LocationType(tidy.location_type),
        category=Category(tidy.category),
        visibility=Visibility(tidy.visibility),
        questions=questions,
        admission_opens_at=_in_utc(tidy.admission_opens_at),
        admission_closes_at=_in_utc(tidy.admission_closes_at),
    )


def _in_utc(moment: datetime | None) -> datetime | None:
    return moment.astimezone(UTC) if moment else None


def _title(details: EventDetails) -> str | None:
    if not details.title:
        return "Give the event a title."
    return _line(details.title, LONGEST_TITLE)


def _line(text: str, longest: int) -> str | None:
    if len(text) > longest:
        return f"At most {longest} characters."
    return (
        "Control characters are not allowed." if control_characters.IN_A_LINE.search(text) else None
    )


def _description(details: EventDetails) -> str | None:
    if len(details.description) > LONGEST_DESCRIPTION:
        return f"At most {LONGEST_DESCRIPTION:,} characters."
    bad = control_characters.IN_PROSE.search(details.description)
    return "Control characters are not allowed." if bad else None


def _moment(moment: datetime | None) -> str | None:
    if moment is None:
        return None
    if moment.tzinfo is None:
        return "Give the time with its offset from UTC."
    return None if 2000 <= moment.year < 2200 else "Choose a year between 2000 and 2199."


@cache
def _zone_names() -> frozenset[str]:
    # These two are no places, and not on every machine that a mail is written on.
    return frozenset(available_timezones() - {"localtime", "Factory"})


def _time_zone(details: EventDetails) -> str | None:
    known = details.time_zone in _zone_names()
    return None if known else "Choose a time zone by its IANA name, such as Europe/Berlin."


def _capacity(details: EventDetails) -> str | None:
    seats: object = details.capacity
    if seats is None:
        return None
    # Python counts True as 1.
    if isinstance(seats, int) and seats is not True and 1 <= seats <= LARGEST_CAPACITY:
        return None
    return f"A whole number from 1 to {LARGEST_CAPACITY:,}, or nothing for no limit."


def _one_of(value: str, choices: type[Category | LocationType | Visibility]) -> str | None:
    names = [choice.value for choice in choices]
    return None if value in names else f"Choose one of {', '.join(names)}."


def _ends_at(details: EventDetails) -> str | None:
    if details.ends_at <= details.starts_at:
        return "The end must be after the start."
    too_long = details.ends_at - details.starts_at > LONGEST_EVENT
    return "An event lasts at most a year." if too_long else None


def _admission_opens_at(details: EventDetails) -> str | None:
    opens_at = admission_opens_at(details)
    if opens_at < details.starts_at - EARLIEST_ADMISSION:
        return f"At most {EARLIEST_ADMISSION.days} days before the event starts."
    return None if opens_at < details.ends_at else "Admission must open before the event ends."


def _admission_closes_at(details: EventDetails) -> str | None:
    closes_at = admission_closes_at(details)
    if closes_at <= admission_opens_at(details):
        return "Admission must close after it opens."
    too_late = closes_at > details.ends_at + LATEST_ADMISSION
    return "At most one day after the event ends." if too_late else None


_Check = Callable[[EventDetails], str | None]

_CHECKS: dict[str, _Check] = {
    "title": _title,
    "description": _description,
    "starts_at": lambda details: _moment(details.starts_at),
    "ends_at": lambda details: _moment(details.ends_at),
    "time_zone": _time_zone,
    "location_type": lambda details: _one_of(details.location_type, LocationType),
    "location": lambda details: _line(details.location, LONGEST_LOCATION),
    "category": lambda details: _one_of(details.category, Category),
    "capacity": _capacity,
    "visibility": lambda details: _one_of(details.visibility, Visibility),
    "admission_opens_at": lambda details: _moment(details.admission_opens_at),
    "admission_closes_at": lambda details: _moment(details.admission_closes_at),
}

# These compare times, so they are asked only when each time stands by itself.
_TIME_CHECKS: dict[str, _Check] = {
    "ends_at": _ends_at,
    "admission_opens_at": _admission_opens_at,
    "admission_closes_at": _admission_closes_at,
}
