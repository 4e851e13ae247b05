"""Guests in a browser: from the list to a ticket, and what stands in the way."""

import re
import uuid
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Page, expect

from backend.events.services import create_event, publish_event
from backend.registrations.models import Registration
from tests.factories.events import build_details
from tests.factories.users import a_user

pytestmark = pytest.mark.browser
LONG = "Maximiliane Freifrau von Wolfeschlegelsteinhausenbergerdorff-Hohenlohe"


@pytest.fixture
def event(portal_url):
    return published(title=f"Alpine Day {uuid.uuid4().hex[:6]}", capacity=3)


def published(**values):
    now = datetime.now(UTC)
    times = {"starts_at": now + timedelta(days=9), "ends_at": now + timedelta(days=9, hours=6)}
    owner = a_user()
    event = create_event(details=build_details(**times | values), actor=owner, now=now)
    return publish_event(event_id=event.uuid, actor=owner, now=now)


def names_at(event) -> list[str]:
    return [found.name for found in Registration.query(f"{event.uuid}#R0")]


def sign_up(page: Page, email: str) -> None:
    page.get_by_role("link", name="Create an account").click()
    page.get_by_label("Name").fill("Åsa Ångström")
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password", exact=True).fill("Correct-Horse-7")
    page.get_by_role("button", name="Create account").click()
    page.get_by_label("Code").fill("123456")  # what the local cloud's mail says
    page.locator("main form button[type=submit]").first.click()


@pytest.mark.parametrize("width", [1280, 390])
def test_a_visitor_signs_up_registers_and_holds_a_ticket(
    event, browser_page, check_axe, shoot, width
):
    page = browser_page(width)
    page.goto("/events")
    check_axe(page)
    shoot(page, f"public-explore-{width}")
    page.goto(f"/e/{event.uuid}")
    check_axe(page)
    shoot(page, f"public-event-{width}")
    page.locator("a:visible", has_text=re.compile("^Register$")).first.click()
    email = f"e-{uuid.uuid4().hex[:10]}@example.com"
    sign_up(page, email)
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password", exact=True).fill("Correct-Horse-7")
    page.get_by_role("button", name="Sign in").click()
    expect(page).to_have_url(re.compile(f"/e/{event.uuid}/register$"))
    expect(page.get_by_label("Your name")).to_have_value("Åsa Ångström")
    check_axe(page)
    shoot(page, f"public-register-{width}")
    page.get_by_label("Your name").fill(LONG)
    page.get_by_role("button", name="Take my place").dblclick()
    expect(page.locator(".fo-ticket__qr svg")).to_be_visible()
    expect(page.locator(".fo-ticket__facts")).to_contain_text(LONG)
    check_axe(page)
    shoot(page, f"public-ticket-{width}")
    assert names_at(event) == [LONG]
    page.get_by_role("link", name="My tickets").first.click()
    expect(page.get_by_role("link", name=event.title)).to_be_visible()
    check_axe(page)
    shoot(page, f"public-my-tickets-{width}")


def test_giving_up_asks_first_and_frees_the_place(event, browser_page, sign_in_as):
    sign_in_as("guest", name="Bo Li")
    page = browser_page()
    page.goto(f"/e/{event.uuid}/register")
    page.get_by_role("button", name="Take my place").click()
    page.get_by_role("button", name="Give up my place").click()
    page.get_by_role("button", name="Keep my ticket").click()
    expect(page.locator(".fo-ticket__qr svg")).to_be_visible()
    page.get_by_role("button", name="Give up my place").click()
    page.get_by_role("button", name="Give it up").click()
    expect(page.get_by_text("Your place is given up.")).to_be_visible()
    assert [found.status for found in Registration.query(f"{event.uuid}#R0")] == ["CANCELED"]


def test_a_full_event_and_an_empty_name_are_told_beside_the_form(browser_page, sign_in_as, shoot):
    full = published(title="Kammermusik im Stadel", capacity=1)
    sign_in_as("guest", name="Ada")
    page = browser_page(390)
    page.goto(f"/e/{full.uuid}/register")
    page.get_by_label("Your name").fill("   ")
    page.get_by_role("button", name="Take my place").click()
    expect(page.locator(".fo-error")).to_be_visible()
    shoot(page, "public-register-error-390")
    page.get_by_label("Your name").fill("Ada")
    other = browser_page(1280)
    other.goto(f"/e/{full.uuid}/register")
    other.get_by_role("button", name="Take my place").click()
    page.get_by_role("button", name="Take my place").click()  # the same guest: the same ticket
    expect(page.locator(".fo-ticket__qr svg")).to_be_visible()
    sign_in_as("guest", name="Late")
    page.goto(f"/e/{full.uuid}")
    expect(page.get_by_text("No places left").first).to_be_visible()
    shoot(page, "public-event-full-390")
    assert names_at(full) == ["Ada"]


def test_a_page_that_is_not_there_leads_on(portal_url, browser_page, check_axe):
    page = browser_page(390)
    page.goto(f"/e/{uuid.uuid4()}")
    check_axe(page)
    page.locator("main a").first.click()
    expect(page).not_to_have_title(re.compile("404"))
