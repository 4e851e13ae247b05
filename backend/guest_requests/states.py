"""The states of a guest request."""

from enum import StrEnum

from backend.shared.states import StateMachine


class RequestStatus(StrEnum):
    """Where a request stands; ``CANCELED`` by the guest, ``DECLINED`` by staff."""

    OPEN = "OPEN"
    CLAIMED = "CLAIMED"
    FULFILLED = "FULFILLED"
    CANCELED = "CANCELED"
    DECLINED = "DECLINED"


_S = RequestStatus

REQUEST_STATES = StateMachine(
    {
        _S.OPEN: frozenset({_S.CLAIMED, _S.CANCELED, _S.DECLINED}),
        _S.CLAIMED: frozenset({_S.OPEN, _S.FULFILLED, _S.DECLINED}),
        # Recalled: it was not done after all.
        _S.FULFILLED: frozenset({_S.CLAIMED}),
        _S.CANCELED: frozenset(),
        _S.DECLINED: frozenset(),
    }
)

WAITING = (_S.OPEN, _S.CLAIMED)
"""The guest still waits for something; such a request stands in its queue."""
