"""Bookings under every interleaving that chance finds, with crashes, lost answers and late streams."""

import random

import pytest

from backend.seats.models import Block
from backend.sessions.states import BookingStatus
from backend.shared.db import StaleWrite
from tests.support.booking_world import NAMES, BookingWorld
from tests.support.effort import EVERYTHING
from tests.support.interleaving import CRASH_AFTER, CRASH_BEFORE, GO, RESEND
from tests.support.seat_promises import Violation

S = BookingStatus
ORDERS = [GO] * 14 + [RESEND, RESEND, CRASH_BEFORE, CRASH_AFTER]
pytestmark = pytest.mark.usefixtures("seats_in_process")


def play(world: BookingWorld, seed: int, *, moves: int = 22) -> None:
    """People call, and their calls go on, in an order that the seed says."""
    chance = random.Random(seed)  # noqa: S311 - repeatable, not secret
    for _ in range(moves):
        living = [process for process in world.processes if not process.is_over]
        if len(living) < 3:
            living.append(begin(world, chance))
        process = chance.choice(living)
        for _ in range(chance.randrange(1, 9)):
            if not process.is_over:
                world.step(process, chance.choice(ORDERS))
    world.end_well()


def play_all(seeds: range) -> None:
    for seed in seeds:
        play(BookingWorld.with_seats(1 + seed % 3), seed)


def begin(world: BookingWorld, chance: random.Random):
    who = chance.choice(NAMES)
    ways = [
        lambda: world.book(who),
        lambda: world.book(who),
        lambda: world.cancel(who),
        lambda: world.attend(who),
        lambda: world.change_capacity(chance.choice((1, 2, 3))),
        lambda: world.follow(chance.randrange(1, 4), again=chance.random() < 0.2),
        world.audit,
    ]
    return chance.choice(ways)()


@pytest.mark.parametrize("part", range(20 if EVERYTHING else 4))
def test_bookings_keep_their_promises_whatever_happens(part):
    play_all(range(part * 5, part * 5 + 5))


def test_a_release_that_goes_by_the_guest_is_found(monkeypatch):
    """The exploration is worth something: it finds a seeded defect."""

    def give_back(cls, pool, claim):
        block = Block.find(Block.key(pool, claim.block))
        held = [text for text in block.claims if text.startswith(claim.guest)]
        if not held:
            raise StaleWrite(old=block)
        return cls.change(block.block, actions=[Block.claims[text].remove() for text in held])

    monkeypatch.setattr(Block, "give_back", classmethod(give_back))

    with pytest.raises(Violation):
        play_all(range(300))


def test_two_guests_race_for_the_last_seat():
    world = BookingWorld.with_seats(1)
    first, second = world.book("ada"), world.book("ben")
    while not (first.is_over and second.is_over):
        for process in (first, second):
            if not process.is_over:
                world.step(process)

    assert sorted(one.status for one in world.bookings()) == [S.BOOKED, S.WAITLISTED]
    world.end_well()


def test_booking_races_canceling_of_the_same_guest():
    world = BookingWorld.with_seats(1)
    world.finish(world.book("ada"))
    cancel, again = world.cancel("ada"), world.book("ada")
    while not (cancel.is_over and again.is_over):
        for process in (again, cancel):
            if not process.is_over:
                world.step(process)

    world.end_well()
    assert [one.status for one in world.bookings()] in ([S.CANCELED], [S.BOOKED])


def test_a_capacity_that_shrinks_while_guests_book_keeps_who_booked():
    world = BookingWorld.with_seats(3)
    calls = [world.book("ada"), world.book("ben"), world.change_capacity(1), world.book("cyd")]
    while not all(process.is_over for process in calls):
        for process in calls:
            if not process.is_over:
                world.step(process)

    world.end_well()
