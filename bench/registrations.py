"""What registering and listing cost: calls and units, alone and among 20,000 registrations."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from ulid import ULID

from backend.events import queries as events
from backend.events.models import Event
from backend.registrations import guests, queries, services
from backend.registrations.errors import SoldOut
from backend.registrations.models import Registration
from backend.seats import services as seats
from backend.seats.claims import SEATS_PER_BLOCK
from backend.seats.models import Block
from backend.seats.queries import view_of
from backend.shared.actor import Actor, ActorKind
from backend.shared.clock import utc_now
from bench.meter import Usage, metered
from tests.factories.events import make_event
from tests.factories.registrations import build_registration

SMALL, LARGE = 50, 20_000
SAMPLE = 20 * SEATS_PER_BLOCK
AROUND = (10, 20_000)
ROOMY = 50_000  # 64 shards and room left, however many are around
PAGE = 10
ALLOWED = 4.1
Report = Callable[[str], None]


@dataclass
class Hall:
    """An event with its seats; ``now`` stands still, so a view of the pool is read once."""

    event: Event
    owner: Actor
    now: datetime

    def register(self, number: int) -> Usage:
        guest = Actor(ActorKind.USER, user_id=f"user-{number}", email=f"g{number}@example.org")
        with metered() as usage, suppress(SoldOut):
            services.register(
                event_id=self.event.uuid, name=f"Guest Number {number}", actor=guest, now=self.now
            )
        return usage

    def promote_one(self) -> Usage:
        seats.change_capacity(pool=self.event.uuid, seats=SMALL + 1, order=9, now=self.now)
        with metered() as usage:
            services.promote_waiting(event_id=self.event.uuid, now=self.now, limit=1)
        return usage

    def list_guests(self, name_prefix: str = "") -> Usage:
        with metered() as usage:
            page = queries.list_for_event(
                event_id=self.event.uuid,
                actor=self.owner,
                name_prefix=name_prefix,
                limit=PAGE,
                now=self.now,
            )
        assert len(page.items) == PAGE
        return usage


def run(report: Report) -> None:
    """Print the figures."""
    report("one registration         write units, both indexes and the summary's upkeep included")
    small = open_hall(SMALL)
    used = [small.register(number) for number in range(SMALL)]
    report(f"  all {SMALL} seats of {SMALL:<8,}   {_average(used)}")
    report(f"  when it is full         {small.register(SMALL)}")
    with metered() as usage:
        seats.availability(pool=small.event.uuid, now=small.now)
    report(f"  asked whether it is     {usage}")
    waiting = open_hall(SMALL, waiting_list=True)
    for number in range(SMALL):
        waiting.register(number)
    report(f"  joining the list        {waiting.register(SMALL)}")
    report(f"  promoting one           {waiting.promote_one()}")
    large = open_hall(LARGE)
    fill(large, taken_of=lambda block: block % SEATS_PER_BLOCK)
    used = [large.register(number) for number in range(SAMPLE)]
    report(f"  {SAMPLE} seats of {LARGE:<8,}   {_average(used)}; blocks filled to every level")
    report("")
    report(f"{AROUND[0]} or {AROUND[1]:,} registrations around, equal shards")
    for around in AROUND:
        hall = open_hall(ROOMY)
        each = around * SEATS_PER_BLOCK // ROOMY
        fill(hall, taken_of=partial(_same, each))
        surround(hall, around)
        hall.list_guests()
        report(f"  {around:>6,} around  registering      {hall.register(0)}")
        report(f"  {around:>6,} around  first page       {hall.list_guests()}")
        report(f"  {around:>6,} around  search by name   {hall.list_guests('person')}")


def open_hall(capacity: int | None, *, waiting_list: bool = False) -> Hall:
    """An event with nobody registered, in a process that has looked at it already."""
    now, owner = utc_now(), Actor(ActorKind.USER, user_id=str(ULID()))
    event = make_event(
        starts_at=now.replace(year=now.year + 1, day=1),
        capacity=capacity,
        waiting_list=waiting_list,
        creator_id=owner.user_id,
    )
    seats.open_pool(pool=event.uuid, capacity=capacity, now=now)
    view_of(event.uuid, now=now)
    events.settings_of(event.uuid, now=now)
    return Hall(event, owner, now)


def fill(hall: Hall, *, taken_of: Callable[[int], int]) -> None:
    """Take some seats of each block, as that many guests would have."""
    pool = hall.event.uuid
    blocks = view_of(pool, now=hall.now).blocks
    with Block.batch_write() as batch:
        for block in Block.list_for_pool(pool, blocks=blocks):
            taken = min(taken_of(block.number), int(block.cap) - 1)
            block.claims = dict(_claims(taken, at=int(hall.now.timestamp())))
            batch.save(block)


def surround(hall: Hall, number: int) -> None:
    """Put that many registrations into the event's partitions."""
    with Registration.batch_write() as batch:
        for n in range(number):
            batch.save(
                build_registration(
                    event_id=hall.event.uuid,
                    shards=int(hall.event.shards),
                    guest=guests.random_guest(),
                    user_email=f"person{n}@example.org",
                    name=f"Person Number {n:05d}",
                )
            )


def _same(each: int, _block: int) -> int:
    return each


def _claims(number: int, *, at: int) -> Iterator[tuple[str, int]]:
    return ((guests.random_guest() + "AAAAAA", at) for _ in range(number))


def _average(used: list[Usage]) -> str:
    units = sum(usage.write_units for usage in used) / len(used)
    calls = sum(usage.total_calls for usage in used) / len(used)
    verdict = "within" if units <= ALLOWED else "OVER"
    return f"{units:.3f} write units ({verdict} {ALLOWED}) in {calls:.2f} calls"
