"""What a state machine allows, as its test compares it."""

from enum import StrEnum
from typing import Any

from backend.shared.states import IllegalTransition, StateMachine


def legal_moves(machine: StateMachine[Any], states: type[StrEnum]) -> set[tuple[Any, Any]]:
    """Every pair of states, from and to, that ``check`` lets pass."""
    return {(now, then) for now in states for then in states if _allows(machine, now, then)}


def _allows(machine: StateMachine[Any], now: StrEnum, then: StrEnum) -> bool:
    try:
        machine.check(now, then)
    except IllegalTransition:
        return False
    return True
