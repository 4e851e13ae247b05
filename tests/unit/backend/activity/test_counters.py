from datetime import UTC, datetime

import pytest

from backend.activity.counters import arrivals_at, arrivals_of


@pytest.mark.parametrize(
    ("moment", "counter"),
    [
        ("2026-11-20T15:04:59.999+00:00", "at_202611201500"),
        ("2026-11-20T15:05:00+00:00", "at_202611201505"),
        ("2026-11-21T00:02:00+02:00", "at_202611202200"),
    ],
)
def test_arrivals_are_counted_per_five_minutes_in_utc(moment, counter):
    assert arrivals_at(datetime.fromisoformat(moment)) == counter


def test_arrivals_of_reads_only_arrivals_in_order():
    counts = {"registered": 5, "at_202611201505": 2, "at_202611201500": 1}

    assert list(arrivals_of(counts).items()) == [
        (datetime(2026, 11, 20, 15, 0, tzinfo=UTC), 1),
        (datetime(2026, 11, 20, 15, 5, tzinfo=UTC), 2),
    ]
