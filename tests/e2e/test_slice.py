"""The main job in a browser, on a stage whose streams run: publish, register, scan, count."""

import re
import uuid
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect

from backend.registrations import tickets
from backend.registrations.models import Registration
from backend.shared.actor import Actor
from backend.team.roles import Role
from foyer_client.api.registrations import register
from foyer_client.models import RegistrationInput, RegistrationStatus, TicketAnswer
from tests.e2e.desk_camera import give_camera, hold, result
from tests.factories.team import make_member
from tests.support.api import Pool
from tests.support.typed_client import caller, got

pytestmark = pytest.mark.browser


def local(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M")


def test_an_event_from_its_first_draft_to_its_first_arrivals(
    stage, portal_url, new_context, browser_page, sign_in_as, shoot
):
    office, door = new_context(), new_context()
    sign_in_as("organiser-to-be", of=office, name="Olga Organiser")
    page = browser_page(1280, of=office)
    title = f"Harbour Day {uuid.uuid4().hex[:6]}"
    now = datetime.now(UTC)
    page.goto("/o/events/new")
    page.get_by_label("Title").fill(title)
    page.get_by_label("Time zone").fill("UTC")
    page.get_by_label("Starts").fill(local(now - timedelta(hours=1)))
    page.get_by_label("Ends").fill(local(now + timedelta(hours=5)))
    page.get_by_label("Capacity").fill("50")
    page.get_by_role("button", name=re.compile("Save")).first.click()
    page.wait_for_url(re.compile(r"/o/e/[0-9a-f-]{36}"))
    [event_id] = re.findall(r"/o/e/([0-9a-f-]{36})", page.url)
    page.goto(f"/o/e/{event_id}")
    page.get_by_role("button", name="Publish").first.click()
    page.locator("dialog[open] button[type=submit]").click()
    expect(page.get_by_text("Published").first).to_be_visible()

    through_api = caller(stage["APIEndpoint"], Pool().make("Grace Guest"))
    place = register.sync(event_id, client=through_api, body=RegistrationInput())
    assert got(TicketAnswer, place).status is RegistrationStatus.CONFIRMED
    at_home = new_context()
    sign_in_as("guest", of=at_home, name="Åsa Ångström")
    guest_page = browser_page(390, of=at_home)
    guest_page.goto(f"/e/{event_id}")
    guest_page.locator("a:visible", has_text=re.compile("^Register$")).first.click()
    guest_page.get_by_role("button", name="Take my place").click()
    expect(guest_page.locator(".fo-ticket__qr svg")).to_be_visible()

    volunteer: Actor = sign_in_as("volunteer", of=door, name="Dana Desk")
    make_member(event_id=event_id, member=volunteer.user_id, name="Dana Desk", role=Role.DESK)
    desk = browser_page(1280, of=door)
    give_camera(desk)
    desk.add_init_script(f"localStorage['foyer.desk.gate.{event_id}'] = 'North'")
    desk.goto(f"/o/e/{event_id}/desk")
    desk.locator("[data-camera-state=running]").wait_for()
    registered = list(Registration.query(f"{event_id}#R0"))
    assert len(registered) == 2
    for registration in registered:
        hold(desk, tickets.issue(registration))
        expect(desk.locator(".fo-desk__screen")).to_contain_text(registration.name)
        assert result(desk) == "Admitted"
        desk.get_by_role("link", name="Next scan").click()

    # The page that was left open counts by itself.
    expect(page.locator("#numbers")).to_contain_text(
        re.compile(r"2\s+of 2 confirmed"), timeout=60_000
    )
    shoot(page, "slice-overview-1280")
