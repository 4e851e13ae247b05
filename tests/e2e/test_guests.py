"""One guest in a browser, as the team sees them: page, drawer, notes, tickets, walk-ins."""

import os
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Page, expect

from backend.activity import services as activity
from backend.activity.kinds import ActivityKind
from backend.events.models import Event
from backend.events.questions import Question, QuestionKind
from backend.registrations import services
from backend.registrations.models import Registration
from backend.registrations.states import Admission
from backend.seats import services as seats
from tests.factories.events import make_event
from tests.factories.registrations import make_registration

pytestmark = pytest.mark.browser
K = ActivityKind
LONG = "Maximiliane Freifrau von Wolfeschlegelsteinhausenbergerdorff-Hohenlohe"
NOTE = "Hand over the loop amplifier.\nLocker 12."
QUESTIONS = [
    Question(
        id="food", kind=QuestionKind.CHOICE, label="What do you eat?", choices=("All", "No meat")
    ),
    Question(id="years", kind=QuestionKind.NUMBER, label="For how many years?", required=True),
    Question(id="why", kind=QuestionKind.TEXT, label="What brings you here?"),
    Question(id="photos", kind=QuestionKind.CONSENT, label="I agree to photos."),
]
SHAPES = [(1280, False), (390, True)]
if os.environ.get("CI"):
    SHAPES += [(1280, True), (390, False), (768, False)]


@pytest.fixture
def event(portal_url) -> Event:
    now = datetime.now(UTC)
    made = make_event(
        title="PyCon Alpina 2027",
        starts_at=now - timedelta(hours=1),
        location="Congress Innsbruck",
        time_zone="Europe/Vienna",
        capacity=3,
        questions=[question.to_document() for question in QUESTIONS],
    )
    seats.open_pool(pool=made.uuid, capacity=3, now=now)
    return made


def make_guest(event: Event, **values) -> Registration:
    now = datetime.now(UTC)
    guest = make_registration(
        **{
            "event_id": event.uuid,
            "name": LONG,
            "user_email": "maximiliane@bundesanstalt-fuer-strassenwesen.example",
            "registered_at": now - timedelta(days=40),
            "answers": {"food": "No meat", "years": 7, "why": "W" * 120, "photos": True},
            **values,
        }
    )
    kinds = [K.GUEST_WAITLISTED, K.GUEST_PROMOTED, K.TICKET_RESENT, K.GUEST_ADMITTED]
    for number, kind in enumerate(kinds):
        activity.record(
            event_id=event.uuid,
            kind=kind,
            actor_label="SYSTEM",
            subject=guest.guest,
            at=now - timedelta(days=40 - 10 * number),
            record_id=f"{guest.guest}-{number}",
            details={"gate": "North foyer"} if kind is K.GUEST_ADMITTED else None,
        )
    return guest


def page_of(event: Event, guest: Registration) -> str:
    return f"/o/e/{event.uuid}/registrations/{guest.guest}"


def stored(guest: Registration) -> Registration:
    return Registration.fetch(guest.shard, guest.guest)


@pytest.mark.parametrize(("width", "dark"), SHAPES)
def test_pages_of_a_guest_look_right_and_are_accessible(
    event, browser_page, sign_in_as, check_axe, shoot, width, dark
):
    now = datetime.now(UTC)
    full = make_guest(
        event,
        note=NOTE,
        attention=True,
        admission=Admission.IN,
        admitted_at=now,
        admitted_gate="North",
    )
    bare = make_guest(event, name="محمد عبد الله", user_email="m@example.com", answers=None)
    sign_in_as("organiser", event.uuid, name="Olga Owner")
    page = browser_page(width, dark=dark)
    shown = {
        "page": page_of(event, full),
        "page-rtl": page_of(event, bare),
        "edit": f"{page_of(event, full)}/edit",
        "ticket": f"{page_of(event, full)}/ticket",
        "new": f"/o/e/{event.uuid}/registrations/add",
    }
    for name, address in shown.items():
        page.goto(address)
        check_axe(page)
        assert page.evaluate("() => document.documentElement.scrollWidth") <= width
        shoot(page, f"guest-{name}-{width}-{'dark' if dark else 'light'}")
    page.goto(f"/o/e/{event.uuid}/registrations")
    page.get_by_role("link", name=LONG).click()
    expect(page.locator("#drawer")).to_be_focused()
    check_axe(page)
    shoot(page, f"guest-drawer-{width}-{'dark' if dark else 'light'}", full_page=False)
