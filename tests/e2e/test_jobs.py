"""Long work in a browser: followed while it runs, stopped, tried again, its files fetched."""

import os
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from backend.events.models import Event
from backend.jobs import file_store
from backend.jobs.kinds import JobKind
from backend.jobs.models import Job
from backend.jobs.progress import Problem, StepResult
from backend.jobs.states import JobStatus
from tests.factories.events import make_event
from tests.factories.jobs import make_job
from tests.factories.registrations import make_registration
from tests.support.jobs import run_all

pytestmark = pytest.mark.browser
K, S = JobKind, JobStatus
LONG = "Maximiliane Freifrau von Wolfeschlegelsteinhausenbergerdorff-Hohenlohe"
SHAPES = [(1280, False), (390, True)]
if os.environ.get("CI"):
    SHAPES += [(1280, True), (390, False), (768, False)]
POLLED = 15_000
PROBLEMS = [
    ["row 3", "bad_email", "This is no e-mail address."],
    ["row 17", "duplicate", "Row 4 of the list has this address already, so this one is left out."],
    ["row 10482", "long", "x" * 200],
]


@pytest.fixture
def event() -> Event:
    return make_event(title="Harbour Conference")


def a_job(event: Event, **values: Any) -> Job:
    now = datetime.now(UTC)
    given = {"event_id": event.uuid, "created_at": now, "updated_at": now}
    return make_job(**given | values)


def running(event: Event, **values: Any) -> Job:
    """Held by a runner that is at it."""
    later = datetime.now(UTC) + timedelta(minutes=3)
    held = {"status": S.RUNNING, "total": 400, "done": 120, "failed": 3, "takes": 1}
    return a_job(event, **held | {"due_at": later, "due_bucket": "DUE"} | values)


def no_wider_than_the_screen(page: Page) -> None:
    assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")


@pytest.fixture(params=SHAPES, ids=lambda shape: f"{shape[0]}{'-dark' if shape[1] else ''}")
def page(request, browser_page, sign_in_as, event) -> Page:
    width, dark = request.param
    sign_in_as("organiser", event.uuid)
    return browser_page(width, dark=dark)


@pytest.fixture
def look(check_axe, shoot, request):
    def take(page: Page, name: str) -> None:
        no_wider_than_the_screen(page)
        check_axe(page)
        shape = request.node.callspec.id.split("-", 1)[0]
        shoot(page, f"jobs-{name}-{shape}")

    return take


def test_running_job_is_followed_to_its_end_without_a_reload(page, event, look):
    job = running(event, kind=K.IMPORT_GUESTS, problems=PROBLEMS)
    page.goto(f"/o/e/{event.uuid}/jobs/{job.job_id}")
    expect(page.get_by_role("progressbar", name="Progress")).to_have_attribute("value", "123")
    expect(page.get_by_text("of about 400")).to_be_visible()
    look(page, "running")

    done = StepResult(None, done=277, result={"created": 390, "downloads": {"f": "failed.csv"}})
    held = job.advance(
        StepResult({"at": 1}, done=0), until=datetime.now(UTC), now=datetime.now(UTC)
    )
    Job.take(held.job_id, until=datetime.now(UTC), now=datetime.now(UTC))
    run_all(job.job_id, {K.IMPORT_GUESTS: lambda *_: done})

    expect(page.get_by_role("heading", name="Result")).to_be_visible(timeout=POLLED)
    expect(page.get_by_text("New guests")).to_be_visible()
    expect(page.locator("#job")).not_to_have_attribute("hx-get", re.compile("."))
    look(page, "done")


def test_job_is_stopped_when_one_says_so_and_says_that_it_stops(page, event, look):
    job = running(event)
    page.goto(f"/o/e/{event.uuid}/jobs/{job.job_id}")
    page.get_by_role("button", name="Stop").click()
    expect(page.get_by_role("dialog", name="Stop this?")).to_be_visible()
    look(page, "stop")
    page.get_by_role("button", name="Let it run").click()
    assert Job.fetch(job.job_id).cancel_requested_at is None

    page.get_by_role("button", name="Stop").click()
    page.get_by_role("button", name="Stop it").click()

    expect(page.get_by_text("It stops after the step it is at.")).to_be_visible()
    expect(page.get_by_text("Stopping")).to_be_visible()
    assert Job.fetch(job.job_id).cancel_requested_at is not None


