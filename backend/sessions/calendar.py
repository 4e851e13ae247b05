"""An agenda as a calendar file (``.ics``, RFC 5545), and out of one."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from icalendar import Calendar
from icalendar import Event as Entry

from backend.events.models import Event
from backend.sessions.details import (
    LONGEST_DESCRIPTION,
    LONGEST_ROOM,
    LONGEST_SPEAKERS,
    LONGEST_TITLE,
    LONGEST_TRACK,
    MOST_SESSIONS,
    AgendaFile,
    RowProblem,
    SessionDetails,
    at_wall,
)
from backend.sessions.models import Session
from backend.shared.errors import BadInput

MOST_BYTES = 1024 * 1024
_LONGEST_NUMBER = 9
_SPEAKERS, _CAPACITY = "x-foyer-speakers", "x-foyer-capacity"


def agenda_file(
    event: Event, sessions: Iterable[Session], *, url: str = "", now: datetime
) -> bytes:
    """The sessions as entries that mail programs and phones import.

    Times are UTC, so they are right everywhere; the event's own zone is named beside them.
    ``UID`` stays and ``SEQUENCE`` grows with every change, so importing a newer file replaces
    the older entries; a canceled session cancels its own. Nothing about any guest stands in it.
    """
    calendar = Calendar()
    calendar.add("prodid", "-//Foyer//Sessions//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", event.title)
    calendar.add("x-wr-timezone", event.time_zone)
    for session in sessions:
        calendar.add_component(_entry(session, event, url=url, now=now))
    return bytes(calendar.to_ical())


def _entry(session: Session, event: Event, *, url: str, now: datetime) -> Entry:
    entry = Entry()
    entry.add("uid", f"{session.session_id}@foyer")
    entry.add("sequence", session.version)
    entry.add("dtstamp", now)
    entry.add("last-modified", session.updated_at)
    entry.add("dtstart", session.starts_at)
    entry.add("dtend", session.ends_at)
    entry.add("summary", session.title)
    place = ", ".join(part for part in (session.room, event.location) if part)
    for name, text in (
        ("description", session.description),
        ("location", place),
        ("url", url),
        (_SPEAKERS, session.speakers),
        ("x-foyer-room", session.room),
        (_CAPACITY, "" if session.capacity is None else str(session.capacity)),
    ):
        if text:
            entry.add(name, text)
    if session.track:
        entry.add("categories", [session.track])
    entry.add("status", "CONFIRMED" if session.is_planned else "CANCELLED")
    return entry


def read_agenda(content: bytes, event: Event) -> AgendaFile:
    """The sessions of a calendar file, with what could not be read of each entry.

    Canceled entries are left out. Times without a zone are taken for the event's; of a series
    only the first entry is taken. What organisers may not say of a session is refused when they
    are added. Refuses with ``BadInput`` on ``file``: no calendar, over 1 MB, more than 500
    entries.
    """
    if len(content) > MOST_BYTES:
        raise BadInput({"file": "The file is larger than 1 MB."})
    try:
        calendar = Calendar.from_ical(content)
        entries = [one for one in calendar.walk("VEVENT") if one.get("status") != "CANCELLED"]
    except (ValueError, IndexError, KeyError, AttributeError, TypeError):
        raise BadInput({"file": "This is no calendar file (.ics) that can be read."}) from None
    if not entries:
        raise BadInput({"file": "There are no entries in this calendar."})
    if len(entries) > MOST_SESSIONS:
        raise BadInput({"file": f"An event has at most {MOST_SESSIONS} sessions."})
    sessions: list[SessionDetails] = []
    problems: list[RowProblem] = []
    for number, entry in enumerate(entries, start=1):
        try:
            sessions.append(_details_of(entry, event))
        except BadInput as refusal:
            problems += [RowProblem(number, name, rule) for name, rule in refusal.fields.items()]
    return AgendaFile(sessions, problems)


def _details_of(entry: Any, event: Event) -> SessionDetails:
    starts_at = _moment(entry, "dtstart", "starts_at", event)
    return SessionDetails(
        title=_text(entry, "summary", LONGEST_TITLE),
        description=_text(entry, "description", LONGEST_DESCRIPTION),
        room=_text(entry, "x-foyer-room", LONGEST_ROOM) or _text(entry, "location", LONGEST_ROOM),
        starts_at=starts_at,
        ends_at=_moment(entry, "dtend", "ends_at", event),
        track=_track(entry)[:LONGEST_TRACK],
        speakers=_text(entry, _SPEAKERS, LONGEST_SPEAKERS),
        capacity=_capacity(entry),
    )


def _capacity(entry: Any) -> int | None:
    """Only our own calendars hold one."""
    said = str(entry.get(_CAPACITY, ""))
    if not (said.isascii() and said.isdecimal()):
        return None
    if len(said) > _LONGEST_NUMBER:
        raise BadInput({"capacity": "This must be a whole number."})
    return int(said)


def _text(entry: Any, name: str, most: int) -> str:
    """As much of it as a session can hold: other programs write whole pages."""
    return str(entry.get(name, "")).strip()[:most]


def _track(entry: Any) -> str:
    found = entry.get("categories")
    first = found[0] if isinstance(found, list) and found else found
    names = [str(one) for one in getattr(first, "cats", ())]
    return names[0].strip() if names else ""


def _moment(entry: Any, name: str, field: str, event: Event) -> datetime:
    try:
        found = getattr(entry.get(name), "dt", None)
    except ValueError:  # how the library tells of a time that it could not read
        found = None
    if not isinstance(found, datetime):
        raise BadInput({field: "A day and a time are needed here."})
    return at_wall(found, event.time_zone, field=field).astimezone(UTC)
