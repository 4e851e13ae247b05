"""One guest in a browser, as the team sees them: page, drawer, notes, tickets, walk-ins."""

import os
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect

from backend.activity import services as activity
from backend.activity.kinds import ActivityKind
from backend.events.models import Event
from backend.events.queries import forget_settings
from backend.events.questions import Question, QuestionKind
from backend.registrations import guests, services
from backend.registrations.models import Registration
from backend.registrations.states import Admission, RegistrationStatus
from backend.seats import services as seats
from backend.shared.actor import SYSTEM
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
    waiting = make_guest(
        event,
        name="O’Brien-Smith",
        user_email="o@example.com",
        status=RegistrationStatus.WAITLISTED,
        waiting_shard=guests.waiting_shard_of(event.uuid, "00", shards=1),
        waiting_since=now - timedelta(hours=3),
    )
    shown = {
        "page": page_of(event, full),
        "page-waiting": page_of(event, waiting),
        "page-rtl": page_of(event, bare),
        "edit": f"{page_of(event, full)}/edit",
        "ticket": f"{page_of(event, full)}/ticket",
        "email": f"{page_of(event, full)}/email",
        "new": f"/o/e/{event.uuid}/registrations/add",
        "walk-in": f"/o/e/{event.uuid}/registrations/walk-in",
    }
    for name, address in shown.items():
        page.goto(address)
        check_axe(page)
        assert page.evaluate("() => document.documentElement.scrollWidth") <= width
        shoot(page, f"guest-{name}-{width}-{'dark' if dark else 'light'}")
    page.goto(shown["ticket"])
    page.emulate_media(media="print")
    expect(page.locator(".fo-topbar")).to_be_hidden()
    expect(page.get_by_role("img", name="QR code of the ticket")).to_be_visible()
    shoot(page, f"guest-ticket-printed-{width}")
    page.emulate_media(media="screen")
    page.goto(f"/o/e/{event.uuid}/registrations")
    page.get_by_role("link", name=LONG).click()
    expect(page.locator("#drawer")).to_be_focused()
    check_axe(page)
    shoot(page, f"guest-drawer-{width}-{'dark' if dark else 'light'}", full_page=False)


def test_two_people_note_at_once_and_neither_loses_a_word(
    event, browser_page, sign_in_as, new_context, check_axe, shoot
):
    guest = make_guest(event)
    sign_in_as("desk", event.uuid)
    page = browser_page(390)
    page.goto(page_of(event, guest))
    services.write_note(
        event_id=event.uuid,
        guest=guest.guest,
        version=1,
        note="Theirs: wheelchair",
        attention=True,
        actor=SYSTEM,
        now=datetime.now(UTC),
    )

    page.get_by_label("Note").fill("Mine: loop amplifier")
    page.get_by_role("button", name="Save note").click()

    expect(page.get_by_role("alert")).to_contain_text("Somebody else changed this meanwhile.")
    expect(page.get_by_role("alert")).to_contain_text("Theirs: wheelchair")
    expect(page.get_by_label("Note")).to_have_value("Mine: loop amplifier")
    check_axe(page)
    shoot(page, "guest-stale-390")
    page.get_by_role("button", name="Save mine").click()
    expect(page.get_by_text("Saved.")).to_be_visible()
    assert stored(guest).note == "Mine: loop amplifier"


def test_ticket_is_replaced_and_guest_waits_after_being_asked(
    event, browser_page, sign_in_as, check_axe, shoot
):
    guest = make_guest(event)
    sign_in_as("organiser", event.uuid)
    page = browser_page()
    page.goto(page_of(event, guest))
    asked = page.get_by_role("dialog")

    page.get_by_role("button", name="Replace the ticket").click()
    check_axe(page)
    shoot(page, "guest-reissue-1280", full_page=False)
    asked.get_by_role("button", name="Keep it").click()
    assert stored(guest).ticket_no == guest.ticket_no
    page.get_by_role("button", name="Replace the ticket").click()
    asked.get_by_role("button", name="Replace the ticket").dblclick()
    expect(page.get_by_text("The old one no longer admits.")).to_be_visible()
    page.get_by_role("button", name="Move to the waiting list").click()
    asked.get_by_role("button", name="Move to the waiting list").click()
    expect(page.get_by_text("number 1 on the list")).to_be_visible()

    assert stored(guest).status is RegistrationStatus.WAITLISTED
    page.get_by_role("button", name="Give a place").click()
    expect(page.get_by_text("has a place.")).to_be_visible()
    assert stored(guest).ticket_no != guest.ticket_no


