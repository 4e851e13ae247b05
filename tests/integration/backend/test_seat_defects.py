"""Wrong variants of the real code: the machine must catch each within 5,000 seeds of its kind.

The code as it is passes the same seeds in ``test_seat_machine``: 75 of each kind with
``CI=true``, and all with ``make faults``. Defects that the machine needs too long for show on
traces, which the code as it is passes, too.
"""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import Phase

from backend.events import queries as event_queries
from backend.events.models import Event
from backend.registrations import streams
from backend.registrations.models import Registration
from backend.registrations.models.attributes import Attributes
from backend.registrations.states import Admission, RegistrationStatus
from backend.seats import capacity, places
from backend.seats import services as seats
from backend.seats.claims import Claim, new_attempt, spread
from backend.seats.models import Block, Pool
from backend.seats.services import Standing
from tests.factories.events import NOON
from tests.support.effort import FAULTS
from tests.support.seat_machine import EACH, KINDS, Kind, explore
from tests.support.seat_world import SETTLED_AFTER, SeatWorld, Violation

PARTS_TRIED = 200
"""Most show within six. Hypothesis also draws constants of the modules that are loaded, so the
same defect can take ten times as long when all tests were collected.
"""
pytestmark = pytest.mark.usefixtures("tables")
Patch = pytest.MonkeyPatch


def promoter_ignores_the_version(patch: Patch) -> None:
    def promote(self: Registration, held: Claim | None, *, changed_by: str) -> Registration:
        values = {
            "status": RegistrationStatus.CONFIRMED,
            "version": self.version + 1,
            "changed_by": changed_by,
            "admission": Admission.EXPECTED,
            "waiting_shard": None,
            "waiting_since": None,
            "claim_block": held.block if held else None,
            "claim_attempt": held.attempt if held else None,
        }
        return Registration.change(
            self.shard,
            self.guest,
            actions=Attributes.assignments(values),
            condition=Attributes.status == RegistrationStatus.WAITLISTED,
        )

    patch.setattr(Registration, "promote", promote)


def promoter_uses_an_attempt_again(patch: Patch) -> None:
    claim, mine = seats.claim, threading.local()

    def claim_for(*, from_list: bool = False, **values: Any) -> Claim | None:
        mine.promotes = from_list
        return claim(from_list=from_list, **values)

    patch.setattr(seats, "claim", claim_for)
    patch.setattr(
        seats,
        "new_attempt",
        lambda: "AGAIN0" if getattr(mine, "promotes", False) else new_attempt(),
    )


def move_gives_the_seat_back_first(patch: Patch) -> None:
    move = Registration.move_to_waiting_list

    def released_first(self: Registration, **values: Any) -> Registration:
        seats.release(pool=self.event_id, claim=self.claim, now=NOON)
        return move(self, **values)

    patch.setattr(Registration, "move_to_waiting_list", released_first)


def address_changes_and_the_claim_does_not(patch: Patch) -> None:
    def rename_within(_write: Any, *, claim: Claim, guest: str, **_: Any) -> Claim:
        return Claim(guest, claim.attempt, claim.block)

    patch.setattr(seats, "rename_within", rename_within)


def address_changes_and_the_old_one_stays(patch: Patch) -> None:
    patch.setattr(Registration, "leave_within", lambda *_, **__: None)


def capacity_is_planned_beside_open_blocks(patch: Patch) -> None:
    def plan(pool: str, stored: Pool) -> bool:
        blocks = Block.list_for_pool(pool, blocks=int(stored.blocks))
        claimed = [len(block.claims) for block in blocks]
        if sum(claimed) > stored.capacity:
            return False
        stored.plan_caps(spread(claimed, int(stored.capacity)))
        return True

    patch.setattr(capacity, "_plan", plan)


def nobody_counts_a_forced_claim(patch: Patch) -> None:
    patch.setattr(capacity, "recount", lambda _pool: None)


def late_commits_get_no_claim(patch: Patch) -> None:
    patch.setattr(places, "adopt_late", lambda *_, **__: False)


def first_limit_counts_at_once(patch: Patch) -> None:
    announce = Pool.announce

    def without_adopting(self: Pool, seats: int, **values: Any) -> Pool:
        announced = announce(self, seats, **values)
        return announced.end_adoption()

    patch.setattr(Pool, "announce", without_adopting)


