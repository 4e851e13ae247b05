"""An event at its door, for tests of check-in."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from ulid import ULID

from backend.checkin import queries, services
from backend.checkin.kinds import ScanResult
from backend.events.models import Event
from backend.kiosks import services as kiosks
from backend.registrations import tickets
from backend.registrations.models import Registration
from backend.shared.actor import Actor
from backend.team.roles import Role
from tests.factories.events import NOON, make_event
from tests.factories.kiosks import make_kiosk
from tests.factories.registrations import make_registration
from tests.factories.team import make_member
from tests.factories.users import a_user


@dataclass
class Door:
    """An event that runs now, a guest with a ticket, and somebody at the desk."""

    event: Event
    desk: Actor
    guest: Registration

    @property
    def ticket(self) -> str:
        return tickets.issue(self.guest)

    @property
    def code(self) -> str:
        return tickets.short_code(self.guest.guest, self.guest.ticket_no)

    def scan(self, ticket: str | None = None, **values: Any) -> services.ScanOutcome:
        defaults = {
            "event_id": self.event.uuid,
            "ticket": self.ticket if ticket is None else ticket,
            "scan_id": str(ULID()),
            "gate": "North",
            "actor": self.desk,
            "now": NOON,
        }
        return services.admit(**defaults | values)

    def leave(self, ticket: str | None = None, **values: Any) -> services.ScanOutcome:
        defaults = {
            "event_id": self.event.uuid,
            "ticket": self.ticket if ticket is None else ticket,
            "scan_id": str(ULID()),
            "gate": "West",
            "actor": self.desk,
            "now": NOON,
        }
        return services.leave(**defaults | values)

    def look_up(self, ticket: str | None = None, **values: Any) -> services.ScanOutcome:
        defaults = {
            "event_id": self.event.uuid,
            "ticket": self.ticket if ticket is None else ticket,
            "actor": self.desk,
            "now": NOON,
        }
        return services.look_up(**defaults | values)

    def admit_guest(self, **values: Any) -> services.ScanOutcome:
        defaults = {
            "event_id": self.event.uuid,
            "guest": self.guest.guest,
            "scan_id": str(ULID()),
            "gate": "North",
            "actor": self.desk,
            "now": NOON,
        }
        return services.admit_guest(**defaults | values)

    def kiosk(self, **values: Any) -> Actor:
        """A device at this door."""
        return kiosks.actor_of(make_kiosk(event_id=self.event.uuid, now=NOON, **values))

    def undo(self, scan_id: str, **values: Any) -> Registration:
        defaults = {
            "event_id": self.event.uuid,
            "guest": self.guest.guest,
            "scan_id": scan_id,
            "actor": self.desk,
            "now": NOON,
        }
        return services.undo(**defaults | values)

    def stored(self) -> Registration:
        return Registration.fetch(self.guest.shard, self.guest.guest)

    def scans(self) -> list[tuple[ScanResult, str]]:
        page = queries.list_latest(event_id=self.event.uuid, actor=self.desk, now=NOON)
        return [(line.scan.result, line.scan.gate) for line in page.items]


def open_door(**values: Any) -> Door:
    event = make_event(starts_at=NOON - timedelta(hours=1), **values)
    desk = a_user(f"desk-{event.uuid}")
    make_member(event_id=event.uuid, member=desk.user_id, role=Role.DESK)
    guest = make_registration(event_id=event.uuid, shards=event.shards)
    return Door(event, desk, guest)
