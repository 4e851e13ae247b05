"""An agenda as a CSV file, and out of one: times as clocks show them in the event's zone."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from backend.events.models import Event
from backend.registrations import spreadsheets
from backend.sessions.details import (
    DEFAULT_NOTICE_MINUTES,
    MOST_SESSIONS,
    AgendaFile,
    RowProblem,
    SessionDetails,
    at_wall,
)
from backend.sessions.models import Session
from backend.shared.errors import BadInput

COLUMNS = {
    "title": "Title",
    "starts_at": "Start",
    "ends_at": "End",
    "room": "Room",
    "track": "Track",
    "speakers": "Speakers",
    "capacity": "Capacity",
    "waiting_list": "Waiting list",
    "notice_minutes": "Notice minutes",
    "booking_open": "Booking",
    "description": "Description",
}
NEEDED = ("title", "starts_at", "ends_at")
_ALSO = {"begin": "starts_at", "starts at": "starts_at", "ends at": "ends_at", "name": "title"}
_YES, _NO = ("yes", "open", "true", "1"), ("no", "closed", "false", "0")


def agenda_table(event: Event, sessions: Iterable[Session]) -> bytes:
    """The sessions as CSV, one a row, in the order they come."""
    zone = ZoneInfo(event.time_zone)
    rows = [[_told(getattr(one, name), zone) for name in COLUMNS] for one in sessions]
    return spreadsheets.csv_bytes([list(COLUMNS.values()), *rows])


def _told(value: object, zone: ZoneInfo) -> str:
    if isinstance(value, datetime):
        return f"{value.astimezone(zone):%Y-%m-%d %H:%M}"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else str(value)


def read_agenda(content: bytes, event: Event) -> AgendaFile:
    """The sessions of a CSV or XLSX file, with what could not be read of each row.

    Times without an offset are taken for the event's zone. What organisers may not say of a
    session is refused when they are added. Refuses with ``BadInput`` on ``file``: no table, no
    such headings, more than 500 rows.
    """
    sheet = spreadsheets.read(content)
    places = _places_of(sheet.headings)
    if missing := [COLUMNS[name] for name in NEEDED if name not in places]:
        raise BadInput({"file": f"These columns are missing: {', '.join(missing)}."})
    if len(sheet.rows) > MOST_SESSIONS:
        raise BadInput({"file": f"An event has at most {MOST_SESSIONS} sessions."})
    sessions: list[SessionDetails] = []
    problems: list[RowProblem] = []
    for row in sheet.rows:
        cells = {name: spreadsheets.unquoted(row.cells[at]) for name, at in places.items()}
        found = _details_of(cells, event.time_zone)
        if isinstance(found, SessionDetails):
            sessions.append(found)
        else:
            problems += [RowProblem(row.number, name, rule) for name, rule in found.items()]
    return AgendaFile(sessions, problems)


def _places_of(headings: Iterable[str]) -> dict[str, int]:
    known = {heading.casefold(): name for name, heading in COLUMNS.items()} | _ALSO
    places: dict[str, int] = {}
    for at, heading in enumerate(headings):
        name = known.get(" ".join(heading.casefold().replace("_", " ").split()))
        if name is not None:
            places.setdefault(name, at)
    return places


def _details_of(cells: Mapping[str, str], time_zone: str) -> SessionDetails | dict[str, str]:
    """The session of a row, or what is wrong with each of its fields."""
    values: dict[str, object] = {}
    broken: dict[str, str] = {}
    for name, cell in cells.items():
        try:
            values[name] = _READ.get(name, _text)(name, cell, time_zone)
        except BadInput as refusal:
            broken |= refusal.fields
    return broken or SessionDetails(**values)  # type: ignore[arg-type]


def _text(_name: str, cell: str, _zone: str) -> str:
    return cell


def _moment(name: str, cell: str, zone: str) -> datetime:
    try:
        wall = datetime.fromisoformat(cell)
    except ValueError:
        raise BadInput({name: "Write the time like 2026-11-20 18:00."}) from None
    return at_wall(wall, zone, field=name)


def _capacity(name: str, cell: str, _zone: str) -> int | None:
    return _number(name, cell) if cell else None


def _minutes(name: str, cell: str, _zone: str) -> int:
    return _number(name, cell) if cell else DEFAULT_NOTICE_MINUTES


def _number(name: str, cell: str) -> int:
    if not (cell.isascii() and cell.isdecimal() and len(cell) <= 9):
        raise BadInput({name: "This must be a whole number."})
    return int(cell)


def _flag(name: str, cell: str, _zone: str) -> bool:
    said = cell.casefold()
    if said not in (*_YES, *_NO, ""):
        raise BadInput({name: "Write yes or no."})
    return said not in _NO


_READ: dict[str, Callable[[str, str, str], object]] = {
    "starts_at": _moment,
    "ends_at": _moment,
    "capacity": _capacity,
    "notice_minutes": _minutes,
    "waiting_list": _flag,
    "booking_open": _flag,
}
