from datetime import UTC, datetime, timedelta

import pytest

from backend.shared.errors import Rejected
from backend.shared.idempotency import IdempotencyMismatch, StillRunning, once
from backend.shared.models import HELD_FOR, KEPT_FOR, Attempt
from backend.shared.shapes import Answer, Request
from tests.factories.users import a_user

NOON = datetime(2030, 5, 1, 12, 0, tzinfo=UTC)
pytestmark = pytest.mark.usefixtures("tables")


class Order(Request):
    dish: str = "soup"


class Made(Answer):
    number: int


class Kitchen:
    def __init__(self) -> None:
        self.made = 0

    def cook(self) -> Made:
        self.made += 1
        return Made(number=self.made)


@pytest.fixture
def kitchen():
    return Kitchen()


def ask(work, key, *, body=None, user="user-ada", operation="cook", now=NOON):
    return once(
        work,
        answer=Made,
        operation=operation,
        key=key,
        body=body or Order(),
        actor=a_user(user),
        now=now,
    )


def test_same_key_answers_the_first_answer(kitchen):
    assert [ask(kitchen.cook, "k-1").number for _ in range(3)] == [1, 1, 1]


def test_no_key_does_it_each_time(kitchen):
    assert [ask(kitchen.cook, "").number for _ in range(2)] == [1, 2]


def test_key_is_bound_to_user_and_operation(kitchen):
    ask(kitchen.cook, "k-2")

    assert ask(kitchen.cook, "k-2", user="user-bo").number == 2
    assert ask(kitchen.cook, "k-2", operation="bake").number == 3


def test_key_with_another_body_is_refused(kitchen):
    ask(kitchen.cook, "k-3")

    with pytest.raises(IdempotencyMismatch):
        ask(kitchen.cook, "k-3", body=Order(dish="cake"))
    assert kitchen.made == 1


def test_second_request_while_the_first_still_runs_is_refused(kitchen):
    def cook() -> Made:
        with pytest.raises(StillRunning):
            ask(kitchen.cook, "k-4")
        return kitchen.cook()

    assert ask(cook, "k-4").number == 1


def test_refused_work_frees_its_key(kitchen):
    def refuse() -> Made:
        raise Rejected("No soup.")

    with pytest.raises(Rejected):
        ask(refuse, "k-5")

    assert ask(kitchen.cook, "k-5").number == 1


def test_work_that_died_frees_its_key_after_a_minute(kitchen):
    def die() -> Made:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        ask(die, "k-6")

    with pytest.raises(StillRunning):
        ask(kitchen.cook, "k-6", now=NOON + HELD_FOR)
    later = NOON + HELD_FOR + timedelta(seconds=1)
    assert ask(kitchen.cook, "k-6", now=later).number == 1


def test_answer_is_kept_for_a_day(kitchen):
    ask(kitchen.cook, "k-7")

    assert ask(kitchen.cook, "k-7", now=NOON + KEPT_FOR).number == 1
    assert ask(kitchen.cook, "k-7", now=NOON + KEPT_FOR + timedelta(seconds=1)).number == 2


def test_key_itself_is_not_stored(kitchen):
    ask(kitchen.cook, "secret-key")

    stored = [item.attribute_values for item in Attempt.scan()]
    assert "secret-key" not in str(stored)
