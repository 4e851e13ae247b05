import pytest

from backend.events.states import EVENT_STATES, EventStatus
from backend.shared.states import IllegalTransition

S = EventStatus
LEGAL = {
    (S.DRAFT, S.PUBLISHED),
    (S.DRAFT, S.CANCELED),
    (S.PUBLISHED, S.FINISHED),
    (S.PUBLISHED, S.CANCELED),
    (S.FINISHED, S.ARCHIVED),
    (S.CANCELED, S.ARCHIVED),
}


@pytest.mark.parametrize("current", S)
@pytest.mark.parametrize("target", S)
def test_event_states_allow_exactly_the_legal_moves(current, target):
    if (current, target) in LEGAL:
        EVENT_STATES.check(current, target)
    else:
        with pytest.raises(IllegalTransition):
            EVENT_STATES.check(current, target)
