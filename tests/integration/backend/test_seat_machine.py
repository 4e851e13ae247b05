"""The seat protocol's promises, held against the real code by a machine that means no good.

Hypothesis starts calls of several people on one event, lets them run one DynamoDB call at a
time in any order, kills them before or after any call, loses answers, and lets copies of
writes land late. After every step the promises must hold, and after everybody died one
audit must put things right.
"""

import os

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    precondition,
    rule,
    run_state_machine_as_test,
)

from backend.registrations.models import Registration
from backend.seats import claims
from tests.support.interleaving import (
    CRASH_AFTER,
    CRASH_BEFORE,
    GO,
    RESEND,
    stopping_before_calls,
)
from tests.support.seat_world import SETTLED_AFTER, SeatWorld

CAPACITIES = (1, 2, 3)
SEEDS_EACH = 100 if os.environ.get("CI") == "true" else 8
AT_ONCE = 4
GUESTS = st.integers(0, 1)
CALLS = ["register", "cancel", "audit", "register", "organiser adds", "organiser cancels"]
TO_THE_END = 99
WRITES = st.sampled_from([1, 0, 1, TO_THE_END, 2])
"""How many writes of a call happen before it stops in front of the next."""
pytestmark = pytest.mark.usefixtures("tables")


SETTINGS = settings(
    max_examples=SEEDS_EACH,
    stateful_step_count=40,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)


class SeatMachine(RuleBasedStateMachine):
    """At most four processes at once and two guests, for a few seats in blocks of two."""

    capacity: int

    @initialize()
    def open(self):
        self.world = SeatWorld.with_seats(self.capacity)
        self.freed = []

    def living(self):
        return [process for process in self.world.processes if not process.is_over]

    def has_room(self):
        return len(self.living()) < AT_ONCE

    def some_live(self):
        return bool(self.living())

    def pick(self, choice):
        living = self.living()
        return living[choice % len(living)]

    # People

    def run(self, process, writes):
        """Let it go on until so many writes happened and it stands before another."""
        while not process.is_over and (writes > 0 or not process.call.is_write):
            writes -= process.call.is_write
            self.world.step(process, GO)

    @precondition(has_room)
    @rule(what=st.sampled_from(CALLS), guest=GUESTS, version=st.integers(1, 4), writes=WRITES)
    def somebody_calls(self, what, guest, version, writes):
        if what == "register":
            process = self.world.register(guest)
        elif what == "organiser adds":
            process = self.world.add(guest)
        elif what == "audit":
            process = self.world.audit(thorough=version > 1)
        else:
            self.remember_seat_of(guest)
            process = (
                self.world.cancel(guest)
                if what == "cancel"
                else self.world.cancel_as_organiser(guest, version)
            )
        self.run(process, writes)

    def remember_seat_of(self, guest):
        stored = Registration.find(f"{self.world.event.uuid}#R0", self.world.guest(guest))
        if stored is not None and stored.claim is not None:
            self.freed.append(stored)

    @precondition(lambda self: self.freed and self.has_room())
    @rule(choice=st.integers(0, 9))
    def stream_repeats_a_release(self, choice):
        seen = self.freed[choice % len(self.freed)]
        stored = Registration.find(seen.shard, seen.guest)
        if stored.claim != seen.claim:  # the stream hears of a seat when it was given up
            self.world.repeat_release(seen.claim)

    # Their calls

    @precondition(some_live)
    @rule(writes=WRITES)
    def the_first_goes_on(self, writes):
        self.go_on(self.pick(0), writes)

    @precondition(some_live)
    @rule(writes=WRITES)
    def the_latest_goes_on(self, writes):
        self.go_on(self.pick(-1), writes)

    @precondition(some_live)
    @rule(choice=st.integers(1, 2), writes=WRITES)
    def another_goes_on(self, choice, writes):
        self.go_on(self.pick(choice), writes)

    def go_on(self, process, writes):
        self.world.step(process, GO)
        self.run(process, writes)

    @precondition(some_live)
    @rule(choice=st.integers(0, 3), order=st.sampled_from([CRASH_BEFORE, CRASH_AFTER, RESEND]))
    def go_wrong(self, choice, order):
        self.world.step(self.pick(choice), order)

    @precondition(some_live)
    @rule(choice=st.integers(0, 9))
    def copy_lingers(self, choice):
        process = self.pick(choice)
        if process.call.is_write:
            self.world.linger(process)

    @precondition(lambda self: self.world.late)
    @rule(choice=st.integers(0, 9))
    def late_copy_lands(self, choice):
        self.world.land(choice % len(self.world.late))

    # Time

    @rule()
    def time_passes(self):
        self.world.now += SETTLED_AFTER

    def teardown(self):
        for process in self.living():
            self.world.step(process, CRASH_BEFORE)
        self.world.end_well()


@pytest.mark.parametrize("capacity", CAPACITIES)
def test_the_real_code_keeps_its_promises_whatever_happens(capacity, monkeypatch):
    monkeypatch.setattr(claims, "SEATS_PER_BLOCK", 2)
    machine = type("SeatMachine", (SeatMachine,), {"capacity": capacity})
    with stopping_before_calls():
        run_state_machine_as_test(machine, settings=SETTINGS)
