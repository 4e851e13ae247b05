"""Jobs run step by step: resumed after any crash, tried again, given up in words."""

import json
from datetime import datetime, timedelta

import pytest

from backend.handlers.jobs import guarded
from backend.jobs import runner, services
from backend.jobs.errors import JobOver, LaneBusy, NotPausable
from backend.jobs.kinds import JobKind
from backend.jobs.models import Job, Lane
from backend.jobs.progress import PROBLEM_BYTES, PROBLEMS_KEPT, Problem, StepResult
from backend.jobs.runner import LEASE, MAX_ATTEMPTS
from backend.jobs.states import JobStatus
from backend.shared.db import StaleWrite
from backend.shared.errors import Rejected
from backend.shared.states import IllegalTransition
from tests.factories.events import NOON
from tests.support.job_runs import EXPORT, Clock, Counting, messages_for, run, start
from tests.support.jobs import run_all
from tests.support.killing import dies

pytestmark = pytest.mark.usefixtures("tables")
K, S = JobKind, JobStatus


# Running


def test_job_runs_all_its_steps_and_keeps_what_came_of_them():
    step = Counting(3)

    job = run_all(start().job_id, {EXPORT: step}, now_fn=lambda: NOON)

    assert (job.status, job.done, job.failed, step.did) == (S.DONE, 3, 1, [0, 1, 2])
    assert job.list_problems() == [Problem("row 1", "odd", "This row is odd.")]
    assert job.result == {"item 0": 0, "item 1": 1, "item 2": 2}
    assert (job.finished_at, job.due_at, job.due_bucket) == (NOON, None, None)


def test_out_of_time_the_job_goes_back_to_the_queue_and_on_from_there():
    job, step, clock = start(), Counting(3), Clock()
    messages_for(job)
    left = iter([False, True])

    status = runner.run_job(
        job_id=job.job_id, steps={EXPORT: step}, now_fn=clock, until=lambda: next(left)
    )

    assert (status, step.did, messages_for(job)) == (S.RUNNING, [0], 1)
    assert run(job, step, clock) is S.DONE
    assert step.did == [0, 1, 2]


@pytest.mark.parametrize("kind", [EXPORT, K.IMPORT_GUESTS], ids=["alone", "in a lane"])
@pytest.mark.parametrize("after", [False, True], ids=["before the call", "after it landed"])
def test_kill_at_any_call_loses_and_doubles_nothing(kind, after):
    for number in range(1, 30):
        job, step, clock = start(kind), Counting(3), Clock()

        died = dies(lambda: run(job, step, clock), number, after=after)  # noqa: B023
        clock.wait(LEASE)
        run(job, step, clock)

        stored = Job.fetch(job.job_id)
        assert (number, stored.status, stored.done, stored.failed) == (number, S.DONE, 3, 1)
        assert (number, sorted(set(step.did))) == (number, [0, 1, 2])
        assert Lane.find_holder(str(stored.lane)) is None
        if not died:
            break
    assert number > 4


def test_duplicate_message_of_a_running_job_does_nothing():
    job, clock = start(), Clock()
    other = Counting(1)

    def step(held: Job, now: datetime) -> StepResult:
        assert run(held, other, clock) is S.RUNNING
        return StepResult(cursor=None, done=1)

    assert run(job, step, clock) is S.DONE
    assert other.did == []
    assert run(job, other, clock) is S.DONE
    assert (other.did, Job.fetch(job.job_id).done) == ([], 1)


def test_slower_runner_than_its_lease_writes_nothing_any_more():
    job, clock, fast = start(), Clock(), Counting(2)

    def slow(held: Job, now: datetime) -> StepResult:
        clock.wait(LEASE)
        assert run(held, fast, clock) is S.DONE
        return StepResult(cursor={"at": 99}, done=50, result={"slow": 1})

    assert run(job, slow, clock) is S.DONE
    stored = Job.fetch(job.job_id)
    assert (stored.done, stored.cursor, stored.result) == (
        2,
        {"at": 1},
        {"item 0": 0, "item 1": 1},
    )


