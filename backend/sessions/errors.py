"""What sessions and bookings refuse."""

from backend.shared.errors import Conflict, Forbidden, NotFound, Rejected


class SessionNotFound(NotFound):
    """There is no such session at this event."""

    code = "session_not_found"


class BookingNotFound(NotFound):
    """This guest has no booking of this session."""

    code = "booking_not_found"


class SessionClosed(Conflict):
    """The session is canceled, or its event over or called off: nothing of it changes any more."""

    code = "session_closed"


class TooManySessions(Rejected):
    """An event's agenda holds no more sessions."""

    code = "too_many_sessions"


class BookingClosed(Rejected):
    """The session takes no bookings: not open for them, begun, canceled, or its event not on."""

    code = "booking_closed"


class NotRegistered(Forbidden):
    """Only guests with a place at the event book its sessions."""

    code = "not_registered"


class FullyBooked(Rejected):
    """Every seat of the session is taken, and nobody may wait."""

    code = "fully_booked"


class TooManyBookings(Rejected):
    """The guest has as many bookings at this event as one may have."""

    code = "too_many_bookings"


class Overlaps(Rejected):
    """The guest has another session booked at that time; asked for again it is booked all the same."""

    code = "overlaps"


class SessionNotCanceled(Conflict):
    """Bookings are called off with their session, not without it."""

    code = "session_not_canceled"


class NotCancelable(Rejected):
    """The guest was there, so the place is used."""

    code = "not_cancelable"
