from dataclasses import replace
from datetime import UTC, datetime

import pytest

from backend.guest_requests.kinds import BUILT_IN, Kind, checked_kinds, new_key
from backend.shared.errors import BadInput

FOOD = BUILT_IN[0]
OWN = Kind(key="", name="Blanket")


def refused(*kinds: Kind) -> list[str]:
    try:
        checked_kinds(kinds)
    except BadInput as refusal:
        return sorted(refusal.fields)
    return []


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "   "}, "name"),
        ({"name": "n" * 41}, "name"),
        ({"name": "a\nb"}, "name"),
        ({"team": "t" * 41}, "team"),
        ({"team": "a\x00"}, "team"),
        ({"target_minutes": 0}, "target_minutes"),
        ({"target_minutes": 241}, "target_minutes"),
        ({"target_minutes": True}, "target_minutes"),
        ({"target_minutes": 2.5}, "target_minutes"),
        ({"most_open": 0}, "most_open"),
        ({"most_open": 21}, "most_open"),
        ({"options": tuple(f"o{n}" for n in range(21))}, "options"),
        ({"options": ("Soup", "Soup ")}, "options"),
        ({"options": ("o" * 61,)}, "options"),
        ({"options": ("a\tb",)}, "options"),
        ({"opens": "09:00"}, "closes"),
        ({"closes": "09:00"}, "opens"),
        ({"opens": "9:00", "closes": "10:00"}, "opens"),
        ({"opens": "09:00", "closes": "24:00"}, "closes"),
        ({"opens": "09:00", "closes": "09:00"}, "closes"),
        ({"key": "food"}, "key"),
        ({"key": "A#B"}, "key"),
    ],
)
def test_kind_names_the_field_that_breaks_a_rule(values, field):
    own = replace(OWN, **values)

    assert refused(*BUILT_IN, own) == [f"kinds.4.{field}"]


@pytest.mark.parametrize(
    "values",
    [
        {"name": "n" * 40, "team": "t" * 40, "target_minutes": 1, "most_open": 1},
        {"target_minutes": 240, "most_open": 20, "options": tuple(f"o{n}" for n in range(20))},
        {"opens": "22:00", "closes": "03:00"},
        {"options": ()},
    ],
)
def test_kind_at_its_bounds_is_taken(values):
    assert refused(*BUILT_IN, replace(OWN, **values)) == []


def test_built_in_kind_cannot_be_left_out():
    assert refused(*BUILT_IN[1:]) == ["kinds"]


def test_event_has_at_most_twenty_kinds():
    own = [replace(OWN, name=f"Own {n}") for n in range(17)]

    assert refused(*BUILT_IN, *own[:16]) == []
    assert refused(*BUILT_IN, *own) == ["kinds"]


def test_kind_is_there_once():
    assert refused(*BUILT_IN, replace(FOOD, name="Other food")) == ["kinds"]


def test_two_kinds_of_one_name_could_not_be_told_apart():
    assert refused(*BUILT_IN, replace(OWN, name=" fOOD")) == ["kinds.4.name"]


def test_own_kind_gets_a_key_that_nobody_has():
    kinds = checked_kinds([*BUILT_IN, OWN, replace(OWN, name="Bl änket!"), replace(OWN, name="水")])

    assert [kind.key for kind in kinds[4:]] == ["BLANKET", "BL_ANKET", "KIND"]


@pytest.mark.parametrize(
    ("name", "taken", "key"),
    [
        ("Food", ["FOOD"], "FOOD_2"),
        ("Food", ["FOOD", "FOOD_2"], "FOOD_3"),
        ("7 up", [], "KIND_7_UP"),
        ("x" * 40, [], "X" * 24),
    ],
)
def test_key_follows_from_the_name(name, taken, key):
    assert new_key(name, taken) == key


def test_texts_are_kept_without_spaces_around_them():
    own = replace(OWN, name=" Blanket ", team=" Floor ", options=(" Red ", "", " "))

    kept = checked_kinds([*BUILT_IN, own])[4]

    assert (kept.name, kept.team, kept.options) == ("Blanket", "Floor", ("Red",))


def test_kind_comes_back_from_its_document_as_it_was():
    own = replace(OWN, key="BLANKET", options=("Red",), opens="09:00", closes="10:00")

    assert Kind.of_document(own.to_document() | {"of_a_later_version": 1}) == own


@pytest.mark.parametrize(
    ("moment", "is_open"),
    [
        # The night in which Berlin's clocks go back: 02:30 comes twice.
        (datetime(2030, 10, 27, 0, 30, tzinfo=UTC), True),
        (datetime(2030, 10, 27, 1, 30, tzinfo=UTC), True),
        (datetime(2030, 10, 27, 2, 30, tzinfo=UTC), False),
    ],
)
def test_opening_hours_follow_the_clocks_on_the_wall(moment, is_open):
    own = replace(OWN, opens="02:00", closes="03:00")

    assert own.is_open_at(moment, time_zone="Europe/Berlin") is is_open
