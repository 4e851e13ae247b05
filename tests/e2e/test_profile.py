"""Choosing what one is told, in a browser."""

import re

import pytest
from playwright.sync_api import expect

from backend.notifications import choices
from backend.notifications.kinds import NotificationKind

pytestmark = pytest.mark.browser
K = NotificationKind
LONG = "Maximiliane Freifrau von Wolfeschlegelsteinhausenbergerdorff-Hohenlohe"


@pytest.mark.parametrize(("width", "dark"), [(1280, False), (390, True)])
def test_a_guest_chooses_by_kind_and_channel(
    browser_page, sign_in_as, check_axe, shoot, width, dark
):
    guest = sign_in_as("guest", name=LONG)
    page = browser_page(width, dark=dark)
    page.goto("/me/profile")
    check_axe(page)
    page.get_by_label("Announcements by e-mail").uncheck()
    page.get_by_label("Sessions by SMS").check()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Text messages need a number to go to.")).to_be_visible()
    expect(page.get_by_label("Announcements by e-mail")).not_to_be_checked()
    check_axe(page)
    shoot(page, f"profile-refused-{width}")
    page.get_by_label("Phone").fill("0049 151 23456789")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved.")).to_be_visible()
    check_axe(page)
    shoot(page, f"profile-{width}")
    kept = choices.fetch_choices(actor=guest)
    assert (kept.phone, kept.off, kept.by_sms) == (
        "+4915123456789",
        {K.ANNOUNCEMENT},
        {K.SESSION},
    )


@pytest.mark.parametrize(("width", "dark"), [(1280, True), (390, False)])
def test_a_link_switches_off_without_signing_in(browser_page, check_axe, shoot, width, dark):
    url = choices.link_to(choices.contact_id_of(f"{width}@example.org"), K.SESSION)
    page = browser_page(width, dark=dark)
    page.goto(f"/unsubscribe/{url.rpartition('/')[2]}")
    check_axe(page)
    shoot(page, f"unsubscribe-{width}")
    page.get_by_role("button", name="Switch off", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(re.compile("is switched off"))
    page.get_by_role("button", name="Switch everything off but tickets").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(re.compile("Only tickets"))
    check_axe(page)
    shoot(page, f"unsubscribed-{width}")
    page.get_by_role("button", name="Switch on again").click()
    expect(page.get_by_role("button", name="Switch off", exact=True)).to_be_visible()
