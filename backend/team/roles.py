"""The roles a person can have in the team of an event."""

from enum import StrEnum


class Role(StrEnum):
    """What each may do stands in ``backend.events.policies``."""

    OWNER = "OWNER"
    ORGANISER = "ORGANISER"
    DESK = "DESK"
    FLOOR = "FLOOR"
