"""What features count, and the line that carries it."""

import io
import json
import time

import pytest

from backend.shared import observability
from backend.shared.errors import Conflict
from backend.shared.outcomes import counts, take

CANARY = "canary@example.com"


@counts("Admission", str)
def answer(word: str) -> str:
    return word


@counts("Admission", str)
def refuse(guest: str) -> str:
    raise Conflict(f"{guest} is not expected.")


@pytest.fixture(autouse=True)
def _nothing_counted_before():
    take()


@pytest.fixture
def lines(monkeypatch):
    """What the log would write, in its own format."""
    written = io.StringIO()
    monkeypatch.setattr(observability.logger.handlers[0], "stream", written)
    return lambda: [json.loads(line) for line in written.getvalue().splitlines()]


def log(**changed):
    told = {
        "request": "request-1",
        "operation": "admitTickets",
        "actor_kind": "KIOSK",
        "event_id": "01999b1e-7a5c-7d10-8a7b-0123456789ab",
        "outcome": "ok",
        "status": 200,
        "duration_ms": 12.345,
        "cold_start": False,
    }
    observability.log_request(**told | changed)


def metrics_of(line):
    """Name → the sets of dimensions it is counted by, as CloudWatch reads the line."""
    found = {}
    for told in line["_aws"]["CloudWatchMetrics"]:
        assert told["Namespace"] == "Foyer"
        assert all(name in line for dimensions in told["Dimensions"] for name in dimensions)
        for metric in told["Metrics"]:
            assert isinstance(line[metric["Name"]], int | float)
            found.setdefault(metric["Name"], []).extend(told["Dimensions"])
    return found


def test_answers_count_by_their_word_and_once():
    for word in ("ADMITTED", "ALREADY_IN", "ADMITTED"):
        answer(word)

    assert take() == {"AdmissionAdmitted": 2, "AdmissionAlreadyIn": 1}
    assert take() == {}


def test_refusal_counts_and_is_raised_on():
    with pytest.raises(Conflict, match="not expected"):
        refuse(CANARY)

    assert take() == {"AdmissionRefused": 1}


def test_line_of_a_request_has_the_shared_fields(lines, monkeypatch):
    monkeypatch.setenv("_X_AMZN_TRACE_ID", "Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=1")

    log()

    (line,) = lines()
    assert {name: line[name] for name in ("request", "actor_kind", "outcome", "cold_start")} == {
        "request": "request-1",
        "actor_kind": "KIOSK",
        "outcome": "ok",
        "cold_start": False,
    }
    assert line["event_id"] == "01999b1e-7a5c-7d10-8a7b-0123456789ab"
    assert line["xray_trace_id"] == "1-5759e988-bd862e3fe1be46a994272793"
    assert line["duration_ms"] == 12.35


def test_warm_good_request_is_counted_by_operation_alone(lines):
    log()

    by_operation = [["stage"], ["stage", "operation"]]
    assert metrics_of(lines()[0]) == {"Served": by_operation, "duration_ms": by_operation}


def test_refused_request_is_counted_by_its_code_too(lines):
    log(outcome="sold_out", status=409)

    assert metrics_of(lines()[0])["Refused"] == [
        ["stage"],
        ["stage", "operation"],
        ["stage", "outcome"],
    ]


def test_cold_start_and_what_was_counted_go_with_the_line(lines):
    answer("ADMITTED")
    log(cold_start=True)
    log()

    first, second = lines()
    assert (first["AdmissionAdmitted"], first["ColdStart"]) == (1, 1)
    assert {"AdmissionAdmitted": [["stage"]], "ColdStart": [["stage"]]}.items() <= (
        metrics_of(first).items()
    )
    assert metrics_of(second).keys() == {"Served", "duration_ms"}


def test_what_was_refused_leaves_no_trace_of_whom(lines):
    with pytest.raises(Conflict):
        refuse(CANARY)
    log(outcome="conflict", status=409)

    assert CANARY not in json.dumps(lines())
    assert lines()[0]["AdmissionRefused"] == 1


def test_line_costs_less_than_a_fifth_of_a_millisecond(lines):
    log()
    spent = []
    for _ in range(20):
        started = time.process_time()
        for _ in range(20):
            answer("ADMITTED")
            log()
        spent.append((time.process_time() - started) / 20)

    assert min(spent) < 0.0002
