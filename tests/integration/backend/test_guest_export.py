"""Exporting one guest: all that is known of them, and nothing of others."""

import json
import uuid
from datetime import timedelta

import pytest

from backend.handlers.jobs import STEPS
from backend.jobs import file_store, runner
from backend.jobs.kinds import JobKind
from backend.jobs.models import Job
from backend.jobs.runner import LEASE
from backend.lifecycle import exports, services
from backend.registrations.states import RegistrationStatus
from backend.shared.config import config
from tests.support.guest_traces import (
    LATER,
    deliver,
    export,
    register,
)
from tests.support.job_runs import Clock
from tests.support.killing import dies
from tests.support.meetups import Meetup, open_meetup

pytestmark = pytest.mark.usefixtures("tables")
K, S = JobKind, RegistrationStatus


@pytest.fixture
def canary() -> str:
    return f"canary{uuid.uuid4().hex[:12]}"


@pytest.fixture
def meetup() -> Meetup:
    return open_meetup()


def test_export_holds_all_that_is_known_of_the_guest_and_nothing_of_others(
    meetup, canary, monkeypatch
):
    monkeypatch.setattr(exports, "SCANS_PER_STEP", 1)
    guest, other = register(meetup, canary), meetup.register("Bob")
    meetup.admit(guest)
    meetup.admit(other)
    deliver(meetup)

    job, data, text = export(meetup, guest)

    assert job.result["downloads"].keys() == {exports.DATA, exports.TEXT}
    known = data["registration"]
    assert (known["name"], known["user_email"]) == (f"Bird {canary}", f"{canary}@example.com")
    assert (known["note"], known["answers"]) == (f"Allergic, says {canary}", {"diet": canary})
    assert [scan["gate"] for scan in data["scans"]] == ["North"]
    assert sorted((one["what"], one["by"]) for one in data["activity"]) == [
        ("GUEST_ADMITTED", "user"),
        ("GUEST_CHANGED", "the guest"),
        ("GUEST_REGISTERED", "the guest"),
    ]
    assert [one["what"] for one in data["messages"]] == ["registration_confirmed"]
    assert f"name: Bird {canary}" in text
    assert meetup.organiser.user_id not in json.dumps(data) + text
    assert file_store.list_names(job.job_id) == [exports.DATA, exports.TEXT]


def test_export_made_twice_within_a_minute_is_one(meetup, canary):
    guest = register(meetup, canary)

    assert export(meetup, guest)[0].job_id == export(meetup, guest)[0].job_id


def test_export_that_is_killed_anywhere_holds_the_same(meetup, canary):
    guest = register(meetup, canary)
    meetup.admit(guest)
    deliver(meetup)
    whole = None
    for number in range(1, 40):
        clock = Clock()
        clock.now = LATER + timedelta(minutes=number)
        job = services.start_export_guest(
            event_id=meetup.event.uuid, guest=guest.guest, actor=meetup.organiser, now=clock.now
        )

        def work(job: Job = job, clock: Clock = clock) -> None:
            runner.run_job(job_id=job.job_id, steps=STEPS, now_fn=clock, until=lambda: False)

        died = dies(work, number)
        clock.wait(LEASE)
        work()

        data = json.loads(file_store.get(job.job_id, exports.DATA)) | {"exported_at": ""}
        whole = whole or data
        assert (number, data) == (number, whole)
        if not died:
            break
    assert number > 5


def test_files_lie_in_the_private_bucket(tables):
    assert config().files_bucket == tables["FilesBucket"]
