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
from backend.seats import queries as seat_queries
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
GUESTS = st.integers(0, 2)
pytestmark = pytest.mark.usefixtures("tables")


SETTINGS = settings(
    max_examples=SEEDS_EACH,
    stateful_step_count=25,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)


class SeatMachine(RuleBasedStateMachine):
    """At most four processes at once and three guests, for a few seats in blocks of two."""

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

    @precondition(has_room)
    @rule(guest=GUESTS)
    def register(self, guest):
        self.world.register(guest)

    @precondition(has_room)
    @rule(guest=GUESTS)
    def organiser_adds(self, guest):
        self.world.add(guest)

    @precondition(has_room)
    @rule(guest=GUESTS)
    def cancel(self, guest):
        self.remember_seat_of(guest)
        self.world.cancel(guest)

    @precondition(has_room)
    @rule(guest=GUESTS, version=st.integers(1, 4))
    def organiser_cancels(self, guest, version):
        self.remember_seat_of(guest)
        self.world.cancel_as_organiser(guest, version)

    @precondition(has_room)
    @rule(thorough=st.booleans())
    def audit(self, thorough):
        self.world.audit(thorough=thorough)

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
    @rule(choice=st.integers(0, 9), steps=st.integers(1, 4))
    def go_on(self, choice, steps):
        process = self.pick(choice)
        for _ in range(steps):
            if not process.is_over:
                self.world.step(process, GO)

    @precondition(some_live)
    @rule(choice=st.integers(0, 9))
    def finish(self, choice):
        self.world.finish(self.pick(choice))

    @precondition(some_live)
    @rule(choice=st.integers(0, 9), order=st.sampled_from([CRASH_BEFORE, CRASH_AFTER, RESEND]))
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
    def a_new_process_starts(self):
        seat_queries.forget_views()

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
