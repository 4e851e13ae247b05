"""The pages of announcements."""

import pytest

from backend.announcements.kinds import Audience
from backend.announcements.models import Announcement
from backend.events.models import Event
from backend.jobs.kinds import JobKind
from backend.jobs.states import JobStatus
from tests.factories.announcements import make_announcement
from tests.factories.events import make_event
from tests.factories.jobs import make_job
from tests.factories.registrations import make_registration
from tests.factories.sessions import make_session
from tests.integration.portal.people import browser_of

pytestmark = pytest.mark.usefixtures("portal")


@pytest.fixture
def event_id() -> str:
    return make_event(capacity=10).uuid


def typed(**changed: str) -> dict[str, str]:
    return {"audience": "IN", "subject": "Cake", "text": "Hello {name}\r\nCake!", **changed}


def drafts_of(event_id: str) -> list[Announcement]:
    return Announcement.list_for_event(event_id, limit=10).items


def test_what_is_written_is_kept_as_a_draft_and_shown(event_id: str):
    organiser = browser_of("organiser", event_id)
    answer = organiser.post(f"/o/e/{event_id}/announce/new", typed(), follow=True)
    [draft] = drafts_of(event_id)
    assert (draft.subject, draft.text, draft.audience, draft.is_draft) == (
        "Cake",
        "Hello {name}\nCake!",
        Audience.IN,
        True,
    )
    assert "Nobody is among them yet" in answer.text
    assert "Cake" in organiser.get(f"/o/e/{event_id}/announce").text


@pytest.mark.parametrize(
    ("field", "value"),
    [("subject", ""), ("text", "x" * 10_001), ("audience", "ALL"), ("text", " ")],
)
def test_bad_input_is_named_and_kept(event_id: str, field: str, value: str):
    answer = browser_of("organiser", event_id).post(
        f"/o/e/{event_id}/announce/new", typed(**{field: value})
    )
    assert answer.status_code == 400
    assert answer.context["form"].errors.keys() == {field}
    assert drafts_of(event_id) == []


def test_a_preview_has_the_words_of_a_real_guest(event_id: str):
    make_registration(event_id=event_id, shards=1, name="Zoë <b>", user_email="zoe@example.com")
    draft = make_announcement(event_id=event_id)
    page = browser_of("organiser", event_id).get(
        f"/o/e/{event_id}/announce/{draft.announcement_id}"
    )
    assert "<strong>Zoë &lt;b&gt;</strong>" in page.text
    assert page.context["guest"].name == "Zoë <b>"


def test_who_is_overtaken_is_told_and_nothing_is_lost(event_id: str):
    draft = make_announcement(event_id=event_id, version=2)
    address = f"/o/e/{event_id}/announce/{draft.announcement_id}/edit"
    answer = browser_of("organiser", event_id).post(address, typed(version="1"), follow=True)
    assert "Somebody changed this meanwhile." in answer.text
    assert drafts_of(event_id)[0].subject == draft.subject


def test_sending_leads_to_its_job_and_twice_to_the_same(event_id: str):
    draft = make_announcement(event_id=event_id)
    organiser = browser_of("organiser", event_id)
    address = f"/o/e/{event_id}/announce/{draft.announcement_id}"
    answers = [organiser.post(f"{address}/send", {"version": "1"}) for _ in range(2)]
    assert answers[0]["Location"] == answers[1]["Location"]
    assert answers[0]["Location"].startswith(f"/o/e/{event_id}/jobs/")
    page = organiser.get(address).text
    assert ("Progress and report" in page, 'data-dialog="send"' in page) == (True, False)
    assert organiser.get(f"{address}/edit")["Location"] == address


@pytest.mark.parametrize("version", ["", "x", "7", "9" * 40])
def test_sending_what_was_not_seen_sends_nothing(event_id: str, version: str):
    draft = make_announcement(event_id=event_id)
    address = f"/o/e/{event_id}/announce/{draft.announcement_id}/send"
    browser_of("organiser", event_id).post(address, {"version": version})
    assert drafts_of(event_id)[0].is_draft


def test_a_test_says_where_it_went(event_id: str):
    draft = make_announcement(event_id=event_id)
    organiser = browser_of("organiser", event_id)
    address = f"/o/e/{event_id}/announce/{draft.announcement_id}/test"
    answer = organiser.post(address, follow=True)
    assert f"A test is on its way to {organiser.actor.email}." in answer.text


def test_another_events_announcement_is_not_there(event_id: str):
    theirs = make_announcement(event_id=make_event().uuid)
    address = f"/o/e/{event_id}/announce/{theirs.announcement_id}"
    assert browser_of("organiser", event_id).get(address).status_code == 404


def test_a_job_is_paused_and_goes_on(event_id: str):
    job = make_job(event_id=event_id, kind=JobKind.ANNOUNCE)
    organiser = browser_of("organiser", event_id)
    address = f"/o/e/{event_id}/jobs/{job.job_id}"
    page = organiser.post(f"{address}/pause", follow=True).text
    assert ("Go on" in page, "Paused" in page) == (True, True)
    organiser.post(f"{address}/retry")
    found = type(job).fetch(job.job_id)
    assert found.status is JobStatus.QUEUED


def test_a_session_is_offered_and_kept(event_id: str):
    event = Event.fetch(event_id)
    organiser = browser_of("organiser", event_id)
    address = f"/o/e/{event_id}/announce/new"
    assert "Only those with a place at" not in organiser.get(address).text
    session = make_session(event, title="Knots for beginners")
    answer = organiser.post(address, typed(session_id=session.session_id), follow=True)
    assert "only with a place at Knots for beginners" in answer.text
    [draft] = drafts_of(event_id)
    assert draft.session_id == session.session_id
    bad = organiser.post(address, typed(session_id="x" * 26))
    assert bad.context["form"].errors.keys() == {"session_id"}
