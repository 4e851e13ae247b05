"""The states of a notification."""

from enum import StrEnum

from backend.shared.states import StateMachine


class NotificationStatus(StrEnum):
    """Where a message stands. ``SENDING`` spans all attempts, waits between them included."""

    QUEUED = "QUEUED"
    SENDING = "SENDING"
    SENT = "SENT"
    FAILED = "FAILED"
    SUPPRESSED = "SUPPRESSED"


S = NotificationStatus

NOTIFICATION_STATES = StateMachine(
    {
        S.QUEUED: frozenset({S.SENDING}),
        S.SENDING: frozenset({S.SENT, S.FAILED, S.SUPPRESSED}),
        S.SENT: frozenset({S.FAILED}),  # it came back
        S.FAILED: frozenset({S.QUEUED}),  # an organiser has it sent again
        S.SUPPRESSED: frozenset({S.QUEUED}),
    }
)

ENDED = (S.SENT, S.FAILED, S.SUPPRESSED)
