"""The life of a session and of a booking, as data."""

from enum import StrEnum

from backend.shared.states import StateMachine


class SessionStatus(StrEnum):
    """Whether a session takes place."""

    PLANNED = "PLANNED"
    CANCELED = "CANCELED"


class BookingStatus(StrEnum):
    """Whether a guest has a place at a session.

    ``TOMBSTONE`` stands where no booking was yet and a claim had to be fenced off, or where one
    was before the guest had another key: to everybody else it is as if nothing were there.
    """

    BOOKED = "BOOKED"
    WAITLISTED = "WAITLISTED"
    ATTENDED = "ATTENDED"
    CANCELED = "CANCELED"
    TOMBSTONE = "TOMBSTONE"


B = BookingStatus

HELD = (B.BOOKED, B.ATTENDED)
"""In these a booking keeps its seat."""
ACTIVE = (*HELD, B.WAITLISTED)

SESSION_STATES = StateMachine(
    {
        SessionStatus.PLANNED: frozenset({SessionStatus.CANCELED}),
        SessionStatus.CANCELED: frozenset(),
    }
)

BOOKING_STATES = StateMachine(
    {
        B.BOOKED: frozenset({B.CANCELED, B.ATTENDED}),
        B.WAITLISTED: frozenset({B.BOOKED, B.CANCELED}),
        B.ATTENDED: frozenset(),
        B.CANCELED: frozenset({B.BOOKED, B.WAITLISTED}),
        B.TOMBSTONE: frozenset({B.BOOKED, B.WAITLISTED}),
    }
)
