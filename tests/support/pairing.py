"""Short words for what organisers do with kiosks."""

from typing import Any

from backend.events.models import Event
from backend.kiosks import services
from backend.kiosks.policies import KioskSettings
from tests.factories.events import NOON
from tests.factories.users import a_user

NORTH = KioskSettings(name="North 1", gate="North foyer")
OLGA = a_user("user-olga")


def offer(event: Event, settings: KioskSettings = NORTH) -> services.PairingOffer:
    """A kiosk of Olga's event, and its code."""
    return services.pair_kiosk(event_id=event.uuid, settings=settings, actor=OLGA, now=NOON)


def at(kiosk: Any) -> dict[str, Any]:
    """Which kiosk, who and when, as services want to know it."""
    return {"event_id": kiosk.event_id, "kiosk_id": kiosk.kiosk_id, "actor": OLGA, "now": NOON}
