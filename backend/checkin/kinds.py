"""What a scan can answer."""

from enum import StrEnum

SCAN_ID = "[0-9A-Za-z_-]{1,64}"
"""What the id of a scan looks like, as a pattern; devices make them."""


class ScanResult(StrEnum):
    """The answer of a scan: a machine word; pages give it colour, word, icon and sound."""

    ADMITTED = "ADMITTED"
    ALREADY_IN = "ALREADY_IN"
    WAITLISTED = "WAITLISTED"
    CANCELED = "CANCELED"
    WRONG_EVENT = "WRONG_EVENT"
    INVALID = "INVALID"
    REVOKED = "REVOKED"
    NOT_YET = "NOT_YET"
    OVER = "OVER"