def test_slower_runner_in_a_lane_writes_nothing_either():
    job, clock = start(K.IMPORT_GUESTS), Clock()

    def slow(held: Job, now: datetime) -> StepResult:
        clock.wait(LEASE)
        Job.take(held.job_id, until=clock.now + LEASE, now=clock.now)
        return StepResult(cursor=None, done=50)

    assert run(job, slow, clock) is S.RUNNING
    assert (Job.fetch(job.job_id).status, Job.fetch(job.job_id).done) == (S.RUNNING, 0)


def test_unknown_job_is_nothing():
    assert runner.run_job(job_id="X", steps={}, now_fn=Clock(), until=lambda: False) is None


def test_kind_that_nothing_handles_fails_and_says_so():
    job = start()

    runner.run_job(job_id=job.job_id, steps={}, now_fn=Clock(), until=lambda: False)

    assert (Job.fetch(job.job_id).status, Job.fetch(job.job_id).reason_code) == (
        S.FAILED,
        "unknown_kind",
    )


# Failing


@guarded
def poison(_job: Job, _now: datetime) -> StepResult:
    raise RuntimeError("ada@example.com cannot be imported")


def test_poison_step_is_tried_five_times_and_then_given_up_in_words_without_data():
    job, clock = start(), Clock()

    for _ in range(MAX_ATTEMPTS - 1):
        assert run(job, poison, clock) is S.RUNNING
        assert run(job, poison, clock) is S.RUNNING  # it waits: this is no attempt
        clock.wait(timedelta(minutes=11))
    assert run(job, poison, clock) is S.FAILED

    stored = Job.fetch(job.job_id)
    assert (stored.attempts, stored.reason_code) == (MAX_ATTEMPTS, "gave_up")
    assert "ada@example.com" not in str(stored.to_simple_dict())


def test_runner_that_dies_every_time_is_given_up_too():
    job, clock = start(), Clock()
    for _ in range(MAX_ATTEMPTS):
        Job.take(job.job_id, until=clock.now + LEASE, now=clock.now)
        clock.wait(LEASE)

    assert run(job, Counting(1), clock) is S.FAILED


def test_step_that_worked_makes_the_next_one_start_counting_anew():
    job, clock, fails = start(), Clock(), iter([True, False, True, False, True, False])

    @guarded
    def step(held: Job, now: datetime) -> StepResult:
        if next(fails):
            raise RuntimeError
        at = (held.cursor or {"at": 0})["at"]
        return StepResult(cursor={"at": at + 1} if at < 2 else None, done=1)

    for _ in range(3):
        run(job, step, clock)
        clock.wait(timedelta(minutes=11))
    assert run(job, step, clock) is S.DONE
    assert Job.fetch(job.job_id).done == 3


def test_rule_that_says_no_ends_the_job_at_once():
    def step(_job: Job, _now: datetime) -> StepResult:
        raise Rejected("The list has no column with names.")

    job = start()

    assert run(job, step, Clock()) is S.FAILED
    stored = Job.fetch(job.job_id)
    assert (stored.reason_code, stored.reason) == (
        "rejected",
        "The list has no column with names.",
    )


def test_step_that_lost_a_race_is_tried_again():
    def step(held: Job, _now: datetime) -> StepResult:
        if held.attempts == 1:
            raise StaleWrite
        return StepResult(cursor=None, done=1)

    job, clock = start(), Clock()

    assert run(job, step, clock) is S.RUNNING
    clock.wait(timedelta(minutes=1))
    assert run(job, step, clock) is S.DONE


def test_failed_job_can_be_tried_again_from_where_it_stopped():
    job, clock, step = start(K.IMPORT_GUESTS), Clock(), Counting(3)
    taken = Job.take(job.job_id, until=NOON + LEASE, now=NOON)
    advanced = taken.advance(StepResult({"at": 2}, done=2), until=NOON + LEASE, now=NOON)
    advanced.finish(S.FAILED, now=NOON, reason=("gave_up", "It failed."))

    queued = services.retry_job(job_id=job.job_id, now=NOON)

    assert (queued.status, queued.reason, queued.finished_at) == (S.QUEUED, None, None)
    assert run(job, step, clock) is S.DONE
    assert (step.did, Job.fetch(job.job_id).done) == ([2], 3)


