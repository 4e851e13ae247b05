"""What a scan can answer."""

from enum import StrEnum


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
