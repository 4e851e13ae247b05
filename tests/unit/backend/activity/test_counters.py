from datetime import UTC, datetime

import pytest

from backend.activity.counters import arrivals_at, arrivals_of, gate_counter, gates_of


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


@pytest.mark.parametrize(
    "gate", ["", "North 1", "a.b", "Gate [2]", "Süd 100%", "李", "gate_", "x" * 60]
)
def test_counter_of_a_gate_is_a_plain_attribute_name_and_read_back(gate):
    name = gate_counter(gate)

    assert set(name) & set("[]. ") <= {"."}
    assert gates_of({name: 3, "admitted": 4}) == {gate: 3}


def test_gate_whose_arrivals_were_all_undone_is_not_shown():
    assert gates_of({gate_counter("North"): 0, gate_counter("South"): 2}) == {"South": 2}
