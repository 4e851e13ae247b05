"""An event with few seats, the people around it, and what must hold at every moment."""

import itertools
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from backend.events.models import Event
from backend.registrations import guests, services
from backend.registrations.errors import SoldOut
from backend.registrations.models import Registration
from backend.registrations.states import RegistrationStatus
from backend.seats import claims
from backend.seats import queries as seat_queries
from backend.seats import services as seats
from backend.seats.claims import Claim, search_order
from backend.seats.models import Block, Pool
from backend.shared.actor import Actor, ActorKind
from tests.factories.events import NOON, make_event
from tests.support.interleaving import Call, Process, land

OLGA = Actor(ActorKind.USER, user_id="user-olga", email="olga@example.com", name="Olga")
CONFIRMED, CANCELED = RegistrationStatus.CONFIRMED, RegistrationStatus.CANCELED
SETTLED_AFTER = timedelta(minutes=2)


class Violation(AssertionError):
    """A promise of the seat protocol is broken."""


@dataclass
class SeatWorld:
    """Guests 0, 1, 2… of one event, their processes, and late copies of writes.

    Guest n starts looking for a seat in block n (round the circle), as in the model.
    """

    event: Event
    blocks: int
    now: datetime = NOON
    processes: list[Process] = field(default_factory=list)
    late: list[tuple[Process, Call]] = field(default_factory=list)
    acknowledged: dict[str, tuple[int, str]] = field(default_factory=dict)
    leavers: set[int] = field(default_factory=set)
    canceled_tickets: set[str] = field(default_factory=set)
    people: dict[int, Actor] = field(default_factory=dict)
    capacities: list[int] = field(default_factory=list)

    @classmethod
    def with_seats(cls, capacity: int) -> "SeatWorld":
        seat_queries.forget_views()
        event = make_event(capacity=capacity)
        seats.open_pool(pool=event.uuid, capacity=capacity, now=NOON)
        blocks = seat_queries.view_of(event.uuid, now=NOON).blocks
        return cls(event, blocks, capacities=[capacity])

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

    def start(self, name: str, work: Callable[[], Any]) -> Process:
        process = Process(name, work)
        self.processes.append(process)
        self.note(process)
        return process

    def register(self, number: int) -> Process:
        actor, now = self.person(number), self.now
        return self.start(
            f"register {number}",
            lambda: services.register(
                event_id=self.event.uuid, name=f"Guest {number}", actor=actor, now=now
            ),
        )

    def add(self, number: int) -> Process:
        email, now = self.person(number).email, self.now
        return self.start(
            f"add {number}",
            lambda: services.add_guest(
                event_id=self.event.uuid, name=f"Guest {number}", email=email, actor=OLGA, now=now
            ),
        )

    def cancel(self, number: int) -> Process:
        actor, now = self.person(number), self.now
        self.leavers.add(number)
        return self.start(
            f"cancel {number}",
            lambda: services.cancel_mine(event_id=self.event.uuid, actor=actor, now=now),
        )

    def cancel_as_organiser(self, number: int, version: int) -> Process:
        guest, now = self.guest(number), self.now
        self.leavers.add(number)
        return self.start(
            f"organiser cancels {number}",
            lambda: services.cancel_guest(
                event_id=self.event.uuid, guest=guest, version=version, actor=OLGA, now=now
            ),
        )

    def audit(self, *, thorough: bool = True) -> Process:
        now = self.now + SETTLED_AFTER
        return self.start(
            "audit",
            lambda: services.audit_seats(event_id=self.event.uuid, now=now, thorough=thorough),
        )

    def change_capacity(self, capacity: int) -> Process:
        now = self.now
        self.capacities.append(capacity)
        order = len(self.capacities)
        return self.start(
            f"capacity {capacity}",
            lambda: seats.change_capacity(
                pool=self.event.uuid, seats=capacity, order=order, now=now
            ),
        )

    def repeat_release(self, claim: Claim) -> Process:
        now = self.now
        return self.start(
            "stream repeats a release",
            lambda: services.release_seat(event_id=self.event.uuid, claim=claim, now=now),
        )

    # What happens to their calls

    def step(self, process: Process, order: str = "go") -> None:
        """Let one call happen; after a write every promise must hold."""
        wrote = process.call is not None and process.call.is_write
        process.step(order)
        self.note(process)
        if wrote:
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
        changed = call.table == Registration.Meta.table_name and self.registrations() != before
        if changed and sender.answered:
            raise Violation(f"{sender.name} takes effect after it was answered")
        self.check()

    def note(self, process: Process) -> None:
        """Remember what the process acknowledged."""
        if process.is_over and process.answer is not None and process.refusal is None:
            found = getattr(process.answer, "registration", process.answer)
            if isinstance(found, Registration):
                seen = (int(found.version), str(found.status))
                known = self.acknowledged.get(found.guest, (0, ""))
                self.acknowledged[found.guest] = max(known, seen)

    # What must hold

    def registrations(self) -> dict[str, dict[str, Any]]:
        found = Registration.query(f"{self.event.uuid}#R0", consistent_read=True)
        return {item.guest: item.serialize() for item in found}

    def look(self) -> tuple[list[Registration], list[Block]]:
        found = Registration.query(f"{self.event.uuid}#R0", consistent_read=True)
        most = max(self.blocks, *(len(claims.block_caps(seats)) for seats in self.capacities))
        return list(found), Block.list_for_pool(self.event.uuid, blocks=most)

    def check(self) -> None:
        """Raise ``Violation`` unless every promise holds right now."""
        registered, blocks = self.look()
        confirmed = [item for item in registered if item.is_confirmed]
        held = {claim for block in blocks for claim, _ in block.list_claims()}
        if len(confirmed) > max(self.capacities):
            raise Violation("oversold")
        if len(self.capacities) == 1 and any(len(b.claims) > b.cap for b in blocks):
            raise Violation("oversold")
        for item in confirmed:
            if item.claim not in held:
                raise Violation("confirmed without a claim")
            if item.ticket_no in self.canceled_tickets:
                raise Violation("one register call registered its guest twice")
        self.canceled_tickets |= {i.ticket_no for i in registered if i.status is CANCELED}
        self._check_acknowledged({item.guest: item for item in registered})

    def _check_acknowledged(self, stored: dict[str, Registration]) -> None:
        leavers = {self.guest(number) for number in self.leavers}
        for guest, (version, status) in self.acknowledged.items():
            item = stored.get(guest)
            if item is None or item.version < version:
                raise Violation("an acknowledged write is gone")
            if item.version == version and item.status != status:
                raise Violation("an acknowledged write was changed without a new version")
            if guest not in leavers and status == CONFIRMED and not item.is_confirmed:
                raise Violation("a guest who was told CONFIRMED has no place")

    def end_well(self) -> None:
        """Everybody dies; one audit later every claim is a registration, and every seat is there."""
        seat_queries.forget_views()
        self.now += 2 * SETTLED_AFTER
        services.audit_seats(event_id=self.event.uuid, now=self.now, thorough=True)
        self.check()
        registered, blocks = self.look()
        confirmed = {item.claim for item in registered if item.is_confirmed}
        if {claim for block in blocks for claim, _ in block.list_claims()} != confirmed:
            raise Violation("claims and confirmed registrations differ after the audit")
        pool = Pool.find_pool(self.event.uuid)
        for number in range(len(confirmed), int(pool.capacity)):
            self._walk_in(number)
        try:
            self._walk_in(0)
        except SoldOut:
            self.check()
            return
        raise Violation("more seats than the capacity")

    def _walk_in(self, number: int) -> None:
        services.add_guest(
            event_id=self.event.uuid, name=f"Late {number}", email=None, actor=OLGA, now=self.now
        )
