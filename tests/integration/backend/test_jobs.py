"""Jobs: started once, woken, stopped when asked, with files of their own."""

import json
import uuid
from contextlib import nullcontext
from datetime import datetime, timedelta
from typing import Any

import pytest

from backend.handlers import jobs as jobs_handler
from backend.handlers import session_notices
from backend.jobs import file_store, queries, services
from backend.jobs.errors import FileGone, JobNotFound, JobOver, LaneBusy, NotCancelable
from backend.jobs.kinds import JobKind
from backend.jobs.models import Job, Lane
from backend.jobs.progress import StepResult
from backend.jobs.services import JobFile
from backend.jobs.states import JobStatus
from backend.shared.db import StaleWrite
from tests.factories.events import NOON
from tests.factories.jobs import make_job
from tests.support.job_runs import EXPORT, Clock, Counting, messages_for, run, start
from tests.support.jobs import run_all
from tests.support.killing import meanwhile
from tests.support.lambda_context import CONTEXT

pytestmark = pytest.mark.usefixtures("tables")
K, S = JobKind, JobStatus


# Starting


def test_job_is_queued_and_somebody_is_woken():
    job = start(total=7)

    stored = queries.fetch_job(job.job_id)
    assert (stored.status, stored.total, stored.done, stored.created_by) == (
        S.QUEUED,
        7,
        0,
        "USER:olga",
    )
    assert messages_for(job) == 1


def test_same_key_is_the_same_job_whatever_became_of_it():
    job = start(key="once")
    run_all(job.job_id, {EXPORT: Counting(1)}, now_fn=lambda: NOON)

    again = start(event_id=job.event_id, key="once")

    assert (again.job_id, again.status) == (job.job_id, S.DONE)


def test_key_counts_per_kind_and_event():
    job = start(key="once")

    others = {start(key="once").job_id, start(K.EXPORT_GUEST, event_id=job.event_id, key="once")}

    assert job.job_id not in others


@pytest.mark.parametrize("kind", [K.EXPORT_GUEST, K.CANCEL_EVENT], ids=["alone", "in a lane"])
def test_two_starts_of_one_key_at_once_make_one_job(kind):
    asked = {"event_id": str(uuid.uuid4()), "key": "once"}
    others: list[Job] = []

    # After the look whether there is one, before it is written.
    with meanwhile(2, lambda: others.append(start(kind, **asked))):
        mine = start(kind, **asked)

    assert [one.job_id for one in others] == [mine.job_id]
    assert len(queries.list_for_event(asked["event_id"], limit=5).items) == 1


def test_lane_that_is_taken_at_the_last_moment_is_busy():
    event_id, others = str(uuid.uuid4()), []

    with (
        pytest.raises(LaneBusy) as refusal,
        meanwhile(1, lambda: others.append(start(K.IMPORT_GUESTS, event_id=event_id))),
    ):
        start(K.IMPORT_GUESTS, event_id=event_id)

    assert refusal.value.details == {"job_id": others[0].job_id}


def test_busy_lane_names_the_job_that_holds_it():
    running = start(K.IMPORT_GUESTS)

    with pytest.raises(LaneBusy) as refusal:
        start(K.CHANGE_GUESTS, event_id=running.event_id)

    assert refusal.value.details == {"job_id": running.job_id}


def test_lane_is_busy_at_its_own_event_only():
    start(K.IMPORT_GUESTS)

    assert start(K.IMPORT_GUESTS).status is S.QUEUED


@pytest.mark.parametrize("end", [S.DONE, S.FAILED, S.CANCELED])
def test_lane_is_free_again_once_its_job_ended(end):
    job = start(K.IMPORT_GUESTS)
    Job.take(job.job_id, until=NOON, now=NOON).finish(end, now=NOON)

    assert Lane.find_holder(str(job.lane)) is None
    assert start(K.IMPORT_GUESTS, event_id=job.event_id).status is S.QUEUED


