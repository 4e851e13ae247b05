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
    settings = KioskSettings(name=name, gate=gate, mode=KioskMode.SELF_SERVICE, pin="2468")
    refused: list[str] = []
    try:
        check_settings(settings)
    except BadInput as refusal:
        refused = list(refusal.fields)

    assert refused == fields


@pytest.mark.parametrize(
    ("mode", "pin", "has_pin", "fields"),
    [
        (KioskMode.STAFFED, "", False, []),
        (KioskMode.STAFFED, "246", False, ["pin"]),
        (KioskMode.SELF_SERVICE, "", False, ["pin"]),
        (KioskMode.SELF_SERVICE, "", True, []),
        (KioskMode.SELF_SERVICE, "246", True, ["pin"]),
        (KioskMode.SELF_SERVICE, "2468", False, []),
        (KioskMode.SELF_SERVICE, "24681357", False, []),
        (KioskMode.SELF_SERVICE, "246813579", False, ["pin"]),
        (KioskMode.SELF_SERVICE, "24a8", False, ["pin"]),
        (KioskMode.SELF_SERVICE, "٢٤٦٨", False, ["pin"]),
        (KioskMode.SELF_SERVICE, "2468\n", False, ["pin"]),
    ],
)
def test_self_service_needs_a_pin_of_four_to_eight_digits(mode, pin, has_pin, fields):
    refused: list[str] = []
    try:
        check_settings(KioskSettings("North 1", mode=mode, pin=pin), has_pin=has_pin)
    except BadInput as refusal:
        refused = list(refusal.fields)

    assert refused == fields
