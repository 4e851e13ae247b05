"""State machines as data: an enum plus a table of legal moves."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Generic, TypeVar

from backend.shared.errors import Conflict

StateT = TypeVar("StateT", bound=StrEnum)


class IllegalTransition(Conflict):
    """The thing is in a state from which this move is not possible."""

    code = "illegal_transition"


class StateMachine(Generic[StateT]):
    """The legal moves between the states of one kind of thing."""

    def __init__(self, moves: Mapping[StateT, frozenset[StateT]]) -> None:
        self._moves = moves

    def check(self, current: StateT, target: StateT) -> None:
        """Refuse (``IllegalTransition``) unless ``current`` may become ``target``."""
        if target not in self._moves[current]:
            raise IllegalTransition(
                f"Cannot go from {current} to {target}.", current=current, target=target
            )

    def sources_of(self, target: StateT) -> list[StateT]:
        """The states that may move to ``target``, for a DynamoDB condition."""
        return [state for state, targets in self._moves.items() if target in targets]
