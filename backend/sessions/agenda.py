"""An agenda by day and room, and what in it does not go together. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from itertools import groupby
from zoneinfo import ZoneInfo

from backend.events.models import Event
from backend.sessions.models import Session


class ClashKind(StrEnum):
    """What does not go together.

    ``ROOM``: two sessions at the same time in the same room. ``OUTSIDE``: a session that does not
    lie within its event (any more).
    """

    ROOM = "ROOM"
    OUTSIDE = "OUTSIDE"


@dataclass(frozen=True, slots=True)
class Clash:
    """A warning, not a refusal; ``sessions`` are the two that clash, or the one outside."""

    kind: ClashKind
    sessions: tuple[Session, ...]


@dataclass(frozen=True, slots=True)
class Room:
    """The sessions of one day in one room, by start; ``name`` is empty where none is given."""

    name: str
    sessions: list[Session]


@dataclass(frozen=True, slots=True)
class Day:
    """A day in the event's zone; a session belongs to the day it starts on."""

    day: date
    rooms: list[Room]


def overlap(one: Session, other: Session) -> bool:
    """Whether two sessions take place at the same time, be it for a moment."""
    return one.starts_at < other.ends_at and other.starts_at < one.ends_at


def room_key(room: str) -> str:
    """What makes two spellings of a room the same one."""
    return " ".join(room.casefold().split())


def in_order(sessions: Iterable[Session]) -> list[Session]:
    """By start, then by room, then by when they were made."""
    return sorted(sessions, key=lambda one: (one.starts_at, one.room, one.session_id))


def days_of(sessions: Iterable[Session], time_zone: str) -> list[Day]:
    """The sessions by day in this zone, then by room (those without one first), then by start."""
    zone = ZoneInfo(time_zone)

    def day_of(session: Session) -> date:
        return session.starts_at.astimezone(zone).date()

    ordered = sorted(in_order(sessions), key=day_of)
    return [Day(day, _rooms_of(list(of_day))) for day, of_day in groupby(ordered, key=day_of)]


def _rooms_of(sessions: Sequence[Session]) -> list[Room]:
    rooms: dict[str, list[Session]] = {}
    for session in sessions:
        rooms.setdefault(room_key(session.room), []).append(session)
    return [Room(of_room[0].room, of_room) for _, of_room in sorted(rooms.items())]


def clashes_of(sessions: Iterable[Session], event: Event) -> list[Clash]:
    """What does not go together among the sessions that take place, by start.

    A room is the same whatever its case and spaces; sessions without one share none.
    """
    planned = in_order(one for one in sessions if one.is_planned)
    found = [
        Clash(ClashKind.OUTSIDE, (one,))
        for one in planned
        if one.starts_at < event.starts_at or one.ends_at > event.ends_at
    ]
    for place, one in enumerate(planned):
        for other in planned[place + 1 :]:
            if other.starts_at >= one.ends_at:
                break
            if one.room and room_key(one.room) == room_key(other.room):
                found.append(Clash(ClashKind.ROOM, (one, other)))
    return sorted(found, key=lambda clash: clash.sessions[0].starts_at)
