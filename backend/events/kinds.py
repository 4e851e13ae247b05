"""The fixed choices of an event, as data."""

from enum import StrEnum


class Category(StrEnum):
    """What an event is about; the listing can be narrowed to one."""

    CONFERENCE = "CONFERENCE"
    MEETUP = "MEETUP"
    WORKSHOP = "WORKSHOP"
    CONCERT = "CONCERT"
    SPORTS = "SPORTS"
    COMMUNITY = "COMMUNITY"
    FOOD = "FOOD"
    ARTS = "ARTS"
    BUSINESS = "BUSINESS"
    OTHER = "OTHER"


class LocationType(StrEnum):
    """How guests take part."""

    IN_PERSON = "IN_PERSON"
    ONLINE = "ONLINE"
    BOTH = "BOTH"


class Visibility(StrEnum):
    """Who finds a published event: everybody, who has its address, or its team only."""

    PUBLIC = "PUBLIC"
    UNLISTED = "UNLISTED"
    PRIVATE = "PRIVATE"


class Offer(StrEnum):
    """What a newcomer would get on registering now."""

    PLACE = "PLACE"
    WAITING_LIST = "WAITING_LIST"
    NOTHING = "NOTHING"
    LATER = "LATER"
    """The capacity is being changed: try again in a moment."""
    CLOSED = "CLOSED"
    """The event takes no registrations (any more)."""


def shards_for(capacity: int | None) -> int:
    """Over how many partitions an event's registrations spread; ``None`` is unlimited."""
    if capacity is not None and capacity <= 250:
        return 1
    return 16 if capacity is None or capacity <= 10_000 else 64
