"""Calling an event off takes everybody's place back, in a job that any crash interrupts."""

from datetime import timedelta

import pytest

from backend.events import queries as event_queries
from backend.events import services as events
from backend.events.errors import EventForbidden
from backend.events.models import Event
from backend.events.states import EventStatus
from backend.handlers.events_stream import handler as events_stream
from backend.handlers.jobs import STEPS
from backend.jobs import queries as jobs
from backend.jobs import runner
from backend.jobs.kinds import JobKind
from backend.jobs.models import Job
from backend.jobs.runner import LEASE
from backend.jobs.states import JobStatus
from backend.lifecycle import cancellation, services
from backend.notifications.models import Notification
from backend.registrations import mails
from backend.registrations import services as registrations
from backend.registrations.models import Registration
from backend.registrations.states import Admission, RegistrationStatus
from backend.shared.db import StaleWrite
from backend.shared.states import IllegalTransition
from tests.factories.events import NOON, make_event
from tests.factories.registrations import make_registration
from tests.support.job_runs import Clock
from tests.support.jobs import run_all
from tests.support.killing import dies
from tests.support.lambda_context import CONTEXT
from tests.support.registering import OLGA, admit, claims_in, open_event, person, register, stored
from tests.support.stream_records import Stream

pytestmark = pytest.mark.usefixtures("tables")
S = RegistrationStatus
SOON = NOON + timedelta(minutes=5)


def call_off(event: Event) -> Job:
    job = services.cancel_event(event_id=event.uuid, actor=OLGA, now=SOON)
    assert job is not None
    return job


def finished(job: Job) -> Job:
    return run_all(job.job_id, now_fn=lambda: SOON)


def test_everybody_loses_the_place_and_every_seat_is_free():
    event = open_event()
    ada, bob = (register(event, who).registration for who in ("ada", "bob"))
    waiting = make_registration(
        event_id=event.uuid, user_email="wim@example.com", status=S.WAITLISTED, admission=None
    )

    job = finished(call_off(event))

    assert [stored(one).status for one in (ada, bob, waiting)] == [S.CANCELED] * 3
    assert claims_in(event) == set()
    assert (job.status, job.done, job.result) == (
        JobStatus.DONE,
        3,
        {"canceled": 3, "kept_in": 0},
    )


def test_who_waits_loses_the_place_in_the_line_before_any_seat_is_free(monkeypatch):
    """A promoter that still takes the event for on would hand the seats to them."""
    monkeypatch.setattr(cancellation, "PER_STEP", 1)
    event = open_event(capacity=1, waiting_list=True)
    ada, *line = [register(event, who).registration for who in ("ada", "bob", "cem")]
    job, steps = call_off(event), iter([False] * 3 + [True])

    runner.run_job(job_id=job.job_id, steps=STEPS, now_fn=lambda: SOON, until=lambda: next(steps))

    assert [stored(one).status for one in line] == [S.CANCELED] * 2
    assert stored(ada).status is S.CONFIRMED
    assert (finished(job).done, stored(ada).status) == (3, S.CANCELED)


def test_registrations_say_who_called_the_event_off():
    event = open_event()
    ada = register(event).registration

    finished(call_off(event))

    assert (stored(ada).changed_by, stored(ada).canceled_at) == (OLGA.label, SOON)


def test_who_came_was_there():
    event = open_event()
    ada = register(event).registration
    admit(ada)

    job = finished(call_off(event))

    assert (stored(ada).status, stored(ada).admission) == (S.CONFIRMED, Admission.IN)
    assert job.result == {"canceled": 0, "kept_in": 1}


def test_who_gave_up_before_is_not_counted():
    event = open_event()
    register(event)
    registrations.cancel_mine(event_id=event.uuid, actor=person(), now=NOON)

    assert finished(call_off(event)).done == 0


def test_all_shards_and_pages_are_gone_through(monkeypatch):
    monkeypatch.setattr(cancellation, "PER_STEP", 2)
    event = open_event(capacity=None)
    for number in range(12):
        register(event, f"guest{number}")

    job = finished(call_off(event))

    assert (job.status, job.done) == (JobStatus.DONE, 12)