def test_lane_of_another_job_is_not_freed():
    job = start(K.IMPORT_GUESTS)
    taken = Job.take(job.job_id, until=NOON, now=NOON)
    Lane(str(job.lane), held_by="another").put()

    with pytest.raises(StaleWrite):
        taken.finish(S.DONE, now=NOON)

    assert Job.fetch(job.job_id).status is S.RUNNING


def test_files_are_there_before_the_job_can_run():
    job = start(files={"list": JobFile(b"Ada", "text/csv")})

    assert file_store.get(job.job_id, "list") == b"Ada"


@pytest.mark.parametrize("at_last", [False, True], ids=["before", "at the last moment"])
def test_files_of_a_job_that_cannot_start_are_not_left(at_last):
    event_id, key, list_ = str(uuid.uuid4()), "upload-1", {"list": JobFile(b"Ada", "text/csv")}
    # A key's id is known beforehand, so that one can look what is there.
    expected = start(K.IMPORT_GUESTS, event_id=event_id, key=key)
    Job.take(expected.job_id, until=NOON, now=NOON).finish(S.DONE, now=NOON)
    Job.find(expected.job_id).delete()

    def take_lane() -> None:
        start(K.IMPORT_GUESTS, event_id=event_id)

    if not at_last:
        take_lane()
    # Two reads and the file come before the job is written.
    late = meanwhile(3, take_lane) if at_last else nullcontext()
    with pytest.raises(LaneBusy), late:
        start(K.IMPORT_GUESTS, event_id=event_id, key=key, files=list_)

    assert file_store.list_names(expected.job_id) == []


def test_lane_is_no_job():
    job = start(K.IMPORT_GUESTS)

    with pytest.raises(JobNotFound):
        queries.fetch_job(str(job.lane))


def test_job_of_another_event_is_none_of_this_one():
    job = start()

    with pytest.raises(JobNotFound):
        queries.fetch_job(job.job_id, event_id="another")


def test_jobs_of_an_event_come_newest_first_without_their_problems():
    event_id = str(uuid.uuid4())
    jobs = [
        make_job(event_id=event_id, created_at=NOON + timedelta(minutes=n), problems=[["a"] * 3])
        for n in range(3)
    ]

    page = queries.list_for_event(event_id, limit=2)

    assert [one.job_id for one in page.items] == [jobs[2].job_id, jobs[1].job_id]
    assert [(one.kind, one.status, one.problems) for one in page.items] == [
        (EXPORT, S.QUEUED, None)
    ] * 2
    assert queries.list_for_event(event_id, limit=2, start=page.next_key).items[0].done == 0


# Stopping


def test_queued_job_is_stopped_at_once_and_frees_its_lane():
    job = start(K.IMPORT_GUESTS)

    assert services.request_cancel(job_id=job.job_id, now=NOON).status is S.CANCELED
    assert start(K.IMPORT_GUESTS, event_id=job.event_id).status is S.QUEUED


def test_running_job_is_stopped_between_two_steps():
    job, clock = start(), Clock()
    counting = Counting(3)

    def step(held: Job, now: datetime) -> StepResult:
        services.request_cancel(job_id=held.job_id, now=now)
        return counting(held, now)

    assert run(job, step, clock) is S.CANCELED
    assert (counting.did, Job.fetch(job.job_id).done) == ([0], 1)


def test_job_that_is_taken_while_it_is_stopped_stops_before_its_first_step():
    job = start()
    seen = Job.fetch(job.job_id)
    Job.take(job.job_id, until=NOON, now=NOON)

    with pytest.raises(StaleWrite):
        seen.finish(S.CANCELED, now=NOON)
    services.request_cancel(job_id=job.job_id, now=NOON)

    assert run(job, Counting(1), Clock()) is S.CANCELED


def test_what_must_be_carried_through_cannot_be_stopped():
    job = start(K.CANCEL_EVENT)

    with pytest.raises(NotCancelable):
        services.request_cancel(job_id=job.job_id, now=NOON)


