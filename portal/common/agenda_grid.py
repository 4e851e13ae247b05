"""An agenda as a table of each day: rows by start, columns by room."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Generic, TypeVar

from backend.sessions.agenda import Day
from backend.sessions.models import Session

CardT = TypeVar("CardT")


@dataclass(frozen=True, slots=True)
class Row(Generic[CardT]):
    """What starts at one moment; each cell names its room and holds its cards, if any."""

    starts_at: datetime
    cells: list[tuple[str, list[CardT]]]


@dataclass(frozen=True, slots=True)
class Grid(Generic[CardT]):
    day: date
    rooms: list[str]
    rows: list[Row[CardT]]


def grids_of(days: Sequence[Day], card_of: Callable[[Session], CardT]) -> list[Grid[CardT]]:
    """One table per day; ``card_of`` says what to show of a session."""
    return [_grid(day, card_of) for day in days]


def _grid(day: Day, card_of: Callable[[Session], CardT]) -> Grid[CardT]:
    starts = sorted({one.starts_at for room in day.rooms for one in room.sessions})
    rows = [
        Row(
            start,
            [
                (room.name, [card_of(one) for one in room.sessions if one.starts_at == start])
                for room in day.rooms
            ],
        )
        for start in starts
    ]
    return Grid(day.day, [room.name for room in day.rooms], rows)
