"""A session with few seats, guests who book it at once, and what must hold at every moment."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from backend.events.models import Event
from backend.seats import queries as seat_queries
from backend.seats import services as seats
from backend.seats.models import Block, Pool
from backend.sessions import services, streams
from backend.sessions.models import Booking, Session
from tests.factories.events import NOON, make_event
from tests.factories.sessions import make_session
from tests.support.booking import update
from tests.support.interleaving import Process
from tests.support.registering import person, register
from tests.support.seat_promises import Violation
from tests.support.seat_sequels import Tape

NAMES = ("ada", "ben", "cyd", "dan")


@dataclass
class BookingWorld:
    """Guests of one event, their calls under way, and the stream of their bookings."""

    event: Event
    session: Session
    now: datetime = NOON
    capacities: list[int] = field(default_factory=list)
    tape: Tape = field(default_factory=Tape)
    known: dict[str, dict[str, Any]] = field(default_factory=dict)
    processes: list[Process] = field(default_factory=list)
    followed: list[tuple[Process, list[dict[str, Any]]]] = field(default_factory=list)

    @classmethod
    def with_seats(cls, capacity: int) -> "BookingWorld":
        seat_queries.forget_views()
        event = make_event(shards=1, capacity=50)
        seats.open_pool(pool=event.uuid, capacity=50, now=NOON)
        for name in NAMES:
            register(event, name)
        return cls(event, make_session(event, capacity=capacity), capacities=[capacity])

    def time(self) -> datetime:
        self.now += timedelta(milliseconds=1)
        return self.now

    # What people and machines do

    def start(self, name: str, work: Callable[[], Any]) -> Process:
        process = Process(name, work)
        self.processes.append(process)
        return process

    def book(self, who: str) -> Process:
        values = self._mine(who)
        return self.start(f"book {who}", lambda: services.book(**values))

    def cancel(self, who: str) -> Process:
        values = self._mine(who)
        return self.start(f"cancel {who}", lambda: services.cancel_booking(**values))

    def attend(self, who: str) -> Process:
        registration, now = register(self.event, who).registration, self.time()
        return self.start(
            f"{who} comes",
            lambda: services.attend(
                event_id=self.event.uuid,
                session_id=self.session.session_id,
                registration=registration,
                scan_id=f"scan-{who}",
                gate="",
                actor=person("olga"),
                now=now,
            ),
        )

    def change_capacity(self, capacity: int) -> Process:
        self.capacities.append(capacity)
        now = self.time()
        return self.start(
            f"capacity {capacity}", lambda: update(self.session, capacity=capacity, now=now)
        )

    def audit(self) -> Process:
        now = self.time() + timedelta(minutes=2)
        return self.start(
            "audit",
            lambda: services.audit_seats(pool=self.session.pool, now=now, thorough=True),
        )

    def follow(self, count: int = 1, *, again: bool = False) -> Process:
        records = (self.tape.written if again else self.tape.pending)[:count]
        changes = [change for one in records if (change := streams.read_change(one))]
        now = self.time()

        def work() -> None:
            for change in changes:
                streams.react(change, now=now)
            streams.see_to_seats(changes, now=now)

        process = self.start("the bookings stream", work)
        self.followed.append((process, records))
        return process

    def _mine(self, who: str) -> dict[str, Any]:
        return {
            "event_id": self.event.uuid,
            "session_id": self.session.session_id,
            "actor": person(who),
            "now": self.time(),
        }

    # What happens to their calls

    def step(self, process: Process, order: str = "go") -> None:
        process.step(order)
        self.look_round()

    def finish(self, process: Process) -> Process:
        while not process.is_over:
            self.step(process)
        self.look_round()
        return process

    def look_round(self) -> None:
        """Take down what was written; every promise must hold."""
        for item in self.bookings():
            new, old = item.serialize(), self.known.get(item.guest)
            if new != old:
                keys = {"shard": {"S": item.shard}, "guest": {"S": item.guest}}
                self.tape.add(keys, old, new)
                self.known[item.guest] = new
        for process, records in self.followed:
            if process.answered and process.refusal is None:
                self.tape.pending = [one for one in self.tape.pending if one not in records]
        self.check()

    def bookings(self) -> list[Booking]:
        return Booking.list_in_shard(f"{self.session.session_id}#R0", after=None, limit=100).items

    def blocks(self) -> list[Block]:
        return Block.list_for_pool(self.session.pool, blocks=6)

    def check(self) -> None:
        booked = [one for one in self.bookings() if one.is_confirmed]
        held = {claim for block in self.blocks() for claim, _ in block.list_claims()}
        if len(booked) > max(self.capacities):
            raise Violation("more booked than there are seats")
        if any(one.claim not in held for one in booked):
            raise Violation("somebody booked has no seat")

    def end_well(self) -> None:
        """Everybody is dead; streams and audits put everything right."""
        for process in self.processes:
            if not process.is_over:
                process.step("crash before")
        self.look_round()
        # Of the sessions' stream: the seats follow the session as it is stored.
        stored, now = Session.fetch(self.event.uuid, self.session.session_id), self.time()
        if stored.version > 1:
            follow = self.start(
                "the sessions stream",
                lambda: streams.follow_session(_record_of(stored), now=now),
            )
            self.finish(follow)
        for _ in range(4):
            while self.tape.pending:
                self.finish(self.follow(len(self.tape.pending)))
            self.now += timedelta(minutes=3)
            self.finish(self.audit())
        seat_queries.forget_views()
        self._check_end()

    def _check_end(self) -> None:
        bookings, blocks = self.bookings(), self.blocks()
        pool = Pool.find_pool(self.session.pool)
        assert pool is not None
        claims = {claim for block in blocks for claim, _ in block.list_claims()}
        if claims != {one.claim for one in bookings if one.is_confirmed}:
            raise Violation("claims and bookings differ after the audit")
        waiting = [one for one in bookings if one.is_waiting]
        if waiting and len(claims) < int(pool.capacity):
            raise Violation("somebody waits beside a free seat")
        if pool.capacity != Session.fetch(self.event.uuid, self.session.session_id).capacity:
            raise Violation("the seats do not follow the session")


def _record_of(new: Session) -> dict[str, Any]:
    """Of a change of the capacity, whichever it was: only what is stored counts."""
    keys = {"event_id": {"S": new.event_id}, "session_id": {"S": new.session_id}}
    old = {**new.serialize(), "capacity": {"N": "99"}}
    images = {"OldImage": old, "NewImage": new.serialize()}
    return {"eventID": "1", "dynamodb": {"Keys": keys, "SequenceNumber": "1", **images}}
