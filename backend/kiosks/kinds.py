"""How a kiosk is used."""

from enum import StrEnum


class KioskMode(StrEnum):
    """Whether staff hold it, or guests use it themselves."""

    STAFFED = "STAFFED"
    SELF_SERVICE = "SELF_SERVICE"