def audit_takes_the_unclaimed_for_settled(patch: Patch) -> None:
    standing = places.standing

    def settled(claim: Claim, stored: Registration | None) -> Standing:
        found = standing(claim, stored)
        done = stored is not None and stored.is_confirmed and not found.confirmed
        return Standing(confirmed=found.confirmed, settled=done, version=found.version)

    patch.setattr(places, "standing", settled)


def late_commits_stay_at_a_canceled_event(patch: Patch) -> None:
    patch.setattr(streams, "_cancel_all", lambda *_, **__: None)


def stream_believes_cached_settings(patch: Patch) -> None:
    class Cached:
        @staticmethod
        def fetch(event_id: str) -> Any:
            known = event_queries._cached.get(event_id)
            return known[1] if known else Event.fetch(event_id)

    patch.setattr(streams, "Event", Cached)


def flag_is_lowered_whoever_joined(patch: Patch) -> None:
    def lower(self: Pool) -> None:
        Pool.change(self.block, actions=[Pool.waiting.set(False)])

    patch.setattr(Pool, "lower_flag", lower)


def nobody_knows_of_the_first_ticket(patch: Patch) -> None:
    patch.setattr(Registration, "succeed", lambda *_: None)


# Too rare for the machine's seeds: replayed call by call


def moved_and_promoted_again(world: SeatWorld) -> None:
    """The stream repeats the release of a move after the guest has a seat again."""
    world.finish(world.register(0))
    world.finish(world.register(1))
    world.finish(world.cancel(0))
    world.follow_everything()
    world.finish(world.move(1, world.version_of(1)))
    world.follow_everything()
    moved = len(world.sequels.registrations.written) - 2
    world.finish(world.sequels.follow_guests(first=moved, again=True))


def joined_while_an_audit_looked(world: SeatWorld) -> None:
    """Somebody joins, and is followed, between an audit's look at the list and what it writes."""
    world.finish(world.register(0))
    world.finish(world.register(1))
    world.finish(world.cancel(1))
    world.follow_everything()
    world.finish(world.audit())
    world.now += SETTLED_AFTER
    audit = world.audit()
    while not (audit.call.is_write and "'waiting'" in str(audit.call.parameters)):
        world.step(audit)
    world.finish(world.register(2))
    world.follow_everything()
    world.finish(audit)
    world.check_end()


def committed_after_the_count(world: SeatWorld) -> None:
    """A commit that was decided without a limit lands when the only seat is taken."""
    late = world.register(0).until("PutItem", Registration)
    world.finish(world.edit_capacity(1))
    world.follow_everything()
    world.finish(world.register(1))
    world.finish(late)
    world.follow_everything()
    world.check_end()


def committed_after_the_cancellation(world: SeatWorld) -> None:
    """The stream's machine knows the event from before it was called off."""
    late = world.register(0).until("PutItem", Registration)
    world.finish(world.register(1, place=1))
    world.follow_everything()
    world.finish(world.call_off())
    world.follow_everything()
    world.finish(late)
    world.finish(world.sequels.follow_guests())
    world.follow_everything()
    world.check_end()


def claimed_while_the_seats_are_counted(world: SeatWorld) -> None:
    """A claim lands after its block was counted and before the block has its new cap."""
    world.finish(world.register(0))
    late = world.register(1).until("UpdateItem", Block)
    shorter = world.edit_capacity(1)
    while not (shorter.call.is_write and "'B'" in str(shorter.call.parameters)):
        world.step(shorter)  # up to the write of the planned caps, which are bytes
    world.finish(late)
    world.finish(shorter)
    world.follow_everything()
    world.check_end()


def audited_while_adopted(world: SeatWorld) -> None:
    """An audit meets the claim of somebody who is confirmed and about to be given it."""
    late = world.register(0).until("PutItem", Registration)
    world.finish(world.edit_capacity(1))
    world.follow_everything()
    world.finish(late)
    adopting = world.sequels.follow_guests().until("UpdateItem", Registration)
    world.now += SETTLED_AFTER
    world.finish(world.audit())
    world.finish(adopting)
    world.follow_everything()
    world.check_end()


