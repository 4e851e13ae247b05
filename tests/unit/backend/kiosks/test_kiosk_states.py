import pytest

from backend.kiosks.kinds import KioskMode
from backend.kiosks.policies import KioskSettings, check_settings
from backend.kiosks.states import KIOSK_STATES, KioskStatus
from backend.shared.errors import BadInput
from tests.support.moves import legal_moves

S = KioskStatus
LEGAL = {
    (S.PAIRING, S.ACTIVE),
    (S.PAIRING, S.REVOKED),
    (S.ACTIVE, S.PAIRING),
    (S.ACTIVE, S.REVOKED),
}


def test_kiosk_states_allow_exactly_the_legal_moves():
    assert legal_moves(KIOSK_STATES, S) == LEGAL


@pytest.mark.parametrize(
    ("name", "gate", "fields"),
    [
        ("North 1", "North foyer", []),
        ("N" * 60, "", []),
        ("", "", ["name"]),
        ("   ", "", ["name"]),
        ("N" * 61, "", ["name"]),
        ("North\n1", "", ["name"]),
        ("North 1", "g" * 61, ["gate"]),
        ("", "a\u2028b", ["name", "gate"]),
    ],
)
def test_settings_name_each_field_that_breaks_a_rule(name, gate, fields):
    settings = KioskSettings(name=name, gate=gate, mode=KioskMode.SELF_SERVICE)
    refused: list[str] = []
    try:
        check_settings(settings)
    except BadInput as refusal:
        refused = list(refusal.fields)

    assert refused == fields