def test_only_a_failed_job_is_tried_again():
    with pytest.raises(IllegalTransition):
        services.retry_job(job_id=start().job_id, now=NOON)


def test_failed_job_waits_for_whoever_took_its_lane():
    job = start(K.IMPORT_GUESTS)
    Job.take(job.job_id, until=NOON, now=NOON).finish(S.FAILED, now=NOON)
    other = start(K.IMPORT_GUESTS, event_id=job.event_id)

    with pytest.raises(LaneBusy) as refusal:
        services.retry_job(job_id=job.job_id, now=NOON)

    assert refusal.value.details == {"job_id": other.job_id}


@pytest.mark.parametrize(("count", "kept"), [(PROBLEMS_KEPT + 200, PROBLEMS_KEPT)])
def test_problems_are_all_counted_and_the_first_ones_kept(count, kept):
    failed = [Problem(f"row {n}", "bad", "x" * 50) for n in range(count)]

    job = run_all(start().job_id, {EXPORT: lambda *_: StepResult(None, failed=failed)})

    assert (job.failed, len(job.list_problems())) == (count, kept)


def test_long_problems_leave_the_job_an_item_that_fits():
    failed = [Problem("r" * 200, "c" * 99, "木" * 999) for _ in range(PROBLEMS_KEPT)]

    job = run_all(start().job_id, {EXPORT: lambda *_: StepResult(None, failed=failed)})

    assert job.failed == PROBLEMS_KEPT
    assert 100 < len(job.list_problems()) < PROBLEMS_KEPT
    assert len(json.dumps(job.problems)) <= PROBLEM_BYTES


# Resting


def pause(job: Job) -> Job:
    return services.request_pause(job_id=job.job_id, now=NOON)


def test_a_queued_job_rests_at_once_and_goes_on_where_it_is():
    job, step, clock = start(K.ANNOUNCE), Counting(2), Clock()
    assert pause(job).status is S.PAUSED
    assert (run(job, step, clock), step.did) == (S.PAUSED, [])
    services.retry_job(job_id=job.job_id, now=NOON)
    assert (run(job, step, clock), step.did) == (S.DONE, [0, 1])


def test_a_running_job_rests_before_its_next_step():
    job, clock = start(K.ANNOUNCE), Clock()
    inner = Counting(3)

    def step(held: Job, now: datetime) -> StepResult:
        pause(held)
        return inner(held, now)

    assert (run(job, step, clock), inner.did) == (S.PAUSED, [0])
    assert Job.fetch(job.job_id).pause_requested_at is None


def test_a_resting_job_can_be_stopped():
    job = start(K.ANNOUNCE)
    pause(job)
    assert services.request_cancel(job_id=job.job_id, now=NOON).status is S.CANCELED


def test_what_cannot_rest_says_so():
    with pytest.raises(NotPausable):
        pause(start())


def test_what_ended_or_rests_already_cannot_rest():
    job = start(K.ANNOUNCE)
    pause(job)
    with pytest.raises(JobOver):
        pause(job)


def test_a_job_that_waits_is_nobodys_until_then():
    job, clock, did = start(K.ANNOUNCE), Clock(), []

    def step(_job: Job, _now: datetime) -> StepResult:
        did.append(1)
        return (
            StepResult({"at": 1}, wait=timedelta(minutes=2)) if len(did) == 1 else StepResult(None)
        )

    assert run(job, step, clock) is S.RUNNING
    assert (run(job, step, clock), len(did)) == (S.RUNNING, 1)
    clock.wait(timedelta(minutes=2))
    assert (run(job, step, clock), len(did)) == (S.DONE, 2)