def landed_and_was_replaced(world: SeatWorld) -> None:
    """A copy of a call's write lands, is canceled, another call registers, cancels; then it goes on."""
    slow = world.register(0).until("PutItem", Registration)
    other = world.register(0).until("PutItem", Registration)
    world.linger(slow)
    world.land()
    world.finish(world.cancel(0))
    world.finish(other)
    world.finish(world.cancel(0))
    world.finish(slow)


def landed_over_another_and_was_replaced(world: SeatWorld) -> None:
    """The same, where somebody was registered and had canceled before."""
    world.finish(world.register(0))
    world.finish(world.cancel(0))
    slow = world.register(0).until("PutItem", Registration)
    world.step(slow)
    world.linger(slow.until("PutItem", Registration))
    world.land()
    world.finish(world.cancel(0))
    world.finish(world.register(0))
    world.finish(world.cancel(0))
    world.finish(slow)


NO_CLAIM = "confirmed without a claim"
QUICK = [
    ("waiting", move_gives_the_seat_back_first, NO_CLAIM),
    ("waiting", address_changes_and_the_claim_does_not, NO_CLAIM),
    ("waiting", address_changes_and_the_old_one_stays, f"registered twice|{NO_CLAIM}"),
    ("called off", late_commits_stay_at_a_canceled_event, "at a canceled event"),
]
SLOW = [
    ("waiting", promoter_ignores_the_version, f"{NO_CLAIM}|write is gone"),
    ("capacity", late_commits_get_no_claim, "somebody confirmed has no seat"),
    ("capacity", first_limit_counts_at_once, "somebody confirmed has no seat"),
]
# Minutes for the machine, so its own only with ``make faults``: each has a trace as well.
RARE = [
    ("capacity", capacity_is_planned_beside_open_blocks, "over its capacity|caps do not add up"),
    ("capacity", audit_takes_the_unclaimed_for_settled, NO_CLAIM),
]
DEFECTS = [*QUICK, *(pytest.param(*case, marks=pytest.mark.slow) for case in SLOW)]
DEFECTS += RARE if FAULTS else []


Trace = Callable[[SeatWorld], None]
TRACES: list[tuple[int | None, Trace, Callable[[Patch], None], str]] = [
    (1, moved_and_promoted_again, promoter_uses_an_attempt_again, NO_CLAIM),
    (1, joined_while_an_audit_looked, flag_is_lowered_whoever_joined, "the flag is down"),
    (None, committed_after_the_count, nobody_counts_a_forced_claim, "over its capacity"),
    (
        2,
        committed_after_the_cancellation,
        stream_believes_cached_settings,
        "at a canceled event",
    ),
    (
        2,
        claimed_while_the_seats_are_counted,
        capacity_is_planned_beside_open_blocks,
        "over its capacity",
    ),
    (None, audited_while_adopted, audit_takes_the_unclaimed_for_settled, NO_CLAIM),
    (2, landed_and_was_replaced, nobody_knows_of_the_first_ticket, "registered its guest twice"),
]


def explore_parts(kind: Kind) -> None:
    for part in range(PARTS_TRIED):
        explore(kind, seed=part, examples=EACH, phases=[Phase.generate])


@pytest.mark.parametrize(("kind", "defect", "violation"), DEFECTS)
def test_a_seeded_defect_is_caught(kind, defect, violation, seats_in_process, monkeypatch):
    defect(monkeypatch)

    with pytest.raises(Violation, match=violation):
        explore_parts(KINDS[kind])


KEPT = [*(case[:2] for case in TRACES), (2, landed_over_another_and_was_replaced)]


@pytest.mark.parametrize(("seats_there", "trace"), KEPT)
def test_the_code_keeps_its_promises_through(seats_there, trace, seats_in_process):
    world = SeatWorld.with_seats(seats_there, list_on=True)

    trace(world)

    world.end_well()


@pytest.mark.parametrize(("seats_there", "trace", "defect", "violation"), TRACES)
def test_a_defect_shows_on_its_trace(
    seats_there, trace, defect, violation, seats_in_process, monkeypatch
):
    world = SeatWorld.with_seats(seats_there, list_on=True)
    defect(monkeypatch)

    with pytest.raises(Violation, match=violation):
        trace(world)
