"""What an admission costs: calls, units and CPU, alone and among 20,000 registrations."""

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any

from ulid import ULID

from backend.checkin import services
from backend.checkin.kinds import ScanResult
from backend.events.models import Event
from backend.kiosks import services as kiosks
from backend.registrations import guests, tickets
from backend.registrations.models import Registration
from backend.shared.actor import Actor, ActorKind
from backend.shared.clock import utc_now
from backend.shared.db import Table
from bench.meter import metered
from tests.factories.events import make_event
from tests.factories.kiosks import pair_device
from tests.factories.registrations import build_registration

AROUND = (10, 20_000)
CAPACITY = 10_000  # sixteen shards, also with few registrations around
ROUNDS = 200
Report = Callable[[str], None]


@dataclass
class Door:
    event: Event
    desk: Actor
    guests: list[Registration]

    def admit(self, ticket: str) -> ScanResult:
        return self.scan(services.admit, ticket=ticket)

    def scan(self, go: Callable[..., services.ScanOutcome], **what: Any) -> ScanResult:
        """One scan of ``what`` by the desk or, with ``actor``, by another."""
        given = {"event_id": self.event.uuid, "actor": self.desk, "now": utc_now(), **what}
        if go is not services.look_up:
            given |= {"scan_id": str(ULID()), "gate": "North"}
        return go(**given).result


def run(report: Report) -> None:
    """Print the figures."""
    report("one admission            calls and units")
    doors = {around: open_door(around) for around in AROUND}
    for around, door in doors.items():
        measure_counts(door, around, report)
    report("")
    report(f"one admission            CPU, median of {ROUNDS}")
    for around, door in doors.items():
        measure_cpu(door, around, report)


def open_door(around: int) -> Door:
    """An event that runs now with that many confirmed registrations."""
    now, owner = utc_now(), Actor(ActorKind.USER, user_id=str(ULID()))
    event = make_event(
        starts_at=now - timedelta(minutes=1),
        capacity=CAPACITY,
        creator_id=owner.user_id,
        reentry=True,
    )
    made = [
        build_registration(
            event_id=event.uuid,
            shards=event.shards,
            guest=guests.random_guest(),
            user_email=f"guest{number}@example.org",
            name=f"Guest Number {number}",
        )
        for number in range(around)
    ]
    with Registration.batch_write() as batch:
        for registration in made:
            batch.save(registration)
    return Door(event, owner, made)


def measure_counts(door: Door, around: int, report: Report) -> None:
    """Calls and units of each kind of scan, with everything cached that a warm process caches."""
    first, second, third, fourth, *_ = door.guests
    signed, other = tickets.issue(first), tickets.issue(second)
    typed = tickets.short_code(second.guest, second.ticket_no)
    by_kiosk = {"ticket": tickets.issue(third), "actor": _kiosk_at(door)}
    door.admit("https://example.org/")
    admit, look_up, leave = services.admit, services.look_up, services.leave
    for name, go, what, expected in (
        ("looked up", look_up, {"ticket": signed}, ScanResult.ADMITTED),
        ("scanned", admit, {"ticket": signed}, ScanResult.ADMITTED),
        ("by a kiosk", admit, by_kiosk, ScanResult.ADMITTED),
        ("typed", admit, {"ticket": typed}, ScanResult.ADMITTED),
        ("picked by name", services.admit_guest, {"guest": fourth.guest}, ScanResult.ADMITTED),
        ("leaving", leave, {"ticket": signed}, ScanResult.LEFT),
        ("coming back", admit, {"ticket": signed}, ScanResult.ADMITTED),
        ("scanned again", admit, {"ticket": other}, ScanResult.ALREADY_IN),
        ("not a ticket", admit, {"ticket": "https://example.org/"}, ScanResult.INVALID),
    ):
        with metered() as usage:
            result = door.scan(go, **what)
        assert result is expected
        report(f"  {around:>6,} around  {name:<14} {usage}")


def _kiosk_at(door: Door) -> Actor:
    """A device that its credential made known to this process, as at the second request on."""
    paired = pair_device(event_id=door.event.uuid)
    return kiosks.actor_of(kiosks.authenticate(credential=paired.credential, now=utc_now()))


def measure_cpu(door: Door, around: int, report: Report) -> None:
    """CPU of this process per admission against a bare call that writes as much."""
    fresh = door.guests[4:] if len(door.guests) > ROUNDS else []
    while len(fresh) < ROUNDS:
        fresh.append(_another(door, len(fresh)))
    codes = [tickets.issue(registration) for registration in fresh[:ROUNDS]]
    whole = median_cpu([partial(door.admit, text) for text in codes])
    bare = median_cpu([_bare_update(registration) for registration in fresh[:ROUNDS]])
    verify = median_cpu([partial(tickets.verify, text) for text in codes])
    report(
        f"  {around:>6,} around  {whole:5.2f} ms, of which the ticket's signature {verify:.2f} ms; "
        f"a bare UpdateItem takes {bare:.2f} ms, so ours is {whole - bare:.2f} ms"
    )


def median_cpu(calls: list[Callable[[], Any]]) -> float:
    """Milliseconds of CPU of this process that a call takes."""
    taken = []
    for call in calls:
        started = time.process_time_ns()
        call()
        taken.append((time.process_time_ns() - started) / 1e6)
    return statistics.median(taken)


def _another(door: Door, number: int) -> Registration:
    registration = build_registration(
        event_id=door.event.uuid,
        shards=door.event.shards,
        guest=guests.random_guest(),
        user_email=f"more{number}@example.org",
    )
    registration.save()
    return registration


def _bare_update(registration: Registration) -> Callable[[], Any]:
    """The same write through botocore alone: no model, no rules, no ticket."""
    assert Table._shared is not None
    client: Any = Table._shared.client
    values = {":in": {"S": "IN"}, ":g": {"S": "North"}, ":n": {"S": registration.ticket_no}}
    request = {
        "TableName": Registration.Meta.table_name,
        "Key": {"shard": {"S": registration.shard}, "guest": {"S": registration.guest}},
        "UpdateExpression": "SET admission = :in, admitted_gate = :g",
        "ConditionExpression": "ticket_no = :n",
        "ExpressionAttributeValues": values,
        "ReturnValues": "ALL_NEW",
    }
    return lambda: client.update_item(**request)
