"""What a pool of seats can answer before anybody claims."""

from enum import StrEnum


class Availability(StrEnum):
    """``CLOSED`` while the capacity changes; ``UNLIMITED`` pools take no claims."""

    OPEN = "OPEN"
    FULL = "FULL"
    CLOSED = "CLOSED"
    UNLIMITED = "UNLIMITED"
