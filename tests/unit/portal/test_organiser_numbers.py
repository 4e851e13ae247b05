from datetime import UTC, datetime, timedelta

import pytest

from backend.activity.queries import Totals
from portal.organiser.numbers import HEIGHT, WIDTH, numbers_of, percent

NINE = datetime(2027, 6, 10, 7, 0, tzinfo=UTC)  # in Vienna
MINUTE = timedelta(minutes=1)


def numbers(arrivals: dict[int, int], *, at: int, registered: int = 100):
    """Arrivals by minutes after nine, seen ``at`` a minute after nine."""
    spans = {NINE + minute * MINUTE: came for minute, came in arrivals.items()}
    totals = Totals(
        registered=registered, canceled=0, admitted=sum(arrivals.values()), arrivals=spans
    )
    return numbers_of(totals, zone="Europe/Vienna", now=NINE + at * MINUTE)


def points(curve) -> list[tuple[float, float]]:
    pairs = curve.line.removeprefix("M").split("L")
    return [tuple(map(float, pair.split())) for pair in pairs]


@pytest.mark.parametrize(
    ("part", "whole", "result"), [(0, 0, 0), (5, 0, 0), (1, 3, 33), (2, 3, 67), (7, 7, 100)]
)
def test_percent_of_nothing_is_nothing(part, whole, result):
    assert percent(part, whole) == result


def test_without_arrivals_there_is_no_curve():
    shown = numbers({}, at=0)

    assert (shown.curve, shown.busiest, shown.most, shown.lately) == (None, None, 0, 0)


def test_five_minutes_whose_arrivals_were_all_undone_are_left_out():
    assert [span.came for span in numbers({0: 2, 5: 0, 10: 1}, at=12).spans] == [1, 2]


def test_last_quarter_counts_what_began_in_it():
    assert numbers({0: 1, 5: 2, 10: 4, 15: 8}, at=16).lately == 14


def test_curve_rises_from_the_clocks_own_mark_to_the_present():
    curve = numbers({10: 30, 20: 20}, at=22).curve

    assert curve.times == ["09:00", "09:15", "09:30"]
    assert curve.amounts == [120, 90, 60, 30, 0]
    assert points(curve)[0] == (0, HEIGHT)
    assert points(curve)[-1] == (132, 70)
    assert curve.now == "132"


def test_curve_of_a_day_that_is_over_ends_with_its_last_guest():
    curve = numbers({0: 3, 25: 2}, at=6 * 60).curve

    assert curve.times == ["09:00", "09:15", "09:30"]
    assert points(curve)[-1] == (WIDTH, HEIGHT * (1 - 5 / 120))
    assert curve.now == ""


@pytest.mark.parametrize("minutes", [1, 30, 61, 100, 200, 700, 3000])
def test_curve_stays_in_its_box_however_long_the_day(minutes):
    curve = numbers({0: 5, minutes // 5 * 5: 5}, at=minutes).curve

    assert 3 <= len(curve.times) <= 8
    assert all(0 <= x <= WIDTH and 0 <= y <= HEIGHT for x, y in points(curve))


@pytest.mark.parametrize(
    ("most", "top"), [(1, 4), (4, 4), (5, 8), (210, 240), (1200, 1200), (1284, 1600)]
)
def test_scale_ends_at_a_round_number_above(most, top):
    assert numbers({0: 1}, at=1, registered=most).curve.amounts[0] == top


def test_clock_that_runs_behind_the_counters_breaks_nothing():
    assert numbers({10: 5}, at=3).curve is not None


def test_gates_show_the_busiest_first_and_who_left_is_not_inside():
    totals = Totals(
        registered=9,
        canceled=0,
        admitted=7,
        arrivals={},
        gates={"North": 2, "": 1, "South": 4},
        out=3,
    )

    shown = numbers_of(totals, zone="Europe/Vienna", now=NINE)

    assert (shown.gates, shown.inside) == ([("South", 4), ("North", 2), ("", 1)], 4)
