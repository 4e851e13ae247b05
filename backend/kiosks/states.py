"""The states of a kiosk."""

from enum import StrEnum

from backend.shared.states import StateMachine


class KioskStatus(StrEnum):
    """Whether a device works here: waiting for one, one works, none may any more."""

    PAIRING = "PAIRING"
    ACTIVE = "ACTIVE"
    REVOKED = "REVOKED"


_S = KioskStatus

KIOSK_STATES = StateMachine(
    {
        _S.PAIRING: frozenset({_S.ACTIVE, _S.REVOKED}),
        # Pairing again is for another device, so the one before is dead from then on.
        _S.ACTIVE: frozenset({_S.PAIRING, _S.REVOKED}),
        _S.REVOKED: frozenset(),
    }
)
