"""Lists of guests on a deployed stage: the runner of jobs with its own rights, mails by the streams."""

import urllib.request
from datetime import UTC, datetime
from typing import Any

import pytest

from backend.activity.queries import totals
from backend.events import queries as events
from backend.jobs import file_store
from backend.jobs.models import Job
from backend.jobs.states import OPEN, JobStatus
from backend.registrations import bulk, exports, imports, spreadsheets
from backend.registrations.bulk import GuestChange
from backend.registrations.exports import FileFormat
from backend.registrations.selections import Group, Selection
from backend.shared.actor import Actor, ActorKind
from tests.integration.deploy.test_slice import published_event
from tests.support.api import Api, Pool
from tests.support.eventual import eventually

GUESTS = 30
CONTENT = "name,email\n" + "".join(
    f"Guest {n:02},deployed-{n}@example.com\n" for n in range(GUESTS)
)


@pytest.fixture(scope="module")
def api(stage: dict[str, str]) -> Api:
    return Api(stage["APIEndpoint"])


def ended(job: Job) -> Job:
    eventually(lambda: Job.fetch(job.job_id).status in OPEN, False)
    return Job.fetch(job.job_id)


def test_list_is_imported_exported_and_changed(api, stage, stage_cloud):
    owner = Pool().make("Olga Owner")
    event_id = published_event(api, owner)
    now = datetime.now(UTC)
    by: dict[str, Any] = {
        "event_id": event_id,
        "actor": Actor(ActorKind.USER, user_id=events.settings_of(event_id, now=now).creator_id),
        "now": now,
    }

    def standing() -> tuple[int, int]:
        found = totals(event_id=event_id, shards=1)
        return found.confirmed, found.given_up

    upload = imports.keep_upload(event_id, f"{CONTENT}Bad,address,\n".encode())
    imported = ended(
        imports.start_import(
            upload=upload, roles=["name", "email"], encoding="", send_tickets=False, **by
        )
    )

    assert (imported.status, imported.done, imported.failed) == (JobStatus.DONE, GUESTS, 1)
    assert file_store.get(imported.job_id, imports.FAILED_ROWS)
    eventually(standing, (GUESTS, 0))
    assert mails_to("deployed-", stage_cloud.endpoint) == 0

    for made, name in ((FileFormat.CSV, "guests.csv"), (FileFormat.XLSX, "guests.xlsx")):
        exported = ended(exports.start_export(file_format=made, selection=Selection(), **by))
        sheet = spreadsheets.read(file_store.get(exported.job_id, name))
        assert (exported.status, len(sheet.rows)) == (JobStatus.DONE, GUESTS)

    changed = ended(
        bulk.start_change(change=GuestChange.CANCEL, chosen=Selection(Group.CONFIRMED), **by)
    )

    assert (changed.status, changed.done, changed.failed) == (JobStatus.DONE, GUESTS, 0)
    eventually(standing, (0, GUESTS))


def mails_to(address: str, endpoint: str) -> int:
    with urllib.request.urlopen(f"{endpoint}/_ministack/ses/messages") as answer:
        return int(address in answer.read().decode())
