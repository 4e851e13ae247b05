"""The machine that plays people, streams, jobs and bad luck against the real code.

One short machine for each part of the protocol, so that each run meets what it is about.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import seed as seeded
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from tests.support.interleaving import CRASH_AFTER, CRASH_BEFORE, GO, RESEND, Process
from tests.support.seat_sequels import LEASE_IS_OVER
from tests.support.seat_world import SETTLED_AFTER, SeatWorld
from tests.support.tables_in_process import empty_tables

EVENT = "019a9e30-0000-7000-8000-000000000001"
"""Always the same, so that guests have the same keys in every run."""
EACH = 25
"""Seeds of one test: tests run side by side."""
AT_ONCE = 4
STEPS = 30
TO_THE_END = 99
WRITES = st.sampled_from([1, TO_THE_END, 0, 1, 2, 0])
"""How many writes of a call happen before it stops in front of the next."""
WHAT = st.sampled_from(
    ["call"] * 7 + ["go on"] * 5 + ["stream"] * 4 + ["wrong"] * 2 + ["linger", "land", "later"]
)


ENDINGS: list[tuple[str, ...]] = [
    ("follow", "audit", "late"),
    ("audit", "late"),
    ("follow", "late"),
    (),
    ("follow", "audit", "late", "again"),
]
"""Whoever stands still at the end is dead, or comes late: after what streams, jobs, an audit did."""


@dataclass(frozen=True)
class Kind:
    """What one machine is about: how it starts, and who calls how often."""

    capacities: tuple[int | None, ...]
    calls: tuple[str, ...]
    list_on: bool = True
    wanted: tuple[int | None, ...] = (1, 2, 3)
    """Capacities that organisers set."""


PEOPLE = ("register", "cancel", "organiser adds", "register", "organiser cancels", "audit")
KINDS = {
    "seats": Kind((1, 2, 3), PEOPLE, list_on=False),
    "waiting": Kind((1, 2, 1), (*PEOPLE, "move", "promote", "rename", "move", "register")),
    "capacity": Kind(
        (1, None, 2), (*PEOPLE, "edit", "edit", "edit", "rename"), wanted=(1, None, 2, 3)
    ),
    "called off": Kind(
        (1, None, 2), (*PEOPLE, "call off", "rename", "promote", "edit"), wanted=(1, 2, None)
    ),
}
SUITS = {
    "cancel": ("CONFIRMED", "WAITLISTED"),
    "organiser cancels": ("CONFIRMED", "WAITLISTED"),
    "move": ("CONFIRMED",),
    "promote": ("WAITLISTED",),
    "rename": ("CONFIRMED", "WAITLISTED"),
}
"""Whom a call makes sense for; where nobody is so, anybody is taken."""


class SeatMachine(RuleBasedStateMachine):
    """At most four processes at once and three guests, for a few seats in blocks of two."""

    kind: Kind

    @initialize(choice=st.integers(0, 2), there=st.integers(0, 3), ending=st.sampled_from(ENDINGS))
    def open(self, choice: int, there: int, ending: tuple[str, ...]) -> None:
        empty_tables()
        self.ending = ending
        world = SeatWorld.with_seats(
            self.kind.capacities[choice], list_on=self.kind.list_on, uuid=EVENT
        )
        self.world = world
        for guest in range(there):
            world.finish(world.register(guest))
        world.sequels.registrations.pending.clear()

    def living(self) -> list[Process]:
        return [process for process in self.world.processes if not process.is_over]

    def run(self, process: Process, writes: int) -> None:
        """Let it go on until so many writes happened and it stands before another."""
        while not process.is_over and (writes > 0 or not process.call.is_write):
            writes -= process.call.is_write
            self.world.step(process, GO)

    @rule(
        what=WHAT,
        choice=st.integers(0, 11),
        guest=st.integers(0, 2),
        other=st.integers(0, 3),
        writes=WRITES,
    )
    def something_happens(
        self, what: str, choice: int, guest: int, other: int, writes: int
    ) -> None:
        living = self.living()
        if what in ("call", "stream") and len(living) >= AT_ONCE:
            what = "go on"
        if what in ("go on", "wrong", "linger") and not living:
            what = "call"
        if what == "call":
            self.run(self.somebody_calls(choice, guest, other), writes)
        elif what == "stream":
            self.something_follows(choice, other, writes)
        elif what == "later":
            self.world.now += (timedelta(seconds=2), SETTLED_AFTER, LEASE_IS_OVER)[guest]
        elif what == "land":
            if self.world.late:
                self.world.land(choice % len(self.world.late))
        else:
            self.happens_to(living[choice % len(living)], what, other, writes)

    def somebody_calls(self, choice: int, guest: int, other: int) -> Process:
        """People act on what they see, or saw a change ago."""
        world, what = self.world, self.kind.calls[choice % len(self.kind.calls)]
        suited = world.numbers_of(SUITS.get(what, ())) or [guest]
        guest = suited[guest % len(suited)]
        seen = max(1, world.version_of(guest) - (other == 1))
        wanted = self.kind.wanted[(guest + other) % len(self.kind.wanted)]
        begin: dict[str, Callable[[], Process]] = {
            "register": lambda: world.register(guest, place=other % 2),
            "organiser adds": lambda: world.add(guest),
            "cancel": lambda: world.cancel(guest),
            "organiser cancels": lambda: world.cancel_as_organiser(guest, seen),
            "audit": lambda: world.audit(thorough=other > 1),
            "move": lambda: world.move(guest, seen),
            "promote": lambda: world.promote(guest, seen),
            "rename": lambda: world.change_email(guest, seen, to=(guest + 1 + other % 3) % 4),
            "edit": lambda: world.edit_capacity(wanted),
            "call off": world.call_off,
        }
        return begin[what]()

    def something_follows(self, choice: int, other: int, writes: int) -> None:
        """One of the streams, or a job; now and then a record that was followed before."""
        sequels = self.world.sequels
        jobs = sequels.open_jobs() if len(self.world.capacities) > 1 or self.world.is_off else []
        ways: list[Callable[[], Process]] = []
        if sequels.events.pending:
            ways.append(lambda: sequels.follow_event(first=other))
        if jobs:
            ways.append(lambda: sequels.run(jobs[other % len(jobs)]))
        if sequels.registrations.pending:
            ways.append(lambda: sequels.follow_guests(first=other % 2, count=1 + choice % 3))
        elif sequels.registrations.written:
            ways.append(lambda: sequels.follow_guests(first=choice, again=True))
        if ways:
            self.run(ways[choice % len(ways)](), writes)

    def happens_to(self, process: Process, what: str, other: int, writes: int) -> None:
        if what == "go on":
            self.world.step(process, GO)
            self.run(process, writes)
        elif what == "wrong":
            order = (CRASH_BEFORE, CRASH_AFTER, RESEND, RESEND)[other]
            self.world.step(process, order)
        elif process.call.is_write:
            self.world.linger(process)

    def teardown(self) -> None:
        if not hasattr(self, "world"):
            return
        self.world.outlast(self.living(), self.ending)
        for process in self.living():
            self.world.step(process, CRASH_BEFORE)
        self.world.end_well()


def explore(kind: Kind, *, seed: int, examples: int, phases: Any = None) -> None:
    """Run so many seeds of one machine; raises what it finds, with the shortest way there."""
    machine = seeded(seed)(type("SeatMachine", (SeatMachine,), {"kind": kind}))
    how = settings(
        max_examples=examples,
        stateful_step_count=STEPS,
        deadline=None,
        database=None,
        report_multiple_bugs=False,
        suppress_health_check=list(HealthCheck),
        **({"phases": phases} if phases else {}),
    )
    run_state_machine_as_test(machine, settings=how)
