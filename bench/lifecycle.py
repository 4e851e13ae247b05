"""Calling an event off, and erasing one guest: what it costs per guest, and beside many others.

Seconds are those of this machine with the local cloud in the same CPUs; calls and units are the
same everywhere, and counted in runs of their own.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass

from backend.jobs.kinds import JobKind
from backend.jobs.models import Job
from backend.lifecycle import cancellation, erasure, services
from backend.registrations import services as registrations
from bench.meter import metered
from bench.registrations import Hall, open_hall
from tests.support.jobs import run_all

TIMED, COUNTED = 300, 100
AROUND = (10, 200)
STEPS = {JobKind.CANCEL_EVENT: cancellation.step, JobKind.ERASE_GUEST: erasure.step}
Report = Callable[[str], None]


@dataclass(frozen=True)
class FullHall:
    """An event with guests; ``last`` is the key of one of them."""

    hall: Hall
    last: str

    @classmethod
    def of(cls, guests: int) -> "FullHall":
        hall = open_hall(20_000)
        for number in range(guests):
            added = registrations.add_guest(
                event_id=hall.event.uuid,
                name=f"Guest Number {number:05}",
                email=f"g{number}@example.org",
                actor=hall.owner,
                now=hall.now,
            )
        return cls(hall, added.registration.guest)

    def call_off(self) -> Job:
        job = services.cancel_event(
            event_id=self.hall.event.uuid, actor=self.hall.owner, now=self.hall.now
        )
        assert job is not None
        return job

    def erase_one(self) -> Job:
        return services.start_erase_guest(
            event_id=self.hall.event.uuid,
            guest=self.last,
            actor=self.hall.owner,
            now=self.hall.now,
        )

    def finish(self, job: Job) -> Job:
        return run_all(job.job_id, steps=STEPS, now_fn=lambda: self.hall.now)


def run(report: Report) -> None:
    """Print the figures."""
    timed, counted = FullHall.of(TIMED), FullHall.of(COUNTED)
    job, began = timed.call_off(), time.perf_counter()
    assert timed.finish(job).done == TIMED
    seconds = time.perf_counter() - began
    job = counted.call_off()
    with metered() as usage:
        assert counted.finish(job).done == COUNTED
    each = f"{usage.total_calls / COUNTED:.2f} calls, {usage.write_units / COUNTED:.2f} write units"
    report(f"calling off: {TIMED / seconds:.0f} guests/s; a guest: {each}")
    for around in AROUND:
        full = FullHall.of(around)
        job = full.erase_one()
        with metered() as usage:
            assert (full.finish(job).result or {})["registrations"] == 1
        report(f"erasing one of {around}: {usage}")
