"""Devices at a door, paired as an organiser and a device would."""

from datetime import UTC, datetime
from typing import Any

from backend.kiosks import services
from backend.kiosks.models import Kiosk
from backend.kiosks.policies import KioskSettings
from backend.shared.actor import SYSTEM


def pair_device(*, event_id: str, now: datetime | None = None, **values: Any) -> services.Paired:
    """A kiosk whose device is paired, and its credential."""
    now = now or datetime.now(UTC)
    settings = KioskSettings(**{"name": "North 1", "gate": "North foyer", **values})
    offer = services.pair_kiosk(event_id=event_id, settings=settings, actor=SYSTEM, now=now)
    return services.claim_code(code=offer.code, now=now)


def make_kiosk(*, event_id: str, **values: Any) -> Kiosk:
    """A kiosk whose device is paired."""
    return pair_device(event_id=event_id, **values).kiosk
