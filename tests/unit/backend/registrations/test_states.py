import pytest

from backend.registrations.states import (
    ACTIVE,
    ADMISSION_STATES,
    FREE,
    REGISTRATION_STATES,
    Admission,
    RegistrationStatus,
)
from backend.shared.states import IllegalTransition

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


def is_legal(machine, current, target):
    try:
        machine.check(current, target)
    except IllegalTransition:
        return False
    return True


@pytest.mark.parametrize("current", S)
@pytest.mark.parametrize("target", S)
def test_registration_states_allow_exactly_the_legal_moves(current, target):
    legal = is_legal(REGISTRATION_STATES, current, target)

    assert legal == ((current, target) in LEGAL_REGISTRATION)


@pytest.mark.parametrize("current", A)
@pytest.mark.parametrize("target", A)
def test_admission_states_allow_exactly_the_legal_moves(current, target):
    legal = is_legal(ADMISSION_STATES, current, target)

    assert legal == ((current, target) in LEGAL_ADMISSION)


def test_every_status_is_either_active_or_free():
    assert {*ACTIVE, *FREE} == set(S)
