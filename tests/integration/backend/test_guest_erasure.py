"""Exporting and erasing one guest: everything is found, nothing is left, somebody was there."""

import uuid
from datetime import timedelta

import pytest

from backend.activity.models import Activity
from backend.checkin import services as checkin
from backend.events.errors import EventForbidden, EventNotFound
from backend.handlers.jobs import STEPS
from backend.jobs import file_store, runner
from backend.jobs.errors import FileGone
from backend.jobs.kinds import JobKind
from backend.jobs.models import Job
from backend.jobs.runner import LEASE
from backend.jobs.states import JobStatus
from backend.lifecycle import exports, queries, services
from backend.registrations import services as registrations
from backend.registrations.errors import GuestErased, RegistrationNotFound
from backend.registrations.imports.files import fetch_upload
from backend.registrations.states import Admission, RegistrationStatus
from backend.sessions.states import BookingStatus
from backend.shared.clock import utc_now
from backend.team.roles import Role
from tests.factories.events import NOON
from tests.factories.jobs import make_job
from tests.factories.sessions import make_session
from tests.factories.team import make_member
from tests.factories.users import a_user
from tests.support.booking import book
from tests.support.booking import stored as stored_booking
from tests.support.guest_traces import (
    LATER,
    deliver,
    erase,
    export,
    leave_files,
    places_of,
    register,
)
from tests.support.job_runs import Clock
from tests.support.jobs import run_all
from tests.support.killing import dies
from tests.support.meetups import Meetup, open_meetup
from tests.support.registering import stored

pytestmark = pytest.mark.usefixtures("tables")
K, S = JobKind, RegistrationStatus


@pytest.fixture
def canary() -> str:
    return f"canary{uuid.uuid4().hex[:12]}"


@pytest.fixture
def meetup() -> Meetup:
    return open_meetup()


def test_after_erasure_the_canary_is_in_no_table_and_no_file(meetup, canary):
    guest = register(meetup, canary)
    meetup.admit(guest)
    upload = leave_files(meetup, canary)
    exported, _data, _text = export(meetup, guest)
    deliver(meetup)
    assert len(places_of(canary)) >= 3

    job = erase(meetup, guest)

    assert places_of(canary) == []
    deliver(meetup)
    assert places_of(canary) == []
    assert job.status is JobStatus.DONE
    assert job.result == {
        "activities": 2,
        "bookings": 0,
        "registrations": 1,
        "files": 5,
        "left": ["scans", "messages", "accounts", "sessions", "backups"],
    }
    for name in (exports.DATA, exports.TEXT):
        with pytest.raises(FileGone):
            file_store.check_kept(exported.job_id, name)
    with pytest.raises(FileGone):
        fetch_upload(meetup.event.uuid, upload)


def test_erased_guest_who_is_in_stays_counted_and_nameless(meetup, canary):
    guest = register(meetup, canary)
    meetup.admit(guest)

    erase(meetup, guest)
    deliver(meetup)

    left = stored(guest)
    assert (left.status, left.admission, left.erased_at) == (S.CONFIRMED, Admission.IN, LATER)
    assert (left.name, left.user_email, left.user_id, left.answers, left.note) == (None,) * 5
    assert (left.name_shard, left.name_key, left.attention) == (None,) * 3
    assert meetup.totals() == (1, 0, 1, 1)
    assert "GUEST_ERASED" in meetup.kinds()


def test_nobody_is_mailed_about_an_erasure(meetup, canary):
    guest = register(meetup, canary, status=S.CONFIRMED)
    deliver(meetup)
    before = places_of("registration_canceled#" + meetup.event.uuid)

    erase(meetup, guest)
    deliver(meetup)

    assert (before, places_of("registration_canceled#" + meetup.event.uuid)) == ([], [])


