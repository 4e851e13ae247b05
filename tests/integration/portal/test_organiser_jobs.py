"""The pages of jobs: what they show, whose they are, what a link to a file leads to."""

from datetime import UTC, datetime, timedelta

import pytest

from backend.jobs import file_store
from backend.jobs.kinds import JobKind
from backend.jobs.models import Job
from backend.jobs.states import JobStatus
from tests.factories.events import make_event
from tests.factories.jobs import make_job
from tests.factories.registrations import make_registration
from tests.integration.portal.people import browser_of

pytestmark = pytest.mark.usefixtures("portal")
K, S = JobKind, JobStatus
NOW = datetime.now(UTC)


@pytest.fixture
def event():
    return make_event()


@pytest.fixture
def olga(event):
    return browser_of("organiser", event.uuid, name="Olga")


def page_of(browser, job: Job, *, event_id: str = ""):
    return browser.get(f"/o/e/{event_id or job.event_id}/jobs/{job.job_id}")


def done(event, **values) -> Job:
    return make_job(event_id=event.uuid, status=S.DONE, created_at=NOW, **values)


def test_job_of_another_event_is_not_found(olga, event):
    theirs = make_job(event_id=make_event().uuid)

    assert page_of(olga, theirs, event_id=event.uuid).status_code == 404
    acts = [
        olga.post(f"/o/e/{event.uuid}/jobs/{theirs.job_id}/{act}").status_code
        for act in ("cancel", "retry")
    ]
    assert (acts, Job.fetch(theirs.job_id).status) == ([404, 404], S.QUEUED)


@pytest.mark.parametrize("job_id", ["nonsense", "lane%23x%23guests", "ü", "x" * 200])
def test_nonsense_in_the_address_is_not_found(olga, event, job_id):
    assert olga.get(f"/o/e/{event.uuid}/jobs/{job_id}").status_code == 404


def test_running_job_asks_again_and_one_that_ended_does_not(olga, event):
    running = make_job(event_id=event.uuid, created_at=NOW)

    assert 'hx-trigger="every 2s"' in page_of(olga, running).text
    assert 'hx-trigger="every 2s"' not in page_of(olga, done(event)).text


def test_htmx_gets_the_state_alone(olga, event):
    job = done(event)
    answer = olga.get(f"/o/e/{event.uuid}/jobs/{job.job_id}", headers={"HX-Request": "true"})

    assert answer.text.lstrip().startswith('<div class="fo-stack fo-job" id="job"')


def test_what_must_be_carried_through_offers_no_stop(olga, event):
    job = make_job(event_id=event.uuid, kind=K.CANCEL_EVENT, created_at=NOW)

    assert 'data-dialog="stop"' not in page_of(olga, job).text


def test_link_leads_to_the_private_bucket_and_is_kept_by_nobody(olga, event, tables):
    job = done(event, result={"downloads": {"list": "guests.csv"}})
    file_store.put(job.job_id, "list", b"x", content_type="text/csv")

    answer = olga.get(f"/o/e/{event.uuid}/jobs/{job.job_id}/files/list")

    assert answer.status_code == 302
    assert tables["FilesBucket"] in answer["Location"]
    assert answer["Cache-Control"] == "no-store"


@pytest.mark.parametrize("name", ["list", "other"])
def test_file_that_is_gone_or_not_offered_is_not_found(olga, event, name):
    job = done(event, result={"downloads": {"list": "guests.csv"}})
    file_store.put(job.job_id, "other", b"x", content_type="text/csv")

    assert olga.get(f"/o/e/{event.uuid}/jobs/{job.job_id}/files/{name}").status_code == 404


def test_files_are_not_offered_once_they_are_deleted(olga, event):
    long_ago = NOW - timedelta(days=file_store.KEPT_DAYS + 1)
    job = make_job(
        event_id=event.uuid,
        status=S.DONE,
        created_at=long_ago,
        result={"downloads": {"list": "guests.csv"}},
    )

    assert "guests.csv" not in page_of(olga, job).text


def test_erasing_leads_to_the_job_and_twice_to_the_same_one(olga, event):
    guest = make_registration(event_id=event.uuid)
    address = f"/o/e/{event.uuid}/registrations/{guest.guest}/erase"

    places = {olga.post(address)["Location"] for _ in range(2)}

    assert len(places) == 1
    assert f"/o/e/{event.uuid}/jobs/" in places.pop()


def test_erased_guest_is_not_asked_about_again(olga, event):
    guest = make_registration(event_id=event.uuid).erase(at=NOW, changed_by="USER:olga")
    address = f"/o/e/{event.uuid}/registrations/{guest.guest}"

    assert olga.get(f"{address}/erase")["Location"] == address
    assert "was erased" in olga.post(f"{address}/erase", follow=True).text
