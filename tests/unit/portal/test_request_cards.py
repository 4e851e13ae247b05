"""What a card of the board says: how long a guest waits, in words and colour."""

from datetime import datetime, timedelta

import pytest

from backend.guest_requests.models import GuestRequest
from backend.guest_requests.states import RequestStatus
from portal.organiser.request_cards import Card
from tests.factories.events import NOON

S = RequestStatus


def card(now: datetime, **values) -> Card:
    asked = {"kind": "FOOD", "kind_name": "Food", "status": S.OPEN, "text": "", "option": ""}
    asked |= {"created_at": NOON, "due_at": after(15)}
    return Card(GuestRequest(**asked | values), "", mine=False, now=now)


def after(minutes: float) -> datetime:
    return NOON + timedelta(minutes=minutes)


@pytest.mark.parametrize(
    ("minutes", "age", "look", "late"),
    [
        (0, "just now, 15 min left", "", False),
        (1, "1 min, 14 left", "", False),
        (11.9, "11 min, 4 left", "", False),
        (12, "12 min, 3 left", "warn", False),
        (15, "15 min, due now", "warn", False),
        (16, "16 min, 1 over", "bad", True),
        (100, "1 h 40 min, 85 over", "bad", True),
        (200, "3 h 20 min, 3 h 5 min over", "bad", True),
        (-5, "just now, 15 min left", "", False),  # a clock that runs behind
    ],
)
def test_age_is_told_in_words_and_colour(minutes, age, look, late):
    shown = card(after(minutes))

    assert (shown.age, shown.look, shown.is_late) == (age, look, late)


def test_all_cards_grow_older_with_the_minute_of_the_clock():
    asked = [after(0.1), after(0.9)]

    seen = [
        [card(now, created_at=at, due_at=after(15)).minutes for at in asked]
        for now in (after(1), after(1.95), after(2))
    ]

    assert seen == [[1, 1], [1, 1], [2, 2]]


@pytest.mark.parametrize(
    ("option", "text", "title", "note"),
    [
        ("Vegetarian", "", "Vegetarian", ""),
        ("Vegetarian", "Table 5", "Vegetarian", "Table 5"),
        ("", "Table 5", "Table 5", ""),
        ("", "Table 5\nnear the door", "Food", "Table 5\nnear the door"),
        ("", "x" * 81, "Food", "x" * 81),
        ("", "", "Food", ""),
    ],
)
def test_title_is_what_tells_most(option, text, title, note):
    shown = card(NOON, option=option, text=text)

    assert (shown.title, shown.note) == (title, note)


@pytest.mark.parametrize(
    ("text", "scrolls"), [("x" * 300, False), ("x" * 301, True), ("x\n" * 9, True)]
)
def test_long_words_of_a_guest_do_not_fill_the_board(text, scrolls):
    assert card(NOON, text=text).is_long is scrolls


@pytest.mark.parametrize(
    ("minutes", "left", "words"),
    [
        (0, 10, "for 10 more minutes"),
        (9, 1, "for 1 more minute"),
        (10, 0, "for 0 more minutes"),
    ],
)
def test_what_is_done_says_how_long_it_can_be_recalled(minutes, left, words):
    shown = card(after(5 + minutes), status=S.FULFILLED, done_at=after(5))

    assert (shown.recall_minutes, shown.recall_until) == (left, words)
    assert shown.took == "Done in 5 min"


def test_what_was_declined_is_not_recalled():
    assert card(after(5), status=S.DECLINED, done_at=after(5)).recall_minutes == 0
