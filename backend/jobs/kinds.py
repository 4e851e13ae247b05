"""Every kind of long work, and what makes it different from the others."""

from dataclasses import dataclass
from enum import StrEnum


class JobKind(StrEnum):
    """What is done in the background."""

    IMPORT_GUESTS = "IMPORT_GUESTS"
    EXPORT_GUESTS = "EXPORT_GUESTS"
    CHANGE_GUESTS = "CHANGE_GUESTS"
    CANCEL_EVENT = "CANCEL_EVENT"
    ADOPT_SEATS = "ADOPT_SEATS"
    EXPORT_GUEST = "EXPORT_GUEST"
    ERASE_GUEST = "ERASE_GUEST"
    RECOUNT = "RECOUNT"
    ANNOUNCE = "ANNOUNCE"
    CANCEL_SESSION = "CANCEL_SESSION"
    TELL_SESSION = "TELL_SESSION"
    NOTIFY_SESSION = "NOTIFY_SESSION"
    ADOPT_BOOKINGS = "ADOPT_BOOKINGS"


@dataclass(frozen=True, slots=True)
class JobRules:
    """Jobs of one ``lane`` run one at a time per event; ``None``: any number.

    Only a ``cancelable`` job can be stopped half-way: the others would leave a promise half
    kept (an event called off for some of its guests, a guest erased in part). A ``pausable``
    one can rest half-way and go on later.
    """

    lane: str | None = None
    cancelable: bool = True
    pausable: bool = False


K = JobKind

RULES: dict[JobKind, JobRules] = {
    # Two of these at once would write over each other's guests.
    K.IMPORT_GUESTS: JobRules(lane="guests"),
    K.CHANGE_GUESTS: JobRules(lane="guests"),
    K.EXPORT_GUESTS: JobRules(),
    # A lane of its own: calling an event off never waits for an import.
    K.CANCEL_EVENT: JobRules(lane="cancellation", cancelable=False),
    K.ADOPT_SEATS: JobRules(lane="seats", cancelable=False),
    K.EXPORT_GUEST: JobRules(),
    K.ERASE_GUEST: JobRules(cancelable=False),
    K.RECOUNT: JobRules(lane="counters"),
    K.ANNOUNCE: JobRules(pausable=True),
    # Several sessions may be called off, moved or given a limit at once.
    K.CANCEL_SESSION: JobRules(cancelable=False),
    K.TELL_SESSION: JobRules(),
    K.NOTIFY_SESSION: JobRules(),
    K.ADOPT_BOOKINGS: JobRules(cancelable=False),
}
