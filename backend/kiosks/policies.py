"""What a kiosk may be called, what its mode needs, how many an event may have. Pure."""

import re
from dataclasses import dataclass, field

from backend.checkin.policies import rule_broken_by_gate
from backend.kiosks.kinds import KioskMode
from backend.shared.errors import BadInput

LONGEST_NAME = 60
SHORTEST_PIN, LONGEST_PIN = 4, 8
_PIN = re.compile(rf"[0-9]{{{SHORTEST_PIN},{LONGEST_PIN}}}")
MOST_KIOSKS = 200
"""So many that are not revoked."""
MOST_KEPT = 1000
"""So many with the revoked ones, which stay for the record."""


@dataclass(frozen=True, slots=True)
class KioskSettings:
    """What an organiser says about a kiosk. ``express``: scans admit without asking first.

    ``pin`` takes it out of self-service at the device; empty keeps the one before.
    """

    name: str
    gate: str = ""
    mode: KioskMode = KioskMode.STAFFED
    express: bool = False
    pin: str = field(default="", repr=False)


def check_settings(settings: KioskSettings, *, has_pin: bool = False) -> None:
    """Refuse (``BadInput``: name, gate, pin) what cannot be stored or shown.

    A self-service kiosk needs a PIN, unless it ``has_pin`` from before: without one its crew
    could not take it back.
    """
    fields = {}
    name = settings.name.strip()
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        fields["name"] = f"A kiosk's name is one line of 1 to {LONGEST_NAME} characters."
    if rule := rule_broken_by_gate(settings.gate):
        fields["gate"] = rule
    if settings.pin and not _PIN.fullmatch(settings.pin):
        fields["pin"] = f"A PIN has {SHORTEST_PIN} to {LONGEST_PIN} digits."
    elif settings.mode is KioskMode.SELF_SERVICE and not (settings.pin or has_pin):
        fields["pin"] = "Self-service needs a PIN, so that only the crew can leave it."
    if fields:
        raise BadInput(fields)
