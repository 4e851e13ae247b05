"""The life of a registration, and whether its guest is in, as data."""

from enum import StrEnum

from backend.shared.states import StateMachine


class RegistrationStatus(StrEnum):
    """Whether a guest has a place.

    ``TOMBSTONE`` stands where no registration was yet and a claim had to be fenced off:
    to everybody else it is as if nothing were there.
    """

    CONFIRMED = "CONFIRMED"
    WAITLISTED = "WAITLISTED"
    CANCELED = "CANCELED"
    TOMBSTONE = "TOMBSTONE"


class Admission(StrEnum):
    """Where the guest of a confirmed registration is."""

    EXPECTED = "EXPECTED"
    IN = "IN"
    OUT = "OUT"


S = RegistrationStatus
A = Admission

ACTIVE = (S.CONFIRMED, S.WAITLISTED)
FREE = (S.CANCELED, S.TOMBSTONE)
"""From these, as from nothing at all, a guest may register (again)."""

REGISTRATION_STATES = StateMachine(
    {
        S.CONFIRMED: frozenset({S.WAITLISTED, S.CANCELED}),
        S.WAITLISTED: frozenset({S.CONFIRMED, S.CANCELED}),
        S.CANCELED: frozenset({S.CONFIRMED, S.WAITLISTED}),
        S.TOMBSTONE: frozenset({S.CONFIRMED, S.WAITLISTED}),
    }
)

ADMISSION_STATES = StateMachine(
    {
        A.EXPECTED: frozenset({A.IN}),
        A.IN: frozenset({A.EXPECTED, A.OUT}),
        A.OUT: frozenset({A.IN}),
    }
)
