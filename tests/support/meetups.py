"""An event with guests and the stream of its registrations, for tests of what follows a change."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from ulid import ULID

from backend.activity import queries as activity
from backend.activity.kinds import ActivityKind
from backend.checkin import services as checkin
from backend.checkin.kinds import ScanResult
from backend.events.models import Event
from backend.notifications.models import Notification
from backend.registrations import services as registrations
from backend.registrations import tickets
from backend.registrations.models import Registration
from backend.seats import services as seats
from backend.shared.actor import Actor
from backend.shared.clock import utc_now
from tests.factories.events import NOON, make_event
from tests.factories.users import a_user
from tests.support.stream_records import Record, Stream


@dataclass
class Meetup:
    """An event with seats that runs now, its organiser, and the stream of its registrations."""

    event: Event
    organiser: Actor
    stream: Stream
    delivered: list[Record] = field(default_factory=list)

    def register(self, name: str = "Ada") -> Registration:
        guest = a_user(f"{name.lower()}-{self.event.uuid}", name=name)
        return registrations.register(
            event_id=self.event.uuid, name=name, actor=guest, now=NOON
        ).registration

    def cancel(self, registration: Registration) -> None:
        registrations.cancel_guest(
            event_id=self.event.uuid,
            guest=registration.guest,
            version=registration.version,
            actor=self.organiser,
            now=NOON,
        )

    def admit(self, registration: Registration, *, gate: str = "North") -> str:
        scan_id = str(ULID())
        outcome = checkin.admit(
            event_id=self.event.uuid,
            ticket=tickets.issue(registration),
            scan_id=scan_id,
            gate=gate,
            actor=self.organiser,
            now=NOON,
        )
        assert outcome.result is ScanResult.ADMITTED
        return scan_id

    def undo(self, registration: Registration, scan_id: str) -> None:
        checkin.undo(
            event_id=self.event.uuid,
            guest=registration.guest,
            scan_id=scan_id,
            actor=self.organiser,
            now=NOON,
        )

    def records(self) -> list[Record]:
        """All records of this event so far, oldest first."""
        self.delivered += self.stream.read(
            lambda record: record["dynamodb"]["Keys"]["shard"]["S"].startswith(self.event.uuid)
        )
        return self.delivered

    def totals(self) -> tuple[int, int, int, int]:
        found = activity.totals(event_id=self.event.uuid, shards=self.event.shards)
        return found.registered, found.canceled, found.admitted, sum(found.arrivals.values())

    def kinds(self) -> list[ActivityKind]:
        page = activity.list_for_event(
            event_id=self.event.uuid, since=utc_now(), limit=100, now=utc_now()
        )
        return sorted(entry.kind for entry in page.items)


def open_meetup(**values: Any) -> Meetup:
    organiser = a_user(str(ULID()))
    event = make_event(starts_at=NOON - timedelta(hours=1), creator_id=organiser.user_id, **values)
    seats.open_pool(pool=event.uuid, capacity=event.capacity, now=NOON)
    return Meetup(event, organiser, Stream("test-registrations"))


def mail_of(template: str, registration: Registration) -> Notification | None:
    ticket = f"{registration.event_id}#{registration.guest}#{registration.ticket_no}"
    return Notification.find(f"{template}#{ticket}")