def test_who_waits_gives_up_the_place_in_the_line(meetup, canary):
    guest = register(meetup, canary)
    waits = guest.revise(
        {"status": S.WAITLISTED, "waiting_shard": f"{meetup.event.uuid}#W0", "waiting_since": NOON},
        changed_by="USER:x",
    )

    erase(meetup, waits)

    assert (stored(guest).status, stored(guest).waiting_shard, stored(guest).name) == (
        S.CANCELED,
        None,
        None,
    )


def test_traces_from_before_a_change_of_the_address_go_too(meetup, canary):
    guest = register(meetup, canary)
    deliver(meetup)
    renamed = registrations.change_email(
        event_id=meetup.event.uuid,
        guest=guest.guest,
        version=guest.version,
        email=f"new-{canary}@example.com",
        actor=meetup.organiser,
        now=NOON,
    )
    deliver(meetup)

    erase(meetup, renamed)

    assert places_of(canary) == []


def test_who_took_the_address_that_a_guest_gave_up_is_left_alone(meetup, canary):
    guest = register(meetup, canary)
    renamed = registrations.change_email(
        event_id=meetup.event.uuid,
        guest=guest.guest,
        version=guest.version,
        email=f"new-{canary}@example.com",
        actor=meetup.organiser,
        now=NOON,
    )
    # The stream tells the time of the clock.
    other = a_user(f"other-{canary}", name="Otto", email=f"{canary}@example.com")
    now = utc_now()
    taken = registrations.register(
        event_id=meetup.event.uuid, name="Otto", actor=other, now=now
    ).registration
    assert taken.guest == guest.guest
    checkin.admit_guest(
        event_id=meetup.event.uuid,
        guest=taken.guest,
        scan_id="scan-of-otto",
        gate="",
        actor=meetup.organiser,
        now=NOON,
    )
    deliver(meetup)

    _job, exported, _text = export(meetup, renamed)
    erase(meetup, renamed)

    assert exported["scans"] == []
    assert "GUEST_ADMITTED" not in {one["what"] for one in exported["activity"]}
    assert places_of(f"other-{canary}") == [Activity.Meta.table_name, stored(taken).Meta.table_name]


def test_bookings_of_who_took_the_address_are_left_alone(meetup, canary):
    guest = register(meetup, canary)
    renamed = registrations.change_email(
        event_id=meetup.event.uuid,
        guest=guest.guest,
        version=guest.version,
        email=f"new-{canary}@example.com",
        actor=meetup.organiser,
        now=NOON,
    )
    deliver(meetup)
    other = a_user(f"other-{canary}", name="Otto", email=f"{canary}@example.com")
    registrations.register(event_id=meetup.event.uuid, name="Otto", actor=other, now=utc_now())
    starts_at = meetup.event.starts_at + timedelta(hours=2)
    session = make_session(meetup.event, capacity=5, starts_at=starts_at)
    booked = book(session, actor=other).booking

    _job, exported, _text = export(meetup, renamed)
    erase(meetup, renamed)

    left = stored_booking(booked)
    assert (booked.guest, exported["bookings"]) == (guest.guest, [])
    assert (left.status, left.changed_by) == (BookingStatus.BOOKED, other.label)


def test_history_of_many_pages_is_gone_through(meetup, canary, monkeypatch):
    monkeypatch.setattr(queries, "_PER_PAGE", 1)
    guest = register(meetup, canary)
    deliver(meetup)

    assert erase(meetup, guest).result["activities"] == 2


def test_guest_who_was_never_there_leaves_nothing_to_erase(meetup):
    params = {"guest": "0" * 16}
    job = make_job(event_id=meetup.event.uuid, kind=K.ERASE_GUEST, params=params)

    assert run_all(job.job_id).result["registrations"] == 0


def test_other_guests_keep_theirs(meetup, canary):
    ada, bird = meetup.register("Ada"), register(meetup, canary)

    erase(meetup, bird)

    assert stored(ada).name == "Ada"


