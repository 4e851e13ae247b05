"""An event as public pages draw it: picture, day, and whether there is room."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from zoneinfo import ZoneInfo

from backend.events import media_bucket
from backend.events.models import Event
from backend.events.states import EventStatus
from backend.registrations import queries
from backend.seats.states import Availability
from portal.common.words import CATEGORIES

DRAWINGS = 6
TAKEN = (Availability.FULL, Availability.WAITING, Availability.CLOSED)


@dataclass(frozen=True, slots=True)
class Card:
    """``banner`` is an address or empty; then ``drawing`` is one of our own pictures.

    ``room`` is empty where nobody can register (any more).
    """

    event: Event
    banner: str
    drawing: str
    category: str
    room: str

    @property
    def is_taken(self) -> bool:
        """Whether a newcomer gets no seat: all are taken, or others wait for the next one."""
        return self.room in TAKEN

    @property
    def has_list(self) -> bool:
        """Whether a newcomer joins the waiting list."""
        return self.is_taken and bool(self.event.waiting_list)


def card_of(event: Event, *, now: datetime, with_room: bool = True) -> Card:
    """The card; asking for room reads the seat pool (at most once a second per process)."""
    open_now = event.status is EventStatus.PUBLISHED and event.ends_at > now
    room = ""
    if with_room and open_now:
        room = queries.availability_of(event, now=now)
    return Card(
        event=event,
        banner=media_bucket.public_url(event.banner_key) if event.banner_key else "",
        drawing=f"public/art/{int(event.uuid[-4:], 16) % DRAWINGS}.svg",
        category=str(CATEGORIES[event.category]),
        room=str(Availability(room)) if room else "",
    )


@dataclass(frozen=True, slots=True)
class Day:
    """The cards of one day, each event counted in its own zone."""

    date: date
    cards: list[Card]


def by_day(cards: Iterable[Card]) -> list[Day]:
    """Cards in order of time, grouped by the day they start on where they take place."""

    def day_of(card: Card) -> date:
        return card.event.starts_at.astimezone(ZoneInfo(card.event.time_zone)).date()

    return [Day(day, list(cards)) for day, cards in groupby(cards, key=day_of)]
