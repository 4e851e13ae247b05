"""Short words for what people do with registrations."""

from datetime import timedelta

from backend.registrations import services
from backend.registrations.models import Registration
from backend.registrations.models.admissions import Passage
from backend.registrations.states import Admission, RegistrationStatus
from backend.seats import queries as seat_queries
from backend.seats import services as seats
from backend.seats.claims import Claim
from backend.seats.models import Block, Pool
from backend.shared.actor import Actor, ActorKind
from tests.factories.events import NOON, make_event

LATER = NOON + timedelta(minutes=2)
S, A = RegistrationStatus, Admission
OLGA = Actor(ActorKind.USER, user_id="user-olga", email="olga@example.com", name="Olga")


def person(name: str = "ada") -> Actor:
    return Actor(
        ActorKind.USER, user_id=f"user-{name}", email=f"{name}@example.com", name=name.title()
    )


def open_event(capacity: int | None = 50, **values):
    """A published event with its seats, in a process that knows of none."""
    seat_queries.forget_views()
    event = make_event(capacity=capacity, **values)
    seats.open_pool(pool=event.uuid, capacity=capacity, now=NOON)
    return event


def register(event, who: str = "ada", **values):
    given = {"name": who.title(), "actor": person(who), "now": NOON}
    return services.register(event_id=event.uuid, **given | values)


def add(event, name="Guest", email=None, actor=OLGA):
    return services.add_guest(event_id=event.uuid, name=name, email=email, actor=actor, now=NOON)


def stored(registration) -> Registration:
    return Registration.find(registration.shard, registration.guest)


def claims_in(event) -> set[Claim]:
    pool = Pool.find_pool(event.uuid)
    blocks = Block.list_for_pool(event.uuid, blocks=int(pool.blocks))
    return {claim for block in blocks for claim, _ in block.list_claims()}


def admit(registration, scan_id="scan-1", at=NOON, gate="North", **values):
    passage = Passage(scan_id, gate, at, "USER:desk")
    given = {"ticket_no": registration.ticket_no, "passage": passage}
    return Registration.admit(registration.shard, registration.guest, **given | values)


def leave(registration, scan_id="exit-1", at=LATER, gate="West"):
    return Registration.leave(
        registration.shard,
        registration.guest,
        passage=Passage(scan_id, gate, at, "USER:desk"),
        ticket_no=registration.ticket_no,
    )


def undo(registration, scan_id="scan-1"):
    return Registration.undo_admission(
        registration.shard, registration.guest, scan_id=scan_id, changed_by="USER:desk"
    )
