"""The door in any order: every answer, and every number in the end, is what a plain model says."""

import random
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest
from ulid import ULID

from backend.activity import queries as activity
from backend.checkin import services as checkin
from backend.checkin.errors import AdmissionChanged
from backend.checkin.kinds import ScanResult
from backend.checkin.models import Scan
from backend.handlers import registrations_stream
from backend.registrations import tickets
from backend.registrations.models import Registration
from backend.registrations.states import Admission
from tests.factories.events import NOON
from tests.support.meetups import Meetup, open_meetup

pytestmark = pytest.mark.usefixtures("tables")
R, A = ScanResult, Admission
GATES = ["North", "South 2.1"]
STEPS = 40


@dataclass
class Guest:
    """Where the model believes a guest to be."""

    registration: Registration
    where: Admission = A.EXPECTED
    entry: str = ""
    since: datetime | None = None
    gate: str = ""
    arrival: tuple[datetime, str] | None = None


@dataclass
class World:
    """The door, the model of it, and all that was answered."""

    meetup: Meetup
    chance: random.Random
    guests: list[Guest]
    now: datetime = NOON
    delivered: int = 0
    answers: dict[str, tuple[Guest, str, ScanResult]] = field(default_factory=dict)

    def scan(self, guest: Guest, way: str, scan_id: str, *, resent: bool = False) -> ScanResult:
        go = checkin.admit if way == "in" else checkin.leave
        return go(
            event_id=self.meetup.event.uuid,
            ticket=tickets.issue(guest.registration),
            scan_id=scan_id,
            gate="West",
            actor=self.meetup.organiser,
            now=self.now,
            resent=resent,
        ).result

    def come(self, guest: Guest) -> None:
        scan_id, gate = str(ULID()), self.chance.choice(GATES)
        outcome = checkin.admit(
            event_id=self.meetup.event.uuid,
            ticket=tickets.issue(guest.registration),
            scan_id=scan_id,
            gate=gate,
            actor=self.meetup.organiser,
            now=self.now,
        )
        if guest.where is A.IN:
            assert (outcome.result, outcome.at, outcome.gate) == (
                R.ALREADY_IN,
                guest.since,
                guest.gate,
            )
        else:
            assert (outcome.result, outcome.at, outcome.gate) == (R.ADMITTED, self.now, gate)
            guest.where, guest.entry, guest.since, guest.gate = A.IN, scan_id, self.now, gate
            guest.arrival = guest.arrival or (self.now, gate)
        self.answers[scan_id] = (guest, "in", outcome.result)

    def go(self, guest: Guest) -> None:
        scan_id = str(ULID())
        result = self.scan(guest, "out", scan_id)
        assert result is (R.LEFT if guest.where is A.IN else R.NOT_IN)
        if guest.where is A.IN:
            guest.where, guest.since, guest.gate = A.OUT, None, ""
        self.answers[scan_id] = (guest, "out", result)

    def undo(self, guest: Guest) -> None:
        if guest.where is not A.IN:
            with pytest.raises(AdmissionChanged):
                self.meetup.undo(guest.registration, str(ULID()))
            return
        self.meetup.undo(guest.registration, guest.entry)
        was_arrival = guest.arrival == (guest.since, guest.gate)
        guest.where, guest.since, guest.gate = (A.EXPECTED if was_arrival else A.OUT), None, ""
        guest.arrival = None if was_arrival else guest.arrival

    def send_again(self, _: Guest) -> None:
        """Any scan so far, marked as sent again, after the streams caught up."""
        if not self.answers:
            return
        self.deliver()
        scan_id = self.chance.choice(list(self.answers))
        guest, way, first = self.answers[scan_id]
        assert self.scan(guest, way, scan_id, resent=True) is first

    def deliver(self) -> None:
        """What is new, and some of what was delivered before it."""
        records = self.meetup.records()
        batch = records[self.chance.randint(0, self.delivered) :]
        self.delivered = len(records)
        answer = registrations_stream.handler({"Records": batch}, None)
        assert answer == {"batchItemFailures": []}


def open_world(seed: int) -> World:
    meetup = open_meetup(reentry=True)
    guests = [Guest(meetup.register(name)) for name in ("Ada", "Bob", "Cem")]
    return World(meetup, random.Random(seed), guests)  # noqa: S311 - which way a test goes


@pytest.mark.parametrize("seed", range(8))
def test_any_order_of_coming_going_undoing_and_resending_adds_up(seed: int):
    world = open_world(seed)
    for _ in range(STEPS):
        step = world.chance.choices(
            [world.come, world.go, world.undo, world.send_again], weights=[5, 3, 2, 1]
        )[0]
        step(world.chance.choice(world.guests))
        world.now += timedelta(seconds=world.chance.randint(1, 240))
        for guest in world.guests:
            stored = Registration.fetch(guest.registration.shard, guest.registration.guest)
            assert (stored.admission, stored.admitted_at) == (guest.where, guest.since)
    world.deliver()

    arrivals = [guest.arrival for guest in world.guests if guest.arrival]
    shards = int(world.meetup.event.shards)
    found = activity.totals(event_id=world.meetup.event.uuid, shards=shards)
    assert (found.admitted, found.out) == (
        len(arrivals),
        sum(guest.where is A.OUT for guest in world.guests),
    )
    assert found.gates == Counter(gate for _, gate in arrivals)
    assert sum(found.arrivals.values()) == len(arrivals)
    kept = {
        scan_id: Scan.find_scan(world.meetup.event.uuid, scan_id, shards=shards)
        for scan_id in world.answers
    }
    assert {scan_id: scan.result for scan_id, scan in kept.items() if scan} == {
        scan_id: result for scan_id, (_, _, result) in world.answers.items()
    }