def test_failed_job_says_why_and_is_tried_again(page, event, look):
    job = a_job(event, status=S.FAILED, reason_code="gave_up", reason="It failed.", done=7)
    page.goto(f"/o/e/{event.uuid}/jobs/{job.job_id}")
    expect(page.get_by_text("A step failed five times in a row.")).to_be_visible()
    look(page, "failed")

    page.get_by_role("button", name="Try again").dblclick()

    expect(page.get_by_text("Waits to start").first).to_be_visible()
    assert Job.fetch(job.job_id).status is S.QUEUED


def test_file_of_a_job_is_downloaded_by_a_link_of_its_own(page, event):
    job = a_job(event, status=S.DONE, result={"downloads": {"list": "guests.csv"}})
    file_store.put(job.job_id, "list", b"name\nAda\n", content_type="text/csv")
    page.goto(f"/o/e/{event.uuid}/jobs/{job.job_id}")

    with page.expect_download() as download:
        page.get_by_role("link", name="guests.csv").click()

    assert download.value.suggested_filename == "guests.csv"
    assert download.value.path().read_bytes() == b"name\nAda\n"


def test_list_of_jobs(page, event, look):
    page.goto(f"/o/e/{event.uuid}/jobs")
    expect(page.get_by_role("heading", name="No jobs yet")).to_be_visible()
    look(page, "none")

    for kind, status in zip(JobKind, [*S, *S], strict=False):
        a_job(event, kind=kind, status=status, done=1234, failed=3)
    page.reload()
    page.get_by_role("link", name="Import of guests").click()

    expect(page.get_by_role("heading", name="Import of guests")).to_be_visible()
    page.go_back()
    look(page, "list")


def test_guest_is_erased_after_a_question_and_the_report_stays(page, event, look):
    guest = make_registration(event_id=event.uuid, name=LONG)
    page.goto(f"/o/e/{event.uuid}/registrations/{guest.guest}")
    page.get_by_role("link", name="Erase").click()
    expect(page.get_by_text("This takes away for good who")).to_be_visible()
    look(page, "erase")

    page.get_by_role("button", name="Erase for good").click()
    expect(page.get_by_role("heading", name="Erasure of one guest’s data")).to_be_visible()
    run_all(page.url.rpartition("/")[2])

    expect(page.get_by_text("What stays, and why")).to_be_visible(timeout=POLLED)
    look(page, "erased")
    page.goto(f"/o/e/{event.uuid}/registrations/{guest.guest}")
    expect(page.get_by_role("heading", name="Erased guest")).to_be_visible()
    assert LONG not in page.content()


def test_data_of_a_guest_is_exported_and_downloaded(page, event, look):
    guest = make_registration(event_id=event.uuid, name=LONG)
    page.goto(f"/o/e/{event.uuid}/registrations/{guest.guest}/export")
    look(page, "export")
    page.get_by_role("button", name="Export").click()
    expect(page.get_by_role("heading", name="Export of one guest’s data")).to_be_visible()
    run_all(page.url.rpartition("/")[2])

    with page.expect_download() as download:
        page.get_by_role("link", name=re.compile(r"\.txt$")).click(timeout=POLLED)

    assert LONG in download.value.path().read_text()


def test_problem_about_a_guest_leads_to_the_guest(page, event, look):
    guest = make_registration(event_id=event.uuid)
    wrong = Problem(guest.guest, "in", "This guest is checked in already.").to_document()
    job = a_job(event, kind=K.CHANGE_GUESTS, status=S.DONE, failed=205, problems=[wrong, *PROBLEMS])
    page.goto(f"/o/e/{event.uuid}/jobs/{job.job_id}")
    expect(page.get_by_text("And 201 more.")).to_be_visible()
    look(page, "problems")

    page.get_by_role("link", name="Show guest").click()

    expect(page.get_by_role("heading", name="Ada Lovelace").first).to_be_visible()
