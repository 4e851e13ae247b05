"""The states of a job."""

from enum import StrEnum

from backend.shared.states import StateMachine


class JobStatus(StrEnum):
    """Where a job stands. ``RUNNING`` spans all its steps, waits between them included."""

    QUEUED = "QUEUED"
    RUNNING = "RUNNING"
    PAUSED = "PAUSED"
    DONE = "DONE"
    FAILED = "FAILED"
    CANCELED = "CANCELED"


S = JobStatus

JOB_STATES = StateMachine(
    {
        S.QUEUED: frozenset({S.RUNNING, S.PAUSED, S.CANCELED}),
        S.RUNNING: frozenset({S.DONE, S.FAILED, S.PAUSED, S.CANCELED}),
        S.PAUSED: frozenset({S.QUEUED, S.CANCELED}),  # somebody has it go on, or end
        S.DONE: frozenset(),
        S.FAILED: frozenset({S.QUEUED}),  # somebody has it tried again, from where it stopped
        S.CANCELED: frozenset(),
    }
)

# Neither done nor given up.
OPEN = (S.QUEUED, S.RUNNING, S.PAUSED)
