"""The team in two browsers: the owner invites, the volunteer answers and starts to work."""

from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect

from backend.team.roles import Role
from tests.factories.events import make_event
from tests.factories.team import make_invitation, make_member

pytestmark = pytest.mark.browser
LONG = "Maximiliane Freifrau von Wolfeschlegelsteinhausenbergerdorff-Hohenlohe"


@pytest.fixture
def event():
    start = datetime.now(UTC) + timedelta(days=9)
    return make_event(title="PyCon Graz", starts_at=start, ends_at=start + timedelta(hours=8))


def test_a_volunteer_is_invited_joins_and_leaves(
    event, browser_page, sign_in_as, new_context, check_axe
):
    sign_in_as("owner", event.uuid, name="Olga Owner")
    other = new_context()
    dora = sign_in_as("stranger", of=other, name="Dora Desk")
    page = browser_page(1280)
    page.goto(f"/o/e/{event.uuid}/team")
    check_axe(page)

    page.get_by_label("E-mail").fill("nonsense")
    page.get_by_role("button", name="Send invitation").click()
    expect(page.get_by_text("This is no e-mail address")).to_be_visible()
    page.get_by_label("E-mail").fill(dora.email)
    page.get_by_role("button", name="Send invitation").click()
    expect(page.get_by_role("status")).to_contain_text(f"{dora.email} is invited.")

    hers = browser_page(390, of=other)
    hers.goto("/o/events")
    hers.get_by_role("link", name="Answer").click()
    check_axe(hers)
    hers.get_by_role("button", name="Join the team").click()
    expect(hers.get_by_role("status")).to_contain_text("Your role: Desk.")

    page.reload()
    expect(page.get_by_role("list").get_by_text("Dora Desk", exact=True)).to_be_visible()
    page.get_by_role("button", name="Remove Dora Desk").click()
    page.get_by_role("dialog").get_by_role("button", name="Remove").click()
    expect(page.get_by_role("status")).to_contain_text("Removed from the team.")
    expect(page.get_by_role("list").get_by_text("Dora Desk", exact=True)).to_have_count(0)


@pytest.mark.parametrize(("width", "dark"), [(1280, False), (390, True)])
def test_the_page_holds_long_names_and_many(
    event, browser_page, sign_in_as, check_axe, shoot, width, dark
):
    sign_in_as("owner", event.uuid, name=LONG)
    for number, role in enumerate([Role.ORGANISER, Role.DESK, Role.DESK, Role.FLOOR]):
        make_member(event_id=event.uuid, member=f"user-{number}", name=LONG[number:], role=role)
    make_invitation(event_id=event.uuid, email=f"{LONG.lower().replace(' ', '.')}@example.org")
    now = datetime.now(UTC)
    make_invitation(
        event_id=event.uuid, email="ida@example.org", expires_at=now + timedelta(days=3)
    )
    page = browser_page(width, dark=dark)

    page.goto(f"/o/e/{event.uuid}/team")

    assert page.evaluate("document.documentElement.scrollWidth") <= width
    check_axe(page)
    shoot(page, f"team-{width}-{'dark' if dark else 'light'}")


def test_the_invitation_is_looked_at_on_a_phone(event, browser_page, sign_in_as, shoot, check_axe):
    ina = sign_in_as("stranger", name="Ina")
    now = datetime.now(UTC)
    make_invitation(
        event_id=event.uuid, email=ina.email, expires_at=now + timedelta(days=3), role=Role.FLOOR
    )
    page = browser_page(390)

    page.goto(f"/o/e/{event.uuid}/join")

    check_axe(page)
    shoot(page, "team-join-390-light")
    page.goto("/o/events")
    shoot(page, "team-invited-390-light")
