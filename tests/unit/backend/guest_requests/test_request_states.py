from backend.guest_requests.states import REQUEST_STATES, RequestStatus
from tests.support.moves import legal_moves

S = RequestStatus
LEGAL = {
    (S.OPEN, S.CLAIMED),
    (S.OPEN, S.CANCELED),
    (S.OPEN, S.DECLINED),
    (S.CLAIMED, S.OPEN),
    (S.CLAIMED, S.FULFILLED),
    (S.CLAIMED, S.DECLINED),
    (S.FULFILLED, S.CLAIMED),
}


def test_request_states_allow_exactly_the_legal_moves():
    assert legal_moves(REQUEST_STATES, S) == LEGAL
