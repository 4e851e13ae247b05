"""Finishing, archiving, canceling and copying an event from its overview and the list."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from backend.activity.models import Stats
from backend.events.models import Event
from backend.events.questions import Question, QuestionKind, questions_of
from backend.events.states import EventStatus
from backend.jobs.kinds import JobKind
from backend.jobs.models import Job
from tests.factories.events import make_event
from tests.factories.registrations import make_registration
from tests.factories.team import make_member
from tests.integration.portal.people import browser_of

pytestmark = pytest.mark.usefixtures("portal")
S = EventStatus
NOW = datetime.now(UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
FOOD = Question(id="food", kind=QuestionKind.TEXT, label="Which food?")


def an_event(starts_in: timedelta = 2 * DAY, **values: Any) -> Event:
    return make_event(starts_at=NOW + starts_in, **values)


def state_of(event: Event) -> tuple[EventStatus, int]:
    stored = Event.fetch(event.uuid)
    return stored.status, int(stored.version)


def count(event: Event, **counts: int) -> None:
    Stats.add_up(f"{event.uuid}#R0", counts, first_seq="1", last_seq="2")


def offered(page: str) -> list[str]:
    """Which dialogs a page can open."""
    names = ("publish", "finish", "archive", "cancel")
    return [name for name in names if f'data-dialog="{name}"' in page]


def overview(event: Event, role: str = "owner") -> str:
    return browser_of(role, event.uuid).get(f"/o/e/{event.uuid}").text


def press(event: Event, step: str, role: str = "owner"):
    page = f"/o/e/{event.uuid}"
    return browser_of(role, event.uuid).post(
        f"{page}/{step}", headers={"Referer": f"http://testserver{page}"}, follow=True
    )


@pytest.mark.parametrize(
    ("values", "steps"),
    [
        ({"status": S.DRAFT}, ["publish", "cancel"]),
        ({}, ["cancel"]),
        ({"starts_in": -HOUR}, ["finish", "cancel"]),
        ({"starts_in": -3 * DAY}, ["finish"]),
        ({"status": S.FINISHED, "starts_in": -3 * DAY}, ["archive"]),
        ({"status": S.CANCELED}, ["archive"]),
        ({"status": S.ARCHIVED}, []),
    ],
)
def test_overview_offers_what_can_come_next(values, steps):
    assert offered(overview(an_event(**values))) == steps


def test_organiser_is_offered_everything_but_canceling():
    assert offered(overview(an_event(-HOUR), "organiser")) == ["finish"]
    assert offered(overview(an_event(-HOUR), "desk")) == []


# Canceling


def test_canceling_leads_to_the_job_that_takes_the_places_back():
    event = an_event()
    make_registration(event_id=event.uuid)

    response = press(event, "cancel")

    [job] = Job.list_for_event(event.uuid, limit=5).items
    assert (state_of(event), job.kind) == ((S.CANCELED, 2), JobKind.CANCEL_EVENT)
    assert response.redirect_chain == [(f"/o/e/{event.uuid}/jobs/{job.job_id}", 302)]
    assert "The event is canceled. Nobody can register any more." in response.text


def test_draft_is_canceled_without_a_job_and_the_page_says_since_when():
    event = an_event(status=S.DRAFT)

    response = press(event, "cancel")

    assert state_of(event) == (S.CANCELED, 2)
    assert "This event is canceled." in response.text
    assert Job.list_for_event(event.uuid, limit=5).items == []


def test_canceling_twice_says_so_and_changes_nothing():
    event = an_event(status=S.CANCELED)

    response = press(event, "cancel")

    assert len(response.context["messages"]) == 1
    assert state_of(event) == (S.CANCELED, 1)


@pytest.mark.parametrize(
    ("waiting", "words"),
    [
        (3, "no longer admit. So are 3 places on the waiting list. Everybody"),
        (0, "no longer admit.  Everybody"),
    ],
)
def test_cancel_dialog_names_what_happens_to_how_many(waiting, words):
    event = an_event()
    count(event, registered=1215, canceled=1, waiting=waiting)

    page = overview(event)

    assert "1,214 registrations are canceled: their tickets no longer admit." in page
    assert words in page
    assert "Everybody who gave an address is e-mailed." in page
    assert "Cancel event, 1,214 registrations" in page
    assert f'data-confirm="{event.title}"' in page


# Finishing


def test_event_that_is_over_is_suggested_to_be_finished():
    event = an_event(-3 * DAY)

    page = overview(event)
    response = press(event, "finish")

    assert "Finish it when everybody is out" in page
    assert state_of(event) == (S.FINISHED, 2)
    assert "The event is finished." in response.text
    assert "Finish it when everybody is out" not in response.text


def test_running_event_is_warned_about_before_it_is_finished():
    assert "It still runs." in overview(an_event(-HOUR))


def test_event_that_has_not_begun_is_not_finished():
    event = an_event()

    response = press(event, "finish")

    assert "This event has not begun. To call it off, cancel it." in response.text
    assert state_of(event) == (S.PUBLISHED, 1)


# Archiving


@pytest.mark.parametrize("status", [S.FINISHED, S.CANCELED])
def test_archived_event_moves_to_its_tab_and_is_gone_for_strangers(status):
    event = an_event(-3 * DAY, status=status)
    client = browser_of("owner", event.uuid)
    before = browser_of("visitor").get(f"/e/{event.uuid}").status_code

    client.post(f"/o/e/{event.uuid}/archive")

    tabs = {
        tab: [row.event.uuid for row in client.get(f"/o/events?tab={tab}").context["rows"]]
        for tab in ("past", "canceled", "archive")
    }
    assert tabs == {"past": [], "canceled": [], "archive": [event.uuid]}
    after = browser_of("visitor").get(f"/e/{event.uuid}").status_code
    assert (before, after) == (200, 404)
    assert client.get(f"/e/{event.uuid}").status_code == 200


def test_published_event_is_not_archived():
    event = an_event(-3 * DAY)

    response = press(event, "archive")

    assert len(response.context["messages"]) == 1
    assert state_of(event) == (S.PUBLISHED, 1)


def test_empty_archive_says_what_it_is_for():
    page = browser_of("stranger").get("/o/events?tab=archive").text

    assert "The archive is empty" in page


# Copying


def test_copy_opens_as_a_draft_whose_dates_are_over():
    event = an_event(-30 * DAY, status=S.FINISHED, questions=[FOOD.to_document()])
    client = browser_of("organiser", event.uuid)

    response = client.post(f"/o/e/{event.uuid}/copy", follow=True)

    [copy] = Event.list_by_creator(client.actor.user_id, limit=5).items
    assert response.redirect_chain == [(f"/o/e/{copy.uuid}/edit", 302)]
    assert (copy.status, copy.title, questions_of(copy)) == (S.DRAFT, event.title, (FOOD,))
    assert "This is the copy, a draft without guests." in response.text
    assert "These dates are over." in response.text


def test_list_offers_copies_of_what_one_made_and_says_what_waits_to_be_finished():
    client = browser_of("stranger")
    mine = an_event(-3 * DAY, creator_id=client.actor.user_id, title="Mine")
    theirs = an_event(-3 * DAY, title="Theirs")
    for event in (mine, theirs):
        make_member(event_id=event.uuid, member=client.actor.user_id)

    page = client.get("/o/events?tab=past").text

    assert f'action="/o/e/{mine.uuid}/copy"' in page
    assert f'action="/o/e/{theirs.uuid}/copy"' not in page
    assert page.count("Over: finish it") == 2


def test_new_event_can_start_from_an_earlier_one():
    client = browser_of("stranger")
    nothing = client.get("/o/events/new").text
    event = an_event(creator_id=client.actor.user_id)

    page = client.get("/o/events/new").text

    assert "Start from an earlier event" not in nothing
    assert f'action="/o/e/{event.uuid}/copy"' in page


@pytest.mark.parametrize("role", ["desk", "floor"])
def test_who_does_not_organise_is_offered_no_copy(role):
    event = an_event()

    assert "/copy" not in overview(event, role)
    assert press(event, "copy", role).status_code == 403
