"""An import that is killed, and one of as many rows as a list may have."""

import pytest

from backend.jobs.runner import run_job
from backend.jobs.states import JobStatus
from tests.support.guest_imports import STEPS, failed_rows, guests_of, import_all, numbers, start
from tests.support.interleaving import CRASH_AFTER, CRASH_BEFORE, kill_at
from tests.support.jobs import run_all
from tests.support.registering import NOON, claims_in, open_event

pytestmark = pytest.mark.usefixtures("tables")


@pytest.mark.parametrize("when", [CRASH_BEFORE, CRASH_AFTER])
@pytest.mark.parametrize("number", range(14))
def test_kill_at_any_call_loses_and_doubles_nobody(monkeypatch, when, number):
    monkeypatch.setattr("backend.registrations.imports.running.ROWS_PER_STEP", 2)
    event = open_event(capacity=24)
    job = start(event, "name,email\nA,a@example.com\nB,b@example.com\nC,\nbad,bad\n")

    def work():
        run_job(job_id=job.job_id, steps=STEPS, now_fn=lambda: NOON, until=lambda: False)

    kill_at(number, when, work)
    done = run_all(job.job_id, steps=STEPS, now_fn=lambda: NOON.replace(hour=13))

    assert done.status is JobStatus.DONE
    assert {*guests_of(event)} == {"A", "B", "C"}
    assert numbers(done) == (3, 0, 1)
    assert len(failed_rows(done)) == 2
    confirmed = [one.claim for one in guests_of(event).values()]
    assert {*confirmed} <= claims_in(event)


@pytest.mark.slow
def test_ten_thousand_rows_are_imported_once():
    event = open_event(capacity=None)
    rows = "\n".join(f"Guest {n},g{n}@example.com" for n in range(10_000))

    job = import_all(event, f"name,email\n{rows}\n")
    again = import_all(event, f"name,email\n{rows}\n")

    assert (numbers(job), numbers(again)) == ((10_000, 0, 0), (0, 10_000, 0))