def test_job_that_ends_while_it_is_stopped_has_ended():
    job = start()
    taken = Job.take(job.job_id, until=NOON, now=NOON)

    with pytest.raises(JobOver), meanwhile(2, lambda: taken.finish(S.DONE, now=NOON)):
        services.request_cancel(job_id=job.job_id, now=NOON)

    assert Job.fetch(job.job_id).status is S.DONE


def test_job_that_is_retried_twice_at_once_is_queued_once():
    job = start(K.IMPORT_GUESTS)
    Job.take(job.job_id, until=NOON, now=NOON).finish(S.FAILED, now=NOON)

    def retry() -> None:
        services.retry_job(job_id=job.job_id, now=NOON)

    with pytest.raises(StaleWrite), meanwhile(2, retry):
        retry()

    assert Job.fetch(job.job_id).status is S.QUEUED


def test_job_that_is_over_cannot_be_stopped():
    job = run_all(start().job_id, {EXPORT: Counting(1)})

    with pytest.raises(JobOver):
        services.request_cancel(job_id=job.job_id, now=NOON)


# Being woken


def test_lost_message_is_sent_again_once_nobody_came():
    job = start()
    messages_for(job)

    services.nudge_stuck(now=NOON + timedelta(minutes=1))
    too_early = messages_for(job)
    services.nudge_stuck(now=NOON + timedelta(minutes=3), limit=1_000)

    assert (too_early, messages_for(job)) == (0, 1)


def test_the_clock_wakes_jobs_whose_runner_died():
    job = start()
    Job.take(job.job_id, until=NOON - timedelta(days=3_000), now=NOON)
    messages_for(job)

    done = session_notices.handler({}, None)

    assert done["jobs_nudged"] >= 1
    assert messages_for(job) == 1


def test_job_that_ended_is_never_due():
    job = run_all(start().job_id, {EXPORT: Counting(1)})

    assert job.job_id not in list(Job.list_due(now=NOON + timedelta(days=999), limit=1_000))


class Context:
    """A Lambda context whose time never runs out."""

    def __getattr__(self, name: str) -> Any:
        return getattr(CONTEXT, name)

    def get_remaining_time_in_millis(self) -> int:
        return 300_000


def batch(*bodies: str) -> list[str]:
    """Hand messages to the Lambda; the ids of those it reports as failed."""
    records = [
        {"messageId": str(number), "body": body, "eventSource": "aws:sqs"}
        for number, body in enumerate(bodies)
    ]
    answer = jobs_handler.handler({"Records": records}, Context())
    return [failure["itemIdentifier"] for failure in answer["batchItemFailures"]]


def test_message_that_names_no_job_is_told_to_the_queue_and_the_others_run():
    job = start(K.ADOPT_SEATS)

    failed = batch("rubbish", '{"job": 1}', json.dumps({"job_id": job.job_id}))

    assert failed == ["0", "1"]
    assert Job.fetch(job.job_id).status is not S.QUEUED


# Files


def test_files_are_listed_fetched_and_removed_by_their_job():
    for name in ("b.csv", "a.csv"):
        file_store.put("job-1x", name, name.encode(), content_type="text/csv")
    file_store.put("job-1xy", "c.csv", b"c", content_type="text/csv")

    assert file_store.list_names("job-1x") == ["a.csv", "b.csv"]
    assert file_store.get("job-1x", "a.csv") == b"a.csv"
    assert file_store.remove_all("job-1x") == 2
    assert (file_store.list_names("job-1x"), file_store.list_names("job-1xy")) == ([], ["c.csv"])
    with pytest.raises(FileGone):
        file_store.get("job-1x", "a.csv")
    with pytest.raises(FileGone):
        file_store.check_kept("job-1x", "a.csv")


def test_link_downloads_the_file_under_a_harmless_name():
    file_store.put("job-2", "a.csv", b"Ada", content_type="text/csv")

    link = file_store.download_link("job-2", "a.csv", filename='x"\r\nSet: 1;ü.csv')

    assert "X-Amz-Expires=300" in link
    assert "filename%3D%22xSet%201.csv%22" in link
