"""The life of an event as data."""

from enum import StrEnum

from backend.shared.states import StateMachine


class EventStatus(StrEnum):
    """Where an event is in its life."""

    DRAFT = "DRAFT"
    PUBLISHED = "PUBLISHED"
    FINISHED = "FINISHED"
    CANCELED = "CANCELED"
    ARCHIVED = "ARCHIVED"


S = EventStatus

EVENT_STATES = StateMachine(
    {
        S.DRAFT: frozenset({S.PUBLISHED, S.CANCELED}),
        S.PUBLISHED: frozenset({S.FINISHED, S.CANCELED}),
        S.FINISHED: frozenset({S.ARCHIVED}),
        S.CANCELED: frozenset({S.ARCHIVED}),
        S.ARCHIVED: frozenset(),
    }
)

# Its details may change while it is one of these.
EDITABLE = (S.DRAFT, S.PUBLISHED)
