"""A guest whose session begins in a moment sees it among the booked ones."""

from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect

from backend.seats.queries import forget_views
from backend.sessions import services
from backend.sessions.models import Session
from tests.factories.events import make_event
from tests.factories.registrations import make_registration
from tests.factories.sessions import make_session

pytestmark = pytest.mark.browser
LONG = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft"


@pytest.mark.parametrize(("width", "dark"), [(1280, False), (390, True)])
def test_my_sessions_say_where_to_queue_up_now(
    portal_url, sign_in_as, browser_page, check_axe, shoot, width, dark
):
    now = datetime.now(UTC)
    forget_views()
    event = make_event(title="PyCon Alpina 2027", starts_at=now - timedelta(hours=1))
    ada = sign_in_as("guest", name="Ada Lovelace")
    make_registration(event_id=event.uuid, user_email=ada.email, name=ada.name, user_id=ada.user_id)
    for title, hours in ((LONG, 2), ("Breakfast", 4)):
        session = make_session(event, title=title, starts_at=now + timedelta(hours=hours))
        services.book(event_id=event.uuid, session_id=session.session_id, actor=ada, now=now)
        if title == LONG:
            soon = Session.starts_at.set(now + timedelta(minutes=5))
            Session.change(event.uuid, session.session_id, actions=[soon])
    page = browser_page(width, dark=dark)

    page.goto("/me/sessions")

    expect(page.get_by_text("Queue up now")).to_have_count(1)
    check_axe(page)
    shoot(page, f"my-sessions-queue-{width}")
