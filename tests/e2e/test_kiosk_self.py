"""A device that guests use themselves, in a browser: one ticket, one answer, and no way out."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Page, expect

from backend.kiosks import services
from backend.kiosks.kinds import KioskMode
from backend.kiosks.models import Kiosk
from backend.kiosks.policies import KioskSettings
from backend.registrations import tickets
from backend.registrations.models import Registration
from backend.registrations.states import Admission, RegistrationStatus
from backend.shared.actor import SYSTEM
from tests.e2e.desk_camera import hold, result, take_away
from tests.e2e.kiosks import SCREEN, open_kiosk, type_in
from tests.factories.events import make_event
from tests.factories.registrations import make_registration

pytestmark = pytest.mark.browser
LONG = "Maximiliane Freifrau von Wolfeschlegelsteinhausenbergerdorff-Hohenlohe"
WORD, WHY = f"{SCREEN} .fo-result__word", f"{SCREEN} .fo-result__why"


@pytest.fixture
def event(portal_url):
    started = datetime.now(UTC) - timedelta(hours=1)
    return make_event(title="PyCon Alpina 2027", starts_at=started)


@pytest.fixture
def guest(event):
    def registered(name: str, **values) -> Registration:
        email = f"{abs(hash(name))}@example.com"
        return make_registration(event_id=event.uuid, user_email=email, name=name, **values)

    return registered


@pytest.fixture
def kiosk(event, browser_page, portal_url):
    """``kiosk()``: the page of a self-service device."""

    def opened(width: int = 1280, *, dark: bool = False, **values):
        page = browser_page(width, dark=dark)
        settings = {"mode": KioskMode.SELF_SERVICE, "pin": "2468", "address": "/k/self"}
        return open_kiosk(page, portal_url, event.uuid, **settings | values)

    return opened


def stored(registration: Registration) -> Registration:
    return Registration.fetch(registration.shard, registration.guest)


def set_mode(event, mode: KioskMode) -> None:
    [kiosk] = Kiosk.list_for_event(event.uuid, limit=5).items
    services.change_kiosk(
        event_id=event.uuid,
        kiosk_id=kiosk.kiosk_id,
        settings=KioskSettings("Self 1", "North foyer", mode, pin="2468"),
        version=kiosk.version,
        actor=SYSTEM,
        now=datetime.now(UTC),
    )


def press(page: Page, pin: str) -> None:
    for digit in pin:
        page.get_by_role("button", name=digit, exact=True).click()
    page.get_by_role("button", name="Unlock").click()


def test_guest_is_welcomed_and_the_next_need_not_wait(kiosk, guest):
    ada, bo = guest("Ada Lovelace"), guest("Bo Li")
    page = kiosk()
    assert page.evaluate("() => window.camera.asked[0]") == "user"
    hold(page, tickets.issue(ada))
    expect(page.locator(f"{SCREEN} bdi")).to_have_text("Ada Lovelace")
    assert result(page) == "Welcome!"
    expect(page.locator("[data-seconds]").last).to_have_text(re.compile(r"^1\d$"))

    hold(page, tickets.issue(bo))
    expect(page.locator(f"{SCREEN} bdi")).to_have_text("Bo Li")
    page.get_by_role("link", name="Done").click()

    expect(page.locator(SCREEN)).to_have_count(0)
    assert [stored(each).admission for each in (ada, bo)] == [Admission.IN] * 2


def test_used_ticket_is_told_once_and_names_nobody(kiosk, guest):
    ada = guest("Ada Lovelace", admission=Admission.IN, admitted_gate="Backstage")
    page = kiosk()
    hold(page, tickets.issue(ada))

    expect(page.locator(WORD)).to_have_text("Already used")
    expect(page.locator(WHY)).to_contain_text("Please see the desk")
    shown = page.locator("body").inner_text()
    assert [word for word in ("Ada", "Backstage", "Undo") if word in shown] == []
    page.get_by_role("link", name="Done").click()
    page.wait_for_timeout(1000)
    expect(page.locator(SCREEN)).to_have_count(0)  # the same ticket in view is no second scan


def test_wrong_ticket_and_typed_nonsense_say_what_to_do(kiosk, guest):
    other = make_registration(event_id=make_event(title="Secret gala").uuid, name="Cy")
    waiting = guest("Wanda", status=RegistrationStatus.WAITLISTED)
    page = kiosk()
    for ticket, word in (
        (tickets.issue(other), "Another event"),
        (tickets.issue(waiting), "Please see the desk"),
        ("nonsense", "Please try again"),
    ):
        type_in(page, ticket)  # a hand scanner, wherever the focus is
        expect(page.locator(WORD)).to_have_text(word)
    assert [
        word for word in ("gala", "Cy", "Wanda", "list") if word in page.inner_text("body")
    ] == []


def test_typed_code_checks_in_and_an_empty_field_says_so(kiosk, guest):
    ada = guest("Ada Lovelace")
    page = kiosk(camera="NotAllowedError")
    expect(page.get_by_text("The camera is off")).to_be_visible()
    page.get_by_role("button", name="Check in").click()
    expect(page.get_by_role("alert")).to_have_text("Type the eight characters under the QR code.")

    page.get_by_label("Ticket code").fill(tickets.short_code(ada.guest, ada.ticket_no).lower())
    page.get_by_role("button", name="Check in").click()

    expect(page.locator(f"{SCREEN} bdi")).to_have_text("Ada Lovelace")
    assert stored(ada).admission == Admission.IN


def test_page_starts_over_by_itself_after_twenty_seconds(kiosk, guest):
    page = kiosk()
    page.clock.install()
    page.goto("/k/self")
    page.clock.run_for(1000)
    type_in(page, tickets.issue(guest("Ada Lovelace")))
    page.locator(SCREEN).wait_for()
    page.clock.run_for(19_000)
    expect(page.locator(f"{SCREEN} bdi")).to_have_text("Ada Lovelace")
    page.clock.run_for(1500)
    expect(page.locator(SCREEN)).to_have_count(0)

    page.get_by_label("Ticket code").fill("7K3M")
    page.clock.run_for(20_500)
    expect(page.get_by_label("Ticket code")).to_have_value("")
    assert "Ada" not in page.locator("body").inner_html()
    assert page.evaluate("() => [...Object.values(sessionStorage)]") == []


def test_without_a_connection_the_desk_helps_and_nothing_is_kept(kiosk, guest, context):
    ada = guest("Ada Lovelace")
    page = kiosk()
    context.set_offline(True)
    expect(page.get_by_text("No connection just now.")).to_be_visible()

    hold(page, tickets.issue(ada))

    expect(page.locator(WHY)).to_have_text("We cannot check tickets just now. The desk can.")
    take_away(page)
    context.set_offline(False)
    expect(page.get_by_text("No connection just now.")).to_be_hidden()
    kept = "() => Object.keys(localStorage).filter((key) => key.startsWith('foyer.scan.'))"
    assert (page.evaluate(kept), stored(ada).admission) == ([], Admission.EXPECTED)


def test_lost_answer_is_asked_for_again_and_is_still_a_welcome(kiosk, guest):
    page, answers = kiosk(), []

    def lose_the_first(route):
        answers.append(route.fetch())
        if len(answers) == 1:
            route.abort()
        else:
            route.fulfill(response=answers[-1])

    page.route("**/k/self/scans", lose_the_first)
    hold(page, tickets.issue(guest("Ada Lovelace")))

    expect(page.locator(WORD)).to_have_text("Welcome!")
    assert len(answers) == 2


def test_wrong_pin_stays_outside_and_the_right_one_gives_the_device_to_the_crew(kiosk, guest):
    guest("Ada Lovelace")
    page = kiosk()
    page.get_by_role("link", name="For the crew, with a PIN").click()
    press(page, "1357")
    expect(page.locator(".fo-error")).to_have_text("This is not the PIN.")
    page.get_by_role("button", name="1", exact=True).click()
    page.get_by_role("button", name="Clear").click()
    expect(page.get_by_label("PIN", exact=True)).to_have_value("")
    page.get_by_role("link", name="Back to checking in").click()
    page.wait_for_url("**/k/self")

    page.get_by_role("link", name="For the crew, with a PIN").click()
    press(page, "2468")
    page.wait_for_url("**/k/status")
    page.get_by_role("link", name="Scan", exact=True).click()
    page.locator("#ticket").fill("ada")
    expect(page.locator("[data-found] li")).to_have_count(1)

    page.get_by_role("link", name="Back to self-service").click()
    page.wait_for_url("**/k/self")
    page.goto("/k/scan")
    page.wait_for_url("**/k/self")


@pytest.mark.parametrize("address", ["/k", "/k/scan", "/k/search?q=ada", "/k/setup", "/k/status"])
def test_no_address_leads_out(kiosk, guest, address):
    guest("Ada Lovelace")
    page = kiosk()
    page.goto(address)

    page.wait_for_url("**/k/self")
    page.go_back()
    page.wait_for_url("**/k/self")
    assert "Ada" not in page.locator("body").inner_text()


def test_another_mode_moves_the_page_by_itself(kiosk, event):
    page = kiosk()
    set_mode(event, KioskMode.STAFFED)
    page.evaluate("() => { dispatchEvent(new Event('online')); }")
    page.wait_for_url("**/k/scan", timeout=30_000)
    page.locator("[data-camera-state=running]").wait_for()

    set_mode(event, KioskMode.SELF_SERVICE)
    page.wait_for_url("**/k/self", timeout=30_000)
    expect(page.locator("h1")).to_have_text("Welcome. Check yourself in.")


def test_scan_of_the_crew_waits_while_guests_have_the_device(kiosk, guest, event):
    ada = guest("Ada Lovelace")
    page = kiosk(mode=KioskMode.STAFFED, address="/k/scan")
    set_mode(event, KioskMode.SELF_SERVICE)
    type_in(page, tickets.issue(ada))
    page.wait_for_url("**/k/self")
    expect(page.locator("h1")).to_be_visible()
    assert stored(ada).admission == Admission.EXPECTED

    set_mode(event, KioskMode.STAFFED)
    page.evaluate("() => { dispatchEvent(new Event('online')); }")
    page.wait_for_url("**/k/scan")

    expect(page.locator(f"{SCREEN} bdi")).to_have_text("Ada Lovelace")
    assert stored(ada).admission == Admission.IN


def test_organiser_chooses_self_service_and_its_pin(event, browser_page, sign_in_as, shoot):
    sign_in_as("organiser", event.uuid)
    page = browser_page(390)
    page.goto(f"/o/e/{event.uuid}/kiosks/new")
    expect(page.get_by_label("PIN of the crew")).to_be_hidden()
    page.get_by_label("Name of the device").fill("Self 1")
    page.get_by_label("Gate", exact=True).fill("North foyer")
    page.get_by_label("Self-service").check()
    expect(page.get_by_label("Confirm each")).to_be_hidden()
    page.get_by_role("button", name="Show the code").click()
    expect(page.locator(".fo-error")).to_contain_text("Self-service needs a PIN")
    shoot(page, "kiosk-mode-390-light")
    page.get_by_label("PIN of the crew").fill("2468")
    page.get_by_role("button", name="Show the code").click()
    page.locator(".fo-pairing__code").wait_for()

    page.goto(f"/o/e/{event.uuid}/kiosks")
    expect(page.locator("table")).to_contain_text("self-service")
    shoot(page, "kiosk-modes-390-light")


@pytest.mark.parametrize(("width", "dark"), [(1280, False), (390, True)])
def test_pages_are_accessible(kiosk, guest, check_axe, shoot, width, dark):
    page = kiosk(width, dark=dark)
    name = f"{width}-{'dark' if dark else 'light'}"
    check_axe(page)
    shoot(page, f"self-{name}")
    for ticket, shown in (
        (tickets.issue(guest(LONG)), "welcome"),
        (tickets.issue(guest("Eva Roth", attention=True)), "attention"),
        (tickets.issue(guest("Wanda", status=RegistrationStatus.WAITLISTED)), "desk"),
        ("nonsense", "again"),
    ):
        type_in(page, ticket)
        page.locator(SCREEN).wait_for()
        check_axe(page)
        shoot(page, f"self-{shown}-{name}", full_page=False)
        page.keyboard.press("Escape")
    page.goto("/k/unlock")
    press(page, "1357")
    page.locator(".fo-error").wait_for()
    check_axe(page)
    shoot(page, f"self-unlock-{name}")
    press(page, "2468")
    page.wait_for_url("**/k/status")
    for address in ("status", "scan"):
        page.goto(f"/k/{address}")
        check_axe(page)
        shoot(page, f"self-{address}-{name}")


@pytest.mark.parametrize("width", [1280, 390])
def test_targets_are_64_pixels_high(kiosk, width):
    page = kiosk(width, camera="NotAllowedError")
    measure = """() => [...document.querySelectorAll('button, a.fo-btn, select, input:not([type=hidden])')]
      .filter((one) => one.checkVisibility())
      .map((one) => [one.textContent.trim() || one.id, Math.round(one.getBoundingClientRect().height)])
      .filter(([, height]) => height < 64)"""
    small = page.evaluate(measure)
    page.goto("/k/unlock")

    assert small + page.evaluate(measure) == []
