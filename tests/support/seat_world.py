"""An event with few seats, the people around it, and what must hold at every moment."""

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from backend.events import queries as event_queries
from backend.events import services as event_services
from backend.events.details import EventDetails
from backend.events.models import Event
from backend.events.questions import questions_of
from backend.lifecycle import services as lifecycle
from backend.registrations import guests, services
from backend.registrations.models import Registration
from backend.seats import queries as seat_queries
from backend.seats import services as seats
from backend.seats.claims import Claim, search_order
from backend.shared.actor import Actor, ActorKind
from tests.factories.events import NOON, make_event
from tests.support.interleaving import Call, Process, land
from tests.support.seat_endings import EVERYBODY, OLGA, Endings
from tests.support.seat_promises import (
    CANCELED,
    CONFIRMED,
    TOMBSTONE,
    WAITLISTED,
    Promises,
    Violation,
)
from tests.support.seat_sequels import Sequels

__all__ = [
    "CANCELED",
    "CONFIRMED",
    "OLGA",
    "SETTLED_AFTER",
    "TOMBSTONE",
    "WAITLISTED",
    "SeatWorld",
    "Violation",
]

SETTLED_AFTER = timedelta(minutes=2)
TICK = timedelta(milliseconds=1)


class Place:
    """One running machine: what it believes of pools and of the settings of events."""

    def __init__(self) -> None:
        self.views: dict[str, Any] = {}
        self.settings: dict[str, Any] = {}

    def enter(self) -> None:
        seat_queries._views, event_queries._cached = self.views, self.settings


