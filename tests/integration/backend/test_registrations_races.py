"""Races that once were, or would be, bugs: replayed call by call, and with real threads."""

import random
import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import permutations

import pytest

from backend.registrations import services
from backend.registrations.errors import SoldOut
from backend.registrations.models import Registration
from backend.registrations.states import FREE
from backend.seats import claims
from backend.seats import services as seats
from backend.seats.models import Block, places
from backend.shared.db import StaleWrite
from tests.factories.events import NOON
from tests.support.effort import EVERYTHING
from tests.support.interleaving import (
    CRASH_AFTER,
    CRASH_BEFORE,
    GO,
    RESEND,
    stopping_before_calls,
)
from tests.support.seat_world import CANCELED, CONFIRMED, TOMBSTONE, SeatWorld, Violation

REPEATS = range(20 if EVERYTHING else 3)
pytestmark = pytest.mark.usefixtures("tables")


@pytest.fixture
def stopping():
    with stopping_before_calls():
        yield


# Traces of the model, on the real code


def fenced_while_committing(world: SeatWorld) -> None:
    """The audit fences and releases a claim between its being taken and being committed."""
    guest = world.register(0).until("PutItem", Registration)
    world.finish(world.audit())
    world.finish(guest)


def released_late_by_the_audit(world: SeatWorld) -> None:
    """The audit's release arrives after the guest has claimed anew."""
    guest = world.register(0).until("PutItem", Registration)
    audit = world.audit().until("PutItem", Registration)
    audit.step()
    audit.until("UpdateItem", Block)
    guest.step()
    guest.until("UpdateItem", Block)
    guest.step()
    guest.until("PutItem", Registration)
    world.finish(audit)
    world.finish(guest)


def pressed_twice(world: SeatWorld) -> None:
    """Both calls hold a claim before the first commits."""
    first = world.register(0).until("PutItem", Registration)
    second = world.register(0).until("PutItem", Registration)
    world.finish(first)
    world.finish(second)


def canceled_late(world: SeatWorld) -> None:
    """A copy of an answered cancellation arrives when the guest has registered again."""
    world.finish(world.register(0))
    cancel = world.cancel(0).until("UpdateItem", Registration)
    world.linger(cancel)
    world.finish(cancel)
    world.finish(world.register(0))
    world.land()


def canceled_before_the_commit_was_answered(world: SeatWorld) -> None:
    """The commit lands and its answer is lost; the guest cancels; the commit is sent again."""
    guest = world.register(0).until("PutItem", Registration)
    world.linger(guest)
    world.land()
    world.finish(world.cancel(0))
    world.finish(guest)


def reissued_before_the_commit_was_answered(world: SeatWorld) -> None:
    """The commit lands and its answer is lost; another ticket is issued, and then canceled."""
    guest = world.register(0).until("PutItem", Registration)
    world.linger(guest)
    world.land()
    for version in (1, 2):
        world.finish(world.reissue(0, version))
    world.finish(world.cancel(0))
    world.finish(guest)


def renamed_before_the_commit_was_answered(world: SeatWorld) -> None:
    """The commit lands and its answer is lost; the guest gets another address meanwhile."""
    guest = world.register(0).until("PutItem", Registration)
    world.linger(guest)
    world.land()
    world.finish(world.change_email(0, 1, to=1))
    world.finish(guest)


def committed_late(world: SeatWorld) -> None:
    """A copy of an answered commit arrives after the guest canceled."""
    guest = world.register(0).until("PutItem", Registration)
    world.linger(guest)
    world.finish(guest)
    world.finish(world.cancel(0))
    world.land()