def test_walk_in_is_added_and_let_in_on_a_phone(event, browser_page, sign_in_as, check_axe, shoot):
    sign_in_as("desk", event.uuid)
    page = browser_page(390)
    page.goto(f"/o/e/{event.uuid}/registrations/walk-in")
    page.get_by_role("button", name="Add walk-in").click()
    expect(page.locator(".fo-error").first).to_be_visible()

    page.get_by_label("Name").fill("李小龍")
    page.get_by_label("For how many years?").fill("many")
    page.get_by_role("button", name="Add walk-in").click()
    expect(page.get_by_text("This must be a number.")).to_be_visible()
    check_axe(page)
    shoot(page, "guest-walk-in-refused-390")
    page.get_by_label("For how many years?").fill("3")
    page.get_by_role("button", name="Add walk-in").click()

    expect(page.get_by_text("李小龍 is in.")).to_be_visible()
    expect(page.get_by_role("link", name="Next walk-in")).to_be_visible()


@pytest.mark.parametrize("width", [1280, 390])
def test_guest_answers_joins_the_waiting_list_and_leaves_it(
    event, browser_page, sign_in_as, check_axe, shoot, width
):
    now = datetime.now(UTC)
    for name in ("A", "B", "C"):
        services.add_guest(event_id=event.uuid, name=name, email=None, actor=SYSTEM, now=now)
    Event.change(event.uuid, actions=[Event.waiting_list.set(True)])
    forget_settings(event.uuid)
    sign_in_as("stranger", name="Ada " + LONG)
    page = browser_page(width)
    page.goto(f"/e/{event.uuid}")
    check_axe(page)
    shoot(page, f"public-event-full-{width}")
    page.locator("a:visible", has_text="Join the waiting list").first.click()
    page.get_by_role("button", name="Join the waiting list").click()
    expect(page.get_by_text("Please give a number.")).to_be_visible()
    check_axe(page)
    shoot(page, f"public-register-questions-{width}")

    page.get_by_label("For how many years?").fill("12")
    page.get_by_label("What brings you here?").fill("W" * 200)
    page.get_by_role("button", name="Join the waiting list").click()

    expect(page.get_by_text("You are on the waiting list.")).to_be_visible()
    check_axe(page)
    assert page.evaluate("() => document.documentElement.scrollWidth") <= width
    shoot(page, f"public-waiting-{width}")
    page.goto("/me")
    expect(page.get_by_text("Waiting, number 1")).to_be_visible()
    check_axe(page)
    shoot(page, f"public-me-waiting-{width}")
    page.goto(f"/me/tickets/{event.uuid}")
    page.get_by_role("button", name="Leave the waiting list").click()
    page.get_by_role("button", name="Leave it").click()
    expect(page.get_by_text("You left the waiting list.")).to_be_visible()


@pytest.mark.parametrize("name", ["O'Brien-Smith", "李" * 60, "محمد عبد الله", "W" * 200])
def test_names_of_all_kinds_fit_a_phone(event, browser_page, sign_in_as, shoot, name):
    guest = make_guest(event, name=name, answers={"food": "No meat"})
    ada = sign_in_as("organiser", event.uuid, name=name)
    own = make_guest(event, name=name, user_email=ada.email)
    page = browser_page(390)

    for address in (
        page_of(event, guest),
        f"{page_of(event, guest)}/edit",
        f"{page_of(event, guest)}/ticket",
        f"/o/e/{event.uuid}/registrations",
        "/me",
        f"/me/tickets/{event.uuid}",
    ):
        page.goto(address)
        assert page.evaluate("() => document.documentElement.scrollWidth") <= 390, address
    assert own.name == name
    shoot(page, f"public-ticket-name-{len(name)}")
    page.goto(page_of(event, guest))
    page.get_by_role("button", name="Replace the ticket").click()
    dialog = page.get_by_role("dialog")
    assert dialog.evaluate("(shown) => shown.scrollWidth - shown.clientWidth") == 0
    shoot(page, f"guest-name-{len(name)}", full_page=False)
