"""What a pool of seats can answer before anybody claims."""

from enum import StrEnum


class Availability(StrEnum):
    """``CLOSED`` while the capacity changes; ``UNLIMITED`` pools take no claims.

    ``WAITING``: others wait for the next seat, so a newcomer has to wait, too.
    """

    OPEN = "OPEN"
    FULL = "FULL"
    WAITING = "WAITING"
    CLOSED = "CLOSED"
    UNLIMITED = "UNLIMITED"
