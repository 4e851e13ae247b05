from backend.registrations.states import (
    ACTIVE,
    ADMISSION_STATES,
    FREE,
    REGISTRATION_STATES,
    Admission,
    RegistrationStatus,
)
from tests.support.moves import legal_moves

S, A = RegistrationStatus, Admission
LEGAL_REGISTRATION = {
    (S.CONFIRMED, S.WAITLISTED),
    (S.CONFIRMED, S.CANCELED),
    (S.WAITLISTED, S.CONFIRMED),
    (S.WAITLISTED, S.CANCELED),
    (S.CANCELED, S.CONFIRMED),
    (S.CANCELED, S.WAITLISTED),
    (S.TOMBSTONE, S.CONFIRMED),
    (S.TOMBSTONE, S.WAITLISTED),
}
LEGAL_ADMISSION = {(A.EXPECTED, A.IN), (A.IN, A.EXPECTED), (A.IN, A.OUT), (A.OUT, A.IN)}


def test_registration_states_allow_exactly_the_legal_moves():
    assert legal_moves(REGISTRATION_STATES, S) == LEGAL_REGISTRATION


def test_admission_states_allow_exactly_the_legal_moves():
    assert legal_moves(ADMISSION_STATES, A) == LEGAL_ADMISSION


def test_every_status_is_either_active_or_free():
    assert {*ACTIVE, *FREE} == set(S)
