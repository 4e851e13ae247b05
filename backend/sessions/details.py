"""What an organiser says about a session, and the rules that each field keeps."""

from collections.abc import Callable
from dataclasses import asdict, dataclass, fields, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from backend.shared import control_characters
from backend.shared.errors import BadInput

LONGEST_TITLE, LONGEST_DESCRIPTION = 200, 2_000
LONGEST_ROOM, LONGEST_TRACK, LONGEST_SPEAKERS = 100, 60, 500
LARGEST_CAPACITY = 100_000
LONGEST_SESSION = timedelta(days=7)
DEFAULT_NOTICE_MINUTES, LONGEST_NOTICE_MINUTES = 10, 120
OTHER_YEAR = "Choose a year between 2000 and 2199."
MOST_SESSIONS = 500
"""On one event's agenda, canceled ones among them."""


class Framed(Protocol):
    """What sessions have to lie in: an event."""

    @property
    def starts_at(self) -> datetime:
        """When it begins."""

    @property
    def ends_at(self) -> datetime:
        """When it is over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionDetails:
    """The part of a session that organisers write.

    Times are aware, and shown in the event's zone. ``speakers`` and ``track`` are text.
    ``capacity`` is a number of seats or ``None`` for no limit; with ``waiting_list`` guests wait
    where no seat is left. ``notice_minutes`` before the start booked guests are told to queue
    up; with 0 they are not. ``booking_open``: guests may book, until it begins.
    """

    title: str
    description: str = ""
    room: str = ""
    starts_at: datetime
    ends_at: datetime
    track: str = ""
    speakers: str = ""
    capacity: int | None = None
    waiting_list: bool = True
    notice_minutes: int = DEFAULT_NOTICE_MINUTES
    booking_open: bool = True

    def stored(self) -> dict[str, Any]:
        """The values of the session's attributes."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class RowProblem:
    """What is wrong with one session of a file: its row (or number, from 1), field and rule."""

    row: int
    field: str
    rule: str


@dataclass(frozen=True, slots=True)
class AgendaFile:
    """The sessions that a file holds, and what of it could not be read."""

    sessions: list[SessionDetails]
    problems: list[RowProblem]


DETAILS = tuple(field.name for field in fields(SessionDetails))
"""The names of all details, which are those of the session's attributes."""


def at_wall(wall: datetime, time_zone: str, *, field: str) -> datetime:
    """The moment at which clocks in a zone show this; the first where they show it twice.

    A time with an offset is that moment already. Refuses with ``BadInput`` on ``field`` what
    clocks never show because they go forward then, and years in which no session takes place.
    """
    # Before anything is reckoned: the first and the last year have no other zone's time.
    if not _is_near(wall):
        raise BadInput({field: OTHER_YEAR})
    if wall.tzinfo is not None:
        return wall
    moment = wall.replace(tzinfo=ZoneInfo(time_zone), fold=0)
    back = moment.astimezone(UTC).astimezone(moment.tzinfo)
    if back.replace(tzinfo=None) != wall.replace(fold=0):
        raise BadInput({field: "The clocks go forward then: this time does not exist there."})
    return moment.astimezone(UTC)


def checked(details: SessionDetails, frame: Framed) -> SessionDetails:
    """The details as they are stored: texts trimmed, times in UTC.

    Refuses with one ``BadInput`` that names every field that breaks a rule: a session lies
    within its event, and ends after it starts.
    """
    tidy = replace(
        details,
        description=details.description.replace("\r\n", "\n").strip(),
        **{name: getattr(details, name).strip() for name in ("title", "room", "track", "speakers")},
    )
    broken = {name: rule for name, check in _CHECKS.items() if (rule := check(tidy))}
    if not {"starts_at", "ends_at"} & broken.keys():
        broken |= _broken_times(tidy, frame)
    if broken:
        raise BadInput(broken)
    return replace(tidy, starts_at=_in_utc(tidy.starts_at), ends_at=_in_utc(tidy.ends_at))


def _in_utc(moment: datetime) -> datetime:
    """As it is stored: to the second."""
    return moment.astimezone(UTC).replace(microsecond=0)


def _broken_times(details: SessionDetails, frame: Framed) -> dict[str, str]:
    broken: dict[str, str] = {}
    if not frame.starts_at <= details.starts_at < frame.ends_at:
        broken["starts_at"] = "A session starts while its event lasts."
    if details.ends_at <= details.starts_at:
        broken["ends_at"] = "The end must be after the start."
    elif details.ends_at > frame.ends_at:
        broken["ends_at"] = "A session ends before its event does, or with it."
    elif details.ends_at - details.starts_at > LONGEST_SESSION:
        broken["ends_at"] = f"A session lasts at most {LONGEST_SESSION.days} days."
    return broken


def _title(details: SessionDetails) -> str | None:
    if not details.title:
        return "Give the session a title."
    return _line(details.title, LONGEST_TITLE)


def _line(text: str, longest: int) -> str | None:
    if len(text) > longest:
        return f"At most {longest} characters."
    bad = control_characters.IN_A_LINE.search(text)
    return "Control characters are not allowed." if bad else None


def _description(details: SessionDetails) -> str | None:
    if len(details.description) > LONGEST_DESCRIPTION:
        return f"At most {LONGEST_DESCRIPTION:,} characters."
    bad = control_characters.IN_PROSE.search(details.description)
    return "Control characters are not allowed." if bad else None


def _moment(moment: datetime) -> str | None:
    if moment.tzinfo is None:
        return "Give the time with its offset from UTC."
    return None if _is_near(moment) else OTHER_YEAR


def _is_near(moment: datetime) -> bool:
    return 2000 <= moment.year < 2200


def _whole(number: object, least: int, most: int) -> bool:
    # Python counts True as 1.
    return isinstance(number, int) and number is not True and least <= number <= most


def _capacity(details: SessionDetails) -> str | None:
    if details.capacity is None or _whole(details.capacity, 1, LARGEST_CAPACITY):
        return None
    return f"A whole number from 1 to {LARGEST_CAPACITY:,}, or nothing for no limit."


def _notice_minutes(details: SessionDetails) -> str | None:
    if _whole(details.notice_minutes, 0, LONGEST_NOTICE_MINUTES):
        return None
    return f"A whole number of minutes from 0 (no notice) to {LONGEST_NOTICE_MINUTES}."


_CHECKS: dict[str, Callable[[SessionDetails], str | None]] = {
    "title": _title,
    "description": _description,
    "room": lambda details: _line(details.room, LONGEST_ROOM),
    "starts_at": lambda details: _moment(details.starts_at),
    "ends_at": lambda details: _moment(details.ends_at),
    "track": lambda details: _line(details.track, LONGEST_TRACK),
    "speakers": lambda details: _line(details.speakers, LONGEST_SPEAKERS),
    "capacity": _capacity,
    "notice_minutes": _notice_minutes,
}