@pytest.mark.usefixtures("own_tables")
@pytest.mark.parametrize("after", [False, True], ids=["before the call", "after it landed"])
def test_kill_at_any_call_and_it_still_finishes(after):
    for number in range(1, 60):
        meetup, word, clock = open_meetup(), f"canary{uuid.uuid4().hex[:12]}", Clock()
        guest = register(meetup, word)
        leave_files(meetup, word)
        deliver(meetup)
        job = services.start_erase_guest(
            event_id=meetup.event.uuid, guest=guest.guest, actor=meetup.organiser, now=NOON
        )

        def work(job: Job = job, clock: Clock = clock) -> None:
            runner.run_job(job_id=job.job_id, steps=STEPS, now_fn=clock, until=lambda: False)

        died = dies(work, number, after=after)
        clock.wait(LEASE)
        work()

        ended = Job.fetch(job.job_id)
        assert (number, ended.status, places_of(word)) == (number, JobStatus.DONE, [])
        assert ended.result["registrations"] == 1
        if not died:
            break
    assert number > 10


@pytest.mark.parametrize("kind", [K.IMPORT_GUESTS, K.EXPORT_GUESTS])
def test_erasure_waits_for_what_may_write_the_guest_again(meetup, canary, kind):
    guest, clock = register(meetup, canary), Clock()
    clock.now = LATER
    running = make_job(event_id=meetup.event.uuid, kind=kind, created_at=NOON)
    job = services.start_erase_guest(
        event_id=meetup.event.uuid, guest=guest.guest, actor=meetup.organiser, now=LATER
    )

    def work() -> JobStatus | None:
        return runner.run_job(job_id=job.job_id, steps=STEPS, now_fn=clock, until=lambda: False)

    assert work() is JobStatus.RUNNING
    file_store.put(running.job_id, "late", canary.encode(), content_type="text/csv")
    Job.take(running.job_id, until=LATER, now=LATER).finish(JobStatus.DONE, now=LATER)
    clock.wait(timedelta(minutes=1))

    assert work() is JobStatus.DONE
    assert places_of(canary) == []


def test_nothing_is_erased_before_an_import_that_runs_has_ended(meetup, canary):
    """It could find the guest's row after that, and write the name again."""
    guest = register(meetup, canary)
    make_job(event_id=meetup.event.uuid, kind=K.IMPORT_GUESTS)

    assert erase(meetup, guest).status is JobStatus.RUNNING
    assert stored(guest).name == f"Bird {canary}"


def test_erasing_twice_is_one_job_and_an_erased_guest_is_refused(meetup, canary):
    guest = register(meetup, canary)
    asked = {"event_id": meetup.event.uuid, "guest": guest.guest, "actor": meetup.organiser}

    jobs = {services.start_erase_guest(**asked, now=LATER).job_id for _ in range(2)}
    run_all(*jobs, now_fn=lambda: LATER)

    assert len(jobs) == 1
    with pytest.raises(GuestErased):
        services.start_erase_guest(**asked, now=LATER)
    with pytest.raises(GuestErased):
        services.start_export_guest(**asked, now=LATER)


def test_job_knows_no_name_and_no_address(meetup, canary):
    guest = register(meetup, canary)

    job = erase(meetup, guest)

    assert job.params == {"guest": guest.guest}
    assert canary not in str(job.to_simple_dict())


@pytest.mark.parametrize("start", [services.start_export_guest, services.start_erase_guest])
def test_only_owner_and_organisers_may(meetup, canary, start):
    guest, event_id = register(meetup, canary), meetup.event.uuid
    desk = a_user(str(uuid.uuid4()))
    make_member(event_id=event_id, member=desk.user_id, role=Role.DESK)

    with pytest.raises((EventForbidden, EventNotFound)):
        start(event_id=event_id, guest=guest.guest, actor=desk, now=LATER)
    with pytest.raises(RegistrationNotFound):
        start(event_id=event_id, guest="0" * 16, actor=meetup.organiser, now=LATER)
