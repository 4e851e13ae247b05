"""Lists of guests: rows per second, and what a row costs, taken over, again, and written out.

Seconds are those of this machine with the local cloud in the same CPUs: they say what is slow, not
how fast AWS is. CPU is this process's alone, and calls and units are the same everywhere; they are
counted in runs of their own, as counting reads every item that is written.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from backend.jobs.kinds import JobKind
from backend.jobs.models import Job
from backend.registrations import bulk, exports, imports
from backend.registrations.bulk import GuestChange
from backend.registrations.exports import FileFormat
from backend.registrations.selections import Selection
from bench.meter import metered
from bench.registrations import Hall, open_hall
from tests.support.jobs import run_all

TIMED, COUNTED = 500, 200
CAPACITIES = (20_000, None)
STEPS = {
    JobKind.IMPORT_GUESTS: imports.step,
    JobKind.EXPORT_GUESTS: exports.step,
    JobKind.CHANGE_GUESTS: bulk.step,
}
Report = Callable[[str], None]


@dataclass(frozen=True)
class Guestbook:
    """An event and how many guests are on its list."""

    hall: Hall
    rows: int

    def import_list(self) -> Job:
        rows = "".join(f"Guest Number {n:05},g{n}@example.org,A note\n" for n in range(self.rows))
        event_id = self.hall.event.uuid
        return imports.start_import(
            event_id=event_id,
            upload=imports.keep_upload(event_id, f"name,email,note\n{rows}".encode()),
            roles=["name", "email", "note"],
            encoding="",
            send_tickets=True,
            actor=self.hall.owner,
            now=self.hall.now,
        )

    def export_as(self, file_format: FileFormat) -> Job:
        return exports.start_export(
            event_id=self.hall.event.uuid,
            file_format=file_format,
            selection=Selection(),
            actor=self.hall.owner,
            now=self.hall.now,
        )

    def mark_all(self) -> Job:
        return bulk.start_change(
            event_id=self.hall.event.uuid,
            change=GuestChange.MARK,
            chosen=Selection(),
            actor=self.hall.owner,
            now=self.hall.now,
        )

    def finish(self, job: Job) -> None:
        done = run_all(job.job_id, steps=STEPS, now_fn=lambda: self.hall.now)
        assert done.done == self.rows


def run(report: Report) -> None:
    """Print the figures."""
    report(f"{TIMED} rows timed, {COUNTED} counted; the jobs' own bookkeeping included")
    for capacity in CAPACITIES:
        timed = Guestbook(open_hall(capacity), TIMED)
        counted = Guestbook(open_hall(capacity), COUNTED)
        seats = f"{capacity:,} seats" if capacity else "no limit"
        measure = partial(_measured, timed, counted)
        report(f"  import, {seats:<14} {measure(Guestbook.import_list)}")
        report(f"  the same once more     {measure(Guestbook.import_list)}")
    for made in FileFormat:
        report(f"  export as {made:<12} {measure(partial(Guestbook.export_as, file_format=made))}")
    report(f"  marked, all of them    {measure(Guestbook.mark_all)}")


def _measured(timed: Guestbook, counted: Guestbook, begin: Callable[[Guestbook], Job]) -> str:
    job = begin(timed)
    started, cpu = time.monotonic(), time.process_time()
    timed.finish(job)
    seconds, cpu = time.monotonic() - started, time.process_time() - cpu
    job = begin(counted)
    with metered() as usage:
        counted.finish(job)
    return (
        f"{timed.rows / seconds:>6,.0f} rows/s  {1000 * cpu / timed.rows:5.2f} ms CPU"
        f"  {usage.total_calls / counted.rows:.2f} calls"
        f"  {usage.write_units / counted.rows:.2f} write"
        f"  {usage.read_units / counted.rows:.2f} read units a row"
    )
