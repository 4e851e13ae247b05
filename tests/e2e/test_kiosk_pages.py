"""The organiser's pages of the door in a browser: kiosks with nothing and with something, and the log."""

from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect
from ulid import ULID

from backend.checkin.kinds import ScanResult
from backend.checkin.models import Scan, scan_shard
from backend.kiosks import services
from backend.shared.actor import SYSTEM
from tests.factories.events import make_event
from tests.factories.kiosks import make_kiosk
from tests.factories.registrations import make_registration

pytestmark = pytest.mark.browser
LONG = "Maximiliane Freifrau von Wolfeschlegelsteinhausenbergerdorff-Hohenlohe"


@pytest.fixture
def event(portal_url):
    started = datetime.now(UTC) - timedelta(hours=1)
    return make_event(title="PyCon Alpina 2027", starts_at=started)


def fill(event) -> None:
    now = datetime.now(UTC)
    for number, name in enumerate(["North 1", "North 2", "Anna’s phone", "South " + "x" * 50]):
        kiosk = make_kiosk(event_id=event.uuid, name=name, gate="North foyer of the old town hall")
        seen = now - timedelta(minutes=number * 7)
        services.heartbeat(
            kiosk=kiosk, waiting_scans=number * 7 // 3, app_version="abc123", now=seen
        )
    services.revoke(event_id=event.uuid, kiosk_id=kiosk.kiosk_id, actor=SYSTEM, now=now)
    guest = make_registration(event_id=event.uuid, name=LONG)
    for number, result in enumerate(ScanResult):
        at = now - timedelta(seconds=number * 40)
        scan_id = str(ULID.from_datetime(at))
        Scan(
            event_shard=scan_shard(event.uuid, scan_id, shards=event.shards),
            scan_id=scan_id,
            event_id=event.uuid,
            result=result,
            at=at,
            gate="North foyer of the old town hall",
            guest=guest.guest if number % 3 else None,
            guest_shard=guest.shard if number % 3 else None,
            scanned_by=services.actor_of(kiosk).label,
        ).append()


@pytest.mark.parametrize(("width", "dark"), [(1280, False), (390, True)])
def test_pages_are_accessible_empty_and_full(
    event, browser_page, sign_in_as, check_axe, shoot, width, dark
):
    sign_in_as("organiser", event.uuid, name="Olga Organiser")
    page = browser_page(width, dark=dark)
    for what in ("kiosks", "scans", "kiosks/new"):
        page.goto(f"/o/e/{event.uuid}/{what}")
        check_axe(page)
        shoot(page, f"empty-{what.replace('/', '-')}-{width}")
    fill(event)
    for what in ("kiosks", "scans"):
        page.goto(f"/o/e/{event.uuid}/{what}")
        check_axe(page)
        shoot(page, f"{what}-{width}")
    page.goto(f"/o/e/{event.uuid}/kiosks")
    page.get_by_role("link", name="North 1", exact=True).click()
    check_axe(page)
    shoot(page, f"kiosk-edit-{width}")
    page.get_by_role("button", name="Pair again").click()
    page.get_by_role("button", name="Show a new code").click()
    page.locator(".fo-pairing__code").wait_for()
    check_axe(page)
    shoot(page, f"kiosk-code-{width}")


def test_revoking_asks_first_and_the_list_follows(event, browser_page, sign_in_as):
    make_kiosk(event_id=event.uuid, name="North 1")
    sign_in_as("organiser", event.uuid)
    page = browser_page(1280)
    page.goto(f"/o/e/{event.uuid}/kiosks")
    page.get_by_role("link", name="North 1").click()
    page.get_by_role("button", name="Revoke").click()
    page.get_by_role("button", name="Keep it").click()
    page.get_by_role("button", name="Revoke").click()
    page.locator("dialog[open] button[type=submit]").click()

    expect(page.get_by_text("No kiosk yet")).to_be_visible()
    expect(page.locator("summary", has_text="1 revoked")).to_be_visible()


def test_list_asks_again_by_itself_and_keeps_the_focus(event, browser_page, sign_in_as):
    make_kiosk(event_id=event.uuid, name="North 1")
    sign_in_as("organiser", event.uuid)
    page = browser_page(1280)
    page.goto(f"/o/e/{event.uuid}/kiosks")
    page.get_by_role("link", name="North 1").focus()
    make_kiosk(event_id=event.uuid, name="South 1")

    expect(page.get_by_role("link", name="South 1")).to_be_visible(timeout=25_000)

    expect(page.get_by_role("link", name="North 1")).to_be_focused()


def test_log_is_narrowed_by_what_is_chosen(event, browser_page, sign_in_as):
    fill(event)
    sign_in_as("desk", event.uuid)
    page = browser_page(1280)
    page.goto(f"/o/e/{event.uuid}/scans")
    page.get_by_label("Result").select_option("Revoked")
    page.get_by_role("button", name="Narrow").click()

    expect(page.locator("tbody tr")).to_have_count(1)
    page.get_by_role("link", name="Show all").click()
    expect(page.locator("tbody tr")).to_have_count(len(ScanResult))
