"""What pairing a kiosk and working at one is refused with."""

from backend.shared.errors import Conflict, NotFound, Rejected, Unauthorized


class KioskNotFound(NotFound):
    """This event has no such kiosk."""

    code = "kiosk_not_found"


class KioskChanged(Conflict):
    """The kiosk is not in a state in which this can be done to it."""

    code = "kiosk_changed"


class TooManyKiosks(Rejected):
    """The event has as many kiosks as one can have."""

    code = "too_many_kiosks"


class PinNotValid(Rejected):
    """Not the PIN that takes this kiosk out of the guests' hands."""

    code = "pin_not_valid"


class CodeNotValid(Rejected):
    """No kiosk waits for this code: mistyped, used, replaced or too old; never which of these."""

    code = "code_not_valid"


class NotPaired(Unauthorized):
    """The credential is none of an active kiosk."""

    code = "not_paired"


class KioskRevoked(Unauthorized):
    """The credential was good until somebody revoked the kiosk."""

    code = "kiosk_revoked"
