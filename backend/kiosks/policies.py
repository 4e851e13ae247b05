"""What a kiosk may be called and how many an event may have. Pure."""

from dataclasses import dataclass

from backend.checkin.policies import rule_broken_by_gate
from backend.kiosks.kinds import KioskMode
from backend.shared.errors import BadInput

LONGEST_NAME = 60
MOST_KIOSKS = 200
"""So many that are not revoked."""
MOST_KEPT = 1000
"""So many with the revoked ones, which stay for the record."""


@dataclass(frozen=True, slots=True)
class KioskSettings:
    """What an organiser says about a kiosk. ``express``: scans admit without asking first."""

    name: str
    gate: str = ""
    mode: KioskMode = KioskMode.STAFFED
    express: bool = False


def check_settings(settings: KioskSettings) -> None:
    """Refuse (``BadInput``: name, gate) what cannot be stored or shown."""
    fields = {}
    name = settings.name.strip()
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        fields["name"] = f"A kiosk's name is one line of 1 to {LONGEST_NAME} characters."
    if rule := rule_broken_by_gate(settings.gate):
        fields["gate"] = rule
    if fields:
        raise BadInput(fields)