@pytest.mark.parametrize("after", [False, True], ids=["before the call", "after it landed"])
def test_kill_at_any_call_leaves_nobody_with_a_place(after, monkeypatch):
    monkeypatch.setattr(cancellation, "PER_STEP", 1)
    for number in range(1, 60):
        event, clock = open_event(capacity=5), Clock()
        guests = [register(event, who).registration for who in ("ada", "bob")]
        clock.now = SOON
        job = call_off(event)

        def work(job: Job = job, clock: Clock = clock) -> None:
            runner.run_job(job_id=job.job_id, steps=STEPS, now_fn=clock, until=lambda: False)

        died = dies(work, number, after=after)
        clock.wait(LEASE)
        work()

        ended = Job.fetch(job.job_id)
        assert (number, ended.status, ended.done) == (number, JobStatus.DONE, 2)
        assert [stored(guest).status for guest in guests] == [S.CANCELED] * 2
        if not died:
            break
    assert number > 10


def test_registration_that_changes_under_the_job_is_canceled_as_it_is_then(monkeypatch):
    event = open_event()
    ada = register(event).registration
    seen = stored(ada)
    register_again = seen.revise({"name": "Ada K."}, changed_by="USER:desk")

    status = registrations.cancel_called_off(seen, changed_by="USER:olga", now=SOON)

    assert (status, stored(ada).status, stored(ada).name) == (
        S.CANCELED,
        S.CANCELED,
        register_again.name,
    )


def test_nobody_is_canceled_while_the_event_is_on():
    event = open_event()
    ada = register(event).registration
    job = services.start_cancellation(event_id=event.uuid, actor_label="USER:olga", now=SOON)

    status = runner.run_job(
        job_id=job.job_id, steps=STEPS, now_fn=lambda: SOON, until=lambda: False
    )

    assert (status, stored(ada).status) == (JobStatus.RUNNING, S.CONFIRMED)


def test_a_draft_has_nobody_to_cancel():
    event = make_event(status=EventStatus.DRAFT)

    assert services.cancel_event(event_id=event.uuid, actor=OLGA, now=SOON) is None


def test_only_the_owner_calls_an_event_off():
    event = make_event()

    with pytest.raises(EventForbidden):
        services.cancel_event(event_id=event.uuid, actor=person("eve"), now=SOON)


def test_an_event_is_called_off_once():
    event = open_event()
    call_off(event)

    with pytest.raises((IllegalTransition, StaleWrite)):
        services.cancel_event(event_id=event.uuid, actor=OLGA, now=SOON)


def test_stream_starts_the_job_that_a_crash_left_out_and_never_a_second_one():
    event, stream = open_event(), Stream("test-events")
    events.cancel_event(event_id=event.uuid, actor=OLGA, now=SOON)
    records = stream.read(lambda record: record["dynamodb"]["Keys"]["uuid"]["S"] == event.uuid)

    for _ in range(2):
        assert events_stream({"Records": records}, CONTEXT) == {"batchItemFailures": []}

    [job] = jobs.list_for_event(event.uuid, limit=5).items
    assert (job.kind, job.status) == (JobKind.CANCEL_EVENT, JobStatus.QUEUED)
    assert services.start_cancellation(
        event_id=event.uuid, actor_label="USER:olga", now=SOON
    ).job_id == (job.job_id)


def test_stream_of_a_canceled_draft_starts_nothing():
    event, stream = make_event(status=EventStatus.DRAFT), Stream("test-events")
    events.cancel_event(event_id=event.uuid, actor=OLGA, now=SOON)
    records = stream.read(lambda record: record["dynamodb"]["Keys"]["uuid"]["S"] == event.uuid)

    events_stream({"Records": records}, CONTEXT)

    assert jobs.list_for_event(event.uuid, limit=5).items == []


def test_tombstones_stay_tombstones():
    event = open_event()
    Registration.fence(f"{event.uuid}#R0", "G" * 16, event_id=event.uuid, seen=0)

    finished(call_off(event))

    assert Registration.find(f"{event.uuid}#R0", "G" * 16).status is S.TOMBSTONE


def test_mail_says_who_called_it_off_although_the_event_was_read_a_moment_ago():
    event = open_event()
    ada = register(event).registration
    event_queries.settings_of(event.uuid, now=SOON)
    Event.fetch(event.uuid).move_to(EventStatus.CANCELED, {"canceled_at": SOON})
    registrations.cancel_called_off(stored(ada), changed_by="USER:olga", now=SOON)
    facts = {"shard": ada.shard, "guest": ada.guest, "ticket_no": ada.ticket_no}

    mail = mails.compose(Notification(template=mails.CANCELED, facts=facts), now=SOON)

    assert "the organiser has called" in mail.text
