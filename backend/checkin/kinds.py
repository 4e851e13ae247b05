"""What a scan can answer."""

from enum import StrEnum

SCAN_ID = "[0-9A-Za-z_-]{1,64}"
"""What the id of a scan looks like, as a pattern; devices make them."""


class ScanKind(StrEnum):
    """Which way the guest goes."""

    ENTRY = "ENTRY"
    EXIT = "EXIT"


class ScanResult(StrEnum):
    """The answer of a scan: a machine word; pages give it colour, word, icon and sound.

    ``LEFT`` and ``NOT_IN`` answer a scan at the exit; ``NO_REENTRY`` who left an event that does
    not let guests in again.
    """

    ADMITTED = "ADMITTED"
    ALREADY_IN = "ALREADY_IN"
    WAITLISTED = "WAITLISTED"
    CANCELED = "CANCELED"
    WRONG_EVENT = "WRONG_EVENT"
    INVALID = "INVALID"
    REVOKED = "REVOKED"
    NOT_YET = "NOT_YET"
    OVER = "OVER"
    LEFT = "LEFT"
    NOT_IN = "NOT_IN"
    NO_REENTRY = "NO_REENTRY"
