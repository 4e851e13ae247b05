"""An event as public pages draw it: picture, day, and whether there is room."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from zoneinfo import ZoneInfo

from backend.events import media_bucket, policies
from backend.events.kinds import Offer
from backend.events.models import Event
from backend.registrations import queries
from backend.seats.states import Availability
from portal.common.words import CATEGORIES

DRAWINGS = 6


@dataclass(frozen=True, slots=True)
class Card:
    """``banner`` is an address or empty; then ``drawing`` is one of our own pictures.

    ``offer`` is what a newcomer would get; ``unlimited`` whether there is always room.
    """

    event: Event
    banner: str
    drawing: str
    category: str
    offer: Offer = Offer.CLOSED
    unlimited: bool = False

    @property
    def is_open(self) -> bool:
        """Whether the event takes registrations at all."""
        return self.offer is not Offer.CLOSED

    @property
    def has_list(self) -> bool:
        """Whether a newcomer joins the waiting list."""
        return self.offer is Offer.WAITING_LIST


def card_of(event: Event, *, now: datetime, with_room: bool = True) -> Card:
    """The card; asking for room reads the seat pool (at most once a second per process)."""
    offer, unlimited = Offer.CLOSED, False
    if with_room and policies.is_open(event, now=now):
        availability = queries.availability_of(event, now=now)
        offer = policies.offer_of(event, availability, now=now)
        unlimited = availability is Availability.UNLIMITED
    return Card(
        event=event,
        banner=media_bucket.public_url(event.banner_key) if event.banner_key else "",
        drawing=f"public/art/{int(event.uuid[-4:], 16) % DRAWINGS}.svg",
        category=str(CATEGORIES[event.category]),
        offer=offer,
        unlimited=unlimited,
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
