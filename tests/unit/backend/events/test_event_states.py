from backend.events.states import EVENT_STATES, EventStatus
from tests.support.moves import legal_moves

S = EventStatus
LEGAL = {
    (S.DRAFT, S.PUBLISHED),
    (S.DRAFT, S.CANCELED),
    (S.PUBLISHED, S.FINISHED),
    (S.PUBLISHED, S.CANCELED),
    (S.FINISHED, S.ARCHIVED),
    (S.CANCELED, S.ARCHIVED),
}


def test_event_states_allow_exactly_the_legal_moves():
    assert legal_moves(EVENT_STATES, S) == LEGAL