@dataclass
class SeatWorld(Promises, Endings):
    """Guests 0, 1, 2… of one event, their processes, and late copies of writes.

    Guest n starts looking for a seat in block n (round the circle), as in the model. Processes
    run on two machines that believe different things; what nobody steps runs on the first.
    """

    event: Event
    blocks: int
    now: datetime = NOON
    list_on: bool = False
    processes: list[Process] = field(default_factory=list)
    late: list[tuple[Process, Call]] = field(default_factory=list)
    acknowledged: dict[str, tuple[int, str]] = field(default_factory=dict)
    leavers: set[int] = field(default_factory=set)
    canceled_tickets: set[str] = field(default_factory=set)
    beyond_limits: set[str] = field(default_factory=set)
    """Who was confirmed while there was no limit."""
    people: dict[int, Actor] = field(default_factory=dict)
    capacities: list[int | None] = field(default_factory=list)
    follows_event: bool = True
    places: list[Place] = field(default_factory=lambda: [Place(), Place()])

    @classmethod
    def with_seats(
        cls, capacity: int | None, *, list_on: bool = False, **values: Any
    ) -> "SeatWorld":
        Place().enter()
        event = make_event(capacity=capacity, shards=1, waiting_list=list_on, **values)
        seats.open_pool(pool=event.uuid, capacity=capacity, now=NOON)
        blocks = seat_queries.view_of(event.uuid, now=NOON).blocks
        return cls(event, blocks or 1, list_on=list_on, capacities=[capacity])

    def __post_init__(self) -> None:
        self.sequels = Sequels(self.event.uuid, lambda *work: self.start(*work, place=1), self.time)
        self.sequels.begin(self.event)
        self.places[0].enter()

    def time(self) -> datetime:
        """A clock that never says the same twice."""
        self.now += TICK
        return self.now

    # What people do

    def person(self, number: int) -> Actor:
        if number not in self.people:
            email = next(
                address
                for address in (f"guest{number}-{n}@example.com" for n in itertools.count())
                if self._home(address) == number % self.blocks
            )
            self.people[number] = Actor(ActorKind.USER, user_id=f"user-{number}", email=email)
        return self.people[number]

    def _home(self, address: str) -> int:
        guest = guests.guest_key(self.event.uuid, address)
        return search_order(guest, set(range(self.blocks)), count=self.blocks)[0]

    def guest(self, number: int) -> str:
        return guests.guest_key(self.event.uuid, self.person(number).email)

    def start(self, name: str, work: Callable[[], Any], *, place: int = 0) -> Process:
        self.places[place].enter()
        process = Process(name, work, place=place)
        self.places[0].enter()
        self.processes.append(process)
        self.note(process)
        return process

    def register(self, number: int, *, place: int = 0) -> Process:
        actor, now = self.person(number), self.time()
        return self.start(
            f"register {number}",
            lambda: services.register(
                event_id=self.event.uuid, name=f"Guest {number}", actor=actor, now=now
            ),
            place=place,
        )

    def add(self, number: int) -> Process:
        email, now = self.person(number).email, self.time()
        return self.start(
            f"add {number}",
            lambda: services.add_guest(
                event_id=self.event.uuid, name=f"Guest {number}", email=email, actor=OLGA, now=now
            ),
        )

    def cancel(self, number: int) -> Process:
        actor, now = self.person(number), self.time()
        self.leavers.add(number)
        return self.start(
            f"cancel {number}",
            lambda: services.cancel_mine(event_id=self.event.uuid, actor=actor, now=now),
        )

    def cancel_as_organiser(self, number: int, version: int) -> Process:
        guest, now = self.guest(number), self.time()
        self.leavers.add(number)
        return self.start(
            f"organiser cancels {number}",
            lambda: services.cancel_guest(
                event_id=self.event.uuid, guest=guest, version=version, actor=OLGA, now=now
            ),
        )

    def audit(self, *, thorough: bool = True) -> Process:
        now = self.time() + SETTLED_AFTER
        return self.start(
            "audit",
            lambda: services.audit_seats(event_id=self.event.uuid, now=now, thorough=thorough),
            place=1,
        )

    def move(self, number: int, version: int) -> Process:
        guest, now = self.guest(number), self.time()
        self.leavers.add(number)
        return self.start(
            f"organiser moves {number} to the list",
            lambda: services.move_to_waiting_list(
                event_id=self.event.uuid, guest=guest, version=version, actor=OLGA, now=now
            ),
        )

    def promote(self, number: int, version: int) -> Process:
        guest, now = self.guest(number), self.time()
        return self.start(
            f"organiser promotes {number}",
            lambda: services.promote_guest(
                event_id=self.event.uuid, guest=guest, version=version, actor=OLGA, now=now
            ),
        )

    def change_email(self, number: int, version: int, *, to: int) -> Process:
        guest, email, now = self.guest(number), self.person(to).email, self.time()
        self.leavers.add(number)
        return self.start(
            f"e-mail change of {number} to {to}",
            lambda: services.change_email(
                event_id=self.event.uuid,
                guest=guest,
                version=version,
                email=email,
                actor=OLGA,
                now=now,
            ),
        )

    def reissue(self, number: int, version: int) -> Process:
        guest, now = self.guest(number), self.time()
        return self.start(
            f"another ticket for {number}",
            lambda: services.reissue_ticket(
                event_id=self.event.uuid, guest=guest, version=version, actor=OLGA, now=now
            ),
        )

    def edit_capacity(self, capacity: int | None) -> Process:
        """What the organiser does: the event is written, and its seats follow."""
        stored, now = Event.fetch(self.event.uuid), self.time()
        details = {name: getattr(stored, name) for name in EventDetails.__slots__}
        details |= {"questions": questions_of(stored), "capacity": capacity}
        self.capacities.append(capacity)
        return self.start(
            f"capacity {capacity}",
            lambda: event_services.edit_event(
                event_id=self.event.uuid,
                details=EventDetails(**details),
                version=stored.version,
                actor=OLGA,
                now=now,
            ),
        )

    @property
    def is_off(self) -> bool:
        return len(self.leavers) == EVERYBODY

    def version_of(self, number: int) -> int:
        """The version of a guest's registration that people see now; 1 where there is none."""
        seen = self.sequels.guests.get(self.guest(number))
        return int(seen["version"]["N"]) if seen else 1

    def numbers_of(self, statuses: Sequence[str]) -> list[int]:
        """Which guests are so now, as far as they are people."""
        seen = self.sequels.guests
        return [
            number
            for number in sorted(self.people)
            if self.guest(number) in seen and seen[self.guest(number)]["status"]["S"] in statuses
        ]

    def call_off(self) -> Process:
        now = self.time()
        self.leavers.update(range(EVERYBODY))
        return self.start(
            "event canceled",
            lambda: lifecycle.cancel_event(event_id=self.event.uuid, actor=OLGA, now=now),
        )

    def change_capacity(self, capacity: int) -> Process:
        now = self.time()
        """The seats alone, without their event."""
        self.capacities.append(capacity)
        order, self.follows_event = len(self.capacities), False
        return self.start(
            f"capacity {capacity}",
            lambda: seats.change_capacity(
                pool=self.event.uuid, seats=capacity, order=order, now=now
            ),
        )

    def repeat_release(self, claim: Claim) -> Process:
        now = self.time()
        return self.start(
            "stream repeats a release",
            lambda: seats.release(pool=self.event.uuid, claim=claim, now=now),
        )

    # What happens to their calls

    def step(self, process: Process, order: str = "go") -> None:
        """Let one call happen; after a write every promise must hold."""
        call = process.call
        self.places[process.place].enter()
        process.step(order)
        self.places[0].enter()
        self.note(process)
        if call is not None and call.is_write:
            self.look_round(call)
        self.sequels.check_off()

    def look_round(self, call: Call) -> None:
        """Take down what was written; every promise must hold."""
        if call.writes_to(Event):
            self.sequels.note_event()
        self.check()

    def finish(self, process: Process) -> Any:
        """Let it run to its end and answer what it answered."""
        while not process.is_over:
            self.step(process)
        return process.answer

    def linger(self, process: Process) -> None:
        """A copy of the write the process stands before stays on the wire."""
        assert process.call is not None
        self.late.append((process, process.call))

    def land(self, index: int = 0) -> None:
        """The late copy arrives (it may arrive again); its sender may have been answered."""
        sender, call = self.late[index]
        before = self.registrations()
        land(call)
        changed = call.writes_to(Registration) and self.registrations() != before
        if changed and sender.answered:
            raise Violation(f"{sender.name} takes effect after it was answered")
        self.look_round(call)

    def note(self, process: Process) -> None:
        """Remember what the process acknowledged."""
        if process.is_over and process.answer is not None and process.refusal is None:
            found = getattr(process.answer, "registration", process.answer)
            if isinstance(found, Registration):
                seen = (int(found.version), str(found.status))
                known = self.acknowledged.get(found.guest, (0, ""))
                self.acknowledged[found.guest] = max(known, seen)

    def registrations(self) -> dict[str, dict[str, Any]]:
        found = Registration.query(f"{self.event.uuid}#R0", consistent_read=True)
        return {item.guest: item.serialize() for item in found}
