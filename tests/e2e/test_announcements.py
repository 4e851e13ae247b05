"""Writing to guests, in a browser."""

import re

import pytest
from playwright.sync_api import expect

from backend.announcements.models import Announcement
from tests.factories.events import make_event
from tests.factories.registrations import make_registration
from tests.factories.sessions import make_session

pytestmark = pytest.mark.browser
LONG = "Maximiliane Freifrau von Wolfeschlegelsteinhausenbergerdorff-Hohenlohe"
TEXT = "Hello **{name}**,\n\nthe doors of {event} open earlier:\n\n- North at 8\n- West at 9\n\n{where}"


@pytest.mark.parametrize(("width", "dark"), [(1280, False), (390, True)])
def test_an_organiser_writes_looks_and_sends(
    browser_page, sign_in_as, check_axe, shoot, width, dark
):
    event = make_event()
    sign_in_as("organiser", event.uuid)
    make_session(event, title="Knots for beginners and for those who forgot them all again")
    make_registration(event_id=event.uuid, shards=1, name=LONG)
    page = browser_page(width, dark=dark)
    page.goto(f"/o/e/{event.uuid}/announce")
    check_axe(page)
    shoot(page, f"announce-empty-{width}")
    page.get_by_role("link", name="Write the first one").click()
    check_axe(page)
    page.get_by_role("button", name="Save and look at it").click()
    expect(page.get_by_label("Subject")).to_have_attribute("aria-invalid", "true")
    page.get_by_label("Everybody").check()
    page.get_by_label("Subject").fill("Doors open at 8, {name}")
    page.get_by_label("Text").fill(TEXT)
    shoot(page, f"announce-form-{width}")
    page.get_by_role("button", name="Save and look at it").click()
    expect(page.locator(".fo-announce__body strong")).to_have_text(LONG)
    check_axe(page)
    shoot(page, f"announce-preview-{width}")
    page.get_by_role("button", name="Send me a test").click()
    expect(page.get_by_text("A test is on its way")).to_be_visible()
    page.get_by_role("button", name="Send", exact=True).click()
    check_axe(page)
    shoot(page, f"announce-ask-{width}", full_page=False)
    page.get_by_role("button", name="Send it").click()
    expect(page).to_have_url(re.compile("/jobs/"))
    expect(page.get_by_role("button", name="Pause")).to_be_visible()
    check_axe(page)
    shoot(page, f"announce-job-{width}")
    page.get_by_role("button", name="Pause").click()
    expect(page.get_by_role("button", name="Go on")).to_be_visible()
    page.goto(f"/o/e/{event.uuid}/announce")
    check_axe(page)
    shoot(page, f"announce-list-{width}")
    [sent] = Announcement.list_for_event(event.uuid, limit=2).items
    assert not sent.is_draft