def same_attempt(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(seats, "new_attempt", lambda: "AAAAAA")


def commit_without_version(patch: pytest.MonkeyPatch) -> None:
    free = Registration.status.is_in(*FREE)
    patch.setattr(places, "_free_at", lambda *_: Registration.guest.does_not_exist() | free)


def audit_without_fence(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Registration, "fence", classmethod(lambda *_, **__: True))


def release_by_guest(patch: pytest.MonkeyPatch) -> None:
    def give_back(cls, pool, claim):
        block = Block.find(Block.key(pool, claim.block))
        held = [text for text in block.claims if text.startswith(claim.guest)]
        if not held:
            raise StaleWrite(old=block)
        return cls.change(block.block, actions=[Block.claims[text].remove() for text in held])

    patch.setattr(Block, "give_back", classmethod(give_back))


def cancel_without_version(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(places, "_unchanged_since", lambda _: Registration.guest.exists())


def mine_only_while_confirmed(patch: pytest.MonkeyPatch) -> None:
    landed = Registration.landed_as
    patch.setattr(
        Registration,
        "landed_as",
        lambda draft, stored: landed(draft, stored) and stored.is_confirmed,
    )


def mine_by_the_ticket_there_is(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(
        Registration, "landed_as", lambda draft, stored: draft.ticket_no == stored.ticket_no
    )


def tombstones_are_nobodys(patch: pytest.MonkeyPatch) -> None:
    landed = Registration.landed_as
    patch.setattr(
        Registration,
        "landed_as",
        lambda draft, stored: landed(draft, stored) and stored.status is not TOMBSTONE,
    )


TRACES = [
    fenced_while_committing,
    released_late_by_the_audit,
    pressed_twice,
    canceled_late,
    canceled_before_the_commit_was_answered,
    reissued_before_the_commit_was_answered,
    renamed_before_the_commit_was_answered,
    committed_late,
]
WRONG_VARIANTS: list[tuple[Callable, Callable, str]] = [
    (same_attempt, released_late_by_the_audit, "confirmed without a claim"),
    (commit_without_version, fenced_while_committing, "confirmed without a claim"),
    (commit_without_version, committed_late, "takes effect after it was answered"),
    (audit_without_fence, fenced_while_committing, "confirmed without a claim"),
    (release_by_guest, pressed_twice, "confirmed without a claim"),
    (cancel_without_version, canceled_late, "takes effect after it was answered"),
    (
        mine_only_while_confirmed,
        canceled_before_the_commit_was_answered,
        "registered its guest twice",
    ),
    (
        mine_by_the_ticket_there_is,
        reissued_before_the_commit_was_answered,
        "registered its guest twice",
    ),
    (tombstones_are_nobodys, renamed_before_the_commit_was_answered, "registered its guest twice"),
]


@pytest.mark.parametrize("trace", TRACES)
def test_the_code_keeps_its_promises_through(trace, stopping):
    world = SeatWorld.with_seats(2)

    trace(world)

    world.end_well()


@pytest.mark.parametrize(("variant", "trace", "violation"), WRONG_VARIANTS)
def test_a_wrong_variant_of_the_code_is_caught(variant, trace, violation, stopping, monkeypatch):
    world = SeatWorld.with_seats(2)
    variant(monkeypatch)

    with pytest.raises(Violation, match=violation):
        trace(world)


def test_a_lost_answer_is_made_good_by_sending_again(stopping):
    world = SeatWorld.with_seats(1)
    guest = world.register(0)

    while not guest.is_over:
        world.step(guest, RESEND)

    assert (guest.answer.created, guest.answer.registration.version) == (True, 1)
    world.check()
    world.end_well()


def test_a_crash_after_the_commit_keeps_the_place(stopping):
    world = SeatWorld.with_seats(1)
    world.step(world.register(0).until("PutItem", Registration), CRASH_AFTER)

    world.end_well()

    assert world.finish(world.register(0)).registration.status == CONFIRMED


REGISTER_CANCEL_REGISTER = sorted(set(permutations([0] * 3 + [1] * 3 + [2] * 3)))


@pytest.mark.parametrize("order", REGISTER_CANCEL_REGISTER[:: 19 if EVERYTHING else 240], ids=str)
def test_register_cancel_register_ends_with_at_most_one_seat(order, stopping):
    world = SeatWorld.with_seats(1)
    people = [world.register(0), world.cancel(0), world.register(0)]

    for turn in order:
        if not people[turn].is_over:
            world.step(people[turn])
    for process in people:
        world.finish(process)

    registered, _ = world.look()
    assert Counter(item.status for item in registered) in ({CONFIRMED: 1}, {CANCELED: 1})
    world.end_well()


# Capacity changes


def all_over(world: SeatWorld) -> bool:
    return all(process.is_over for process in world.processes)


@pytest.mark.parametrize("death", [CRASH_BEFORE, CRASH_AFTER])
@pytest.mark.parametrize("capacity", [1, 3])
def test_a_capacity_change_that_dies_anywhere_is_carried_on(death, capacity, stopping, monkeypatch):
    monkeypatch.setattr(claims, "SEATS_PER_BLOCK", 1)
    survived, calls = False, 0
    while not survived:
        world = SeatWorld.with_seats(2)
        for guest in range(2):
            world.finish(world.register(guest))
        change = world.change_capacity(capacity)
        for _ in range(calls):
            if not change.is_over:
                world.step(change)
        survived = change.is_over
        if not survived:
            world.step(change, death)
        world.finish(world.register(2))
        world.finish(world.cancel(0))
        world.end_well()
        calls += 1

    assert calls > 8


@pytest.mark.parametrize("seed", range(60 if EVERYTHING else 6))
def test_capacity_changes_cross_everything_else(seed, stopping, monkeypatch):
    monkeypatch.setattr(claims, "SEATS_PER_BLOCK", 1)
    chance = random.Random(seed)  # noqa: S311 -- repeatable, not secret
    world = SeatWorld.with_seats(2)
    world.finish(world.register(0))
    for begin in (
        lambda: world.change_capacity(1),
        lambda: world.change_capacity(3),
        lambda: world.register(1),
        lambda: world.register(2),
        lambda: world.cancel(0),
        world.audit,
    ):
        begin()
    while not all_over(world):
        process = chance.choice([p for p in world.processes if not p.is_over])
        orders = [GO] * 40 + [CRASH_BEFORE, CRASH_AFTER, RESEND]
        world.step(process, chance.choice(orders))

    world.end_well()


# Real threads


def at_once(calls: list[Callable[[], object]]) -> list[object]:
    """The answers of calls that all start at the same moment; a refusal is an answer."""
    start = threading.Barrier(len(calls))

    def run(call):
        start.wait()
        try:
            return call()
        except SoldOut as refusal:
            return refusal

    with ThreadPoolExecutor(len(calls)) as pool:
        return [running.result() for running in [pool.submit(run, call) for call in calls]]


def registering(world: SeatWorld, number: int) -> Callable[[], object]:
    actor = world.person(number)
    return lambda: services.register(
        event_id=world.event.uuid, name=f"Guest {number}", actor=actor, now=NOON
    )


@pytest.mark.parametrize("_repeat", REPEATS)
def test_sixty_people_at_once_for_fifty_seats(_repeat):
    world = SeatWorld.with_seats(50)

    answers = at_once([registering(world, number) for number in range(60)])

    world.check()
    registered, blocks = world.look()
    assert Counter(type(answer).__name__ for answer in answers) == {"Outcome": 50, "SoldOut": 10}
    assert [item.status for item in registered] == [CONFIRMED] * 50
    assert sum(len(block.claims) for block in blocks) == 50


@pytest.mark.parametrize("_repeat", REPEATS)
def test_pressing_register_twice_at_once_makes_one_registration(_repeat):
    world = SeatWorld.with_seats(50)

    outcomes = at_once([registering(world, 0)] * 4)

    registered, blocks = world.look()
    assert sorted(outcome.created for outcome in outcomes) == [False, False, False, True]
    assert {outcome.registration.ticket_no for outcome in outcomes} == {registered[0].ticket_no}
    assert sum(len(block.claims) for block in blocks) == 1


def test_the_circle_of_small_blocks_is_searched_to_its_end(monkeypatch):
    monkeypatch.setattr(claims, "SEATS_PER_BLOCK", 1)
    world = SeatWorld.with_seats(12)

    answers = at_once([registering(world, 0)] + [registering(world, 12 * n) for n in range(1, 15)])

    assert (world.blocks, Counter(type(answer).__name__ for answer in answers)) == (
        12,
        {"Outcome": 12, "SoldOut": 3},
    )
