"""What registrations refuse."""

from backend.shared.errors import Conflict, Forbidden, NotFound, Rejected, TooManyAttempts


class RegistrationNotFound(NotFound):
    """This guest has no registration at this event."""

    code = "registration_not_found"


class EmailNotVerified(Forbidden):
    """A guest is known by an address that is proven to be theirs."""

    code = "email_not_verified"


class SoldOut(Rejected):
    """Every seat is taken."""

    code = "sold_out"


class RegistrationClosed(Rejected):
    """The event takes no registrations: a draft, over, or called off."""

    code = "registration_closed"


class NotCancelable(Rejected):
    """The guest is in, so the place is used."""

    code = "not_cancelable"


class NotWaiting(Rejected):
    """Only a guest on the waiting list can be promoted."""

    code = "not_waiting"


class NotMovable(Rejected):
    """The guest has no place to give up, or has come already."""

    code = "not_movable"


class NoLimit(Rejected):
    """Nobody waits at an event that takes everybody."""

    code = "no_limit"


class GuestAlreadyRegistered(Conflict):
    """Another registration of the event has this address."""

    code = "guest_already_registered"


class NoTicket(Rejected):
    """There is no ticket to replace or to send: no place, no address, or no event any more."""

    code = "no_ticket"


class SentJustNow(TooManyAttempts):
    """The ticket was mailed again a moment ago."""

    code = "sent_just_now"


class GuestErased(Rejected):
    """The guest's data was erased for good; nothing may be written about them again."""

    code = "guest_erased"
