"""An erased guest on every page and in every answer: somebody without a name, and no error."""

from datetime import UTC, datetime, timedelta

import pytest

from backend.registrations import tickets
from backend.registrations.guests import guest_key
from backend.registrations.models import Registration
from backend.registrations.schemas import GuestAnswer, RegistrationAnswer, TicketAnswer
from backend.seats import services as seats
from tests.factories.events import make_event
from tests.factories.registrations import make_registration
from tests.integration.portal.people import browser_of

pytestmark = pytest.mark.usefixtures("portal")
NOW = datetime.now(UTC)


@pytest.fixture
def event():
    event = make_event(starts_at=NOW - timedelta(hours=1), capacity=None)
    seats.open_pool(pool=event.uuid, capacity=None, now=NOW)
    return event


@pytest.fixture
def guest():
    """Who is erased, still signed in."""
    return browser_of("stranger")


@pytest.fixture
def erased(event, guest) -> Registration:
    email = guest.actor.email
    made = make_registration(
        event_id=event.uuid,
        shards=event.shards,
        user_email=email,
        guest=guest_key(event.uuid, email),
        user_id=guest.actor.user_id,
    )
    return made.erase(at=NOW, changed_by="USER:olga")


def test_api_answers_with_an_empty_name(erased):
    assert RegistrationAnswer.of(erased).name == ""
    assert TicketAnswer.of_own(erased, position=None).name == ""
    assert GuestAnswer.of(erased, with_email=True).name == ""


def test_own_ticket_is_still_shown(guest, event, erased):
    page = guest.get(f"/me/tickets/{event.uuid}")

    assert page.status_code == 200
    assert "None" not in page.text


def test_registering_again_is_the_registration_there_is(guest, event, erased):
    page = guest.post(f"/e/{event.uuid}/register", {"name": "Ada Again"}, follow=True)

    assert page.status_code == 200
    assert Registration.find(erased.shard, erased.guest).name is None


@pytest.mark.parametrize("role", ["organiser", "desk"])
def test_page_of_the_guest_says_so_and_offers_no_change(event, erased, role):
    page = browser_of(role, event.uuid).get(f"/o/e/{event.uuid}/registrations/{erased.guest}")

    assert page.status_code == 200
    assert "Erased guest" in page.text
    assert "None" not in page.text


def test_ticket_still_admits_and_undoing_names_nobody(event, erased):
    desk = browser_of("desk", event.uuid)
    scan = {"ticket": tickets.issue(erased), "scan_id": "scan-erased", "gate": "North"}

    page = desk.post(f"/o/e/{event.uuid}/desk", scan)
    undone = desk.post(
        f"/o/e/{event.uuid}/desk/undo",
        {"guest": erased.guest, "scan_id": "scan-erased"},
        content_type="application/json",
    )

    assert "Admitted" in page.text
    assert "None" not in page.text
    assert (undone.status_code, "None" in undone.text) == (200, False)
