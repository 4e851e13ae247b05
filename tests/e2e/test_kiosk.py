"""A paired device in a browser: pairing, set-up, scanning, finding by name, its end."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect

from backend.kiosks import services
from backend.kiosks.models import Kiosk
from backend.kiosks.policies import KioskSettings
from backend.registrations import tickets
from backend.registrations.models import Registration
from backend.registrations.states import Admission
from backend.shared.actor import SYSTEM
from tests.e2e.desk_camera import give_camera, hold, result, take_away
from tests.e2e.kiosks import SCREEN, open_kiosk, scan_all, scan_together, type_in
from tests.factories.events import make_event
from tests.factories.registrations import make_registration

pytestmark = pytest.mark.browser
LONG = "Maximiliane Freifrau von Wolfeschlegelsteinhausenbergerdorff-Hohenlohe"


@pytest.fixture
def event(portal_url):
    started = datetime.now(UTC) - timedelta(hours=1)
    return make_event(title="PyCon Alpina 2027", starts_at=started, reentry=True)


@pytest.fixture
def guest(event):
    def registered(name: str, **values) -> Registration:
        email = f"{abs(hash(name))}@example.com"
        return make_registration(event_id=event.uuid, user_email=email, name=name, **values)

    return registered


@pytest.fixture
def kiosk(event, browser_page, portal_url):
    """``kiosk()``: the scanner of a paired device."""

    def opened(width: int = 1280, *, dark: bool = False, **values):
        return open_kiosk(browser_page(width, dark=dark), portal_url, event.uuid, **values)

    return opened


def stored(registration: Registration) -> Registration:
    return Registration.fetch(registration.shard, registration.guest)


def kiosks_of(event) -> list[Kiosk]:
    return Kiosk.list_for_event(event.uuid, limit=10).items


def test_device_is_paired_by_the_code_of_the_organisers_page(
    event, new_context, browser_page, sign_in_as, shoot
):
    office, door = new_context(), new_context()
    sign_in_as("organiser", event.uuid, of=office, name="Olga Organiser")
    page = browser_page(of=office)
    page.goto(f"/o/e/{event.uuid}/kiosks")
    page.get_by_role("link", name="Pair a kiosk").first.click()
    page.get_by_label("Name of the device").fill("North 1")
    page.get_by_label("Gate").fill("North foyer")
    page.get_by_role("button", name="Show the code").click()
    code = page.locator(".fo-pairing__code").text_content()
    shoot(page, "kiosk-code-1280")

    device = browser_page(390, of=door)
    give_camera(device)
    device.goto("/k/pair")
    device.get_by_label("Code").fill("7K3M-Q2XD")
    device.keyboard.press("Enter")
    expect(device.get_by_text("This code is not valid any more, or was mistyped.")).to_be_visible()
    expect(device.get_by_label("Code")).to_have_value("7K3M-Q2XD")
    device.get_by_label("Code").fill(code)
    device.get_by_role("button", name="Pair").click()
    device.wait_for_url("**/k/setup")

    expect(page.get_by_text("North 1 can scan now.")).to_be_visible()
    expect(device.locator("[data-check=camera]")).to_have_attribute("data-state", "good")
    device.get_by_role("button", name="Play the sound").click()
    for check in ("camera", "sound", "network", "clock", "storage"):
        expect(device.locator(f"[data-check={check}]")).to_have_attribute("data-state", "good")
    seen = device.evaluate("() => [document.cookie, ...Object.values(localStorage)]")
    assert seen == ["", "1"]  # no credential within reach of a script
    device.get_by_role("link", name="Start").click()
    expect(device.locator("h1")).to_contain_text("North foyer")
    page.get_by_role("link", name="To the kiosks").click()
    expect(page.locator("table")).to_contain_text("Online")


def test_setup_says_what_to_do_where_something_is_missing(kiosk, context):
    page = kiosk(camera="NotAllowedError")
    page.goto("/k/setup")
    expect(page.locator("[data-check=camera]")).to_contain_text("Blocked.")
    # The first answer must not come after the one without a network.
    expect(page.locator("[data-check=network]")).to_have_attribute("data-state", "good")
    context.set_offline(True)
    page.evaluate("() => document.querySelector('[data-again=network]').click()")
    expect(page.locator("[data-check=network] .is-shown")).to_contain_text("No answer.")
    context.set_offline(False)
    page.locator("[data-again=network]").click()
    expect(page.locator("[data-check=network]")).to_have_attribute("data-state", "good")

    page.evaluate("() => { window.camera.error = null; }")
    page.locator("[data-again=camera]").click()
    expect(page.locator("[data-check=camera]")).to_have_attribute("data-state", "good")


def test_setup_notices_a_wrong_clock(kiosk):
    page = kiosk()
    page.clock.set_fixed_time(datetime.now(UTC) + timedelta(minutes=30))
    page.goto("/k/setup")

    expect(page.locator("[data-check=clock] .is-shown")).to_contain_text("Wrong by 30 minutes.")


def test_ticket_before_the_camera_is_admitted_once_by_the_device(kiosk, guest, event):
    asa = guest("Åsa Ångström")
    page = kiosk()
    hold(page, tickets.issue(asa))

    expect(page.locator(f"{SCREEN} bdi")).to_have_text("Åsa Ångström")
    assert result(page) == "Admitted"
    assert stored(asa).admitted_by == f"KIOSK:{kiosks_of(event)[0].kiosk_id}"
    assert stored(asa).admitted_gate == "North foyer"


def test_express_device_goes_on_by_itself_but_not_past_a_guest_to_look_at(kiosk, guest):
    bo, eva = guest("Bo Li"), guest("Eva Roth", attention=True, note="Hearing loop, locker 12")
    page = kiosk(express=True)
    hold(page, tickets.issue(bo))
    page.locator(SCREEN).wait_for()
    page.locator(SCREEN).wait_for(state="detached")

    hold(page, tickets.issue(eva))

    expect(page.locator(f"{SCREEN} [data-alert]")).to_have_text(
        "Needs attention: ask the help desk."
    )
    page.wait_for_timeout(2000)
    assert result(page) == "Admitted"


def test_guest_is_found_by_the_start_of_the_name_and_let_in(kiosk, guest):
    asa = guest("Åsa Ångström")
    guest("Bo Li")
    page = kiosk()
    page.locator("#ticket").fill("asa")
    expect(page.locator("[data-found] li")).to_have_count(1)
    assert "@" not in page.locator("[data-found]").inner_html()

    page.get_by_role("button", name="Admit Åsa Ångström").click()

    expect(page.locator(f"{SCREEN} bdi")).to_have_text("Åsa Ångström")
    assert stored(asa).admission == Admission.IN
    page.keyboard.press("Escape")
    expect(page.locator("[data-found]")).to_be_hidden()
    page.locator("#ticket").fill("nobody")
    expect(page.locator("[data-found]")).to_contain_text("Nobody’s name starts with “nobody”.")


def test_code_without_a_digit_is_still_a_code(kiosk, event):
    odd = {"guest": "ABCDEFGHJKMNPQRS", "ticket_no": "0000000000000000"}
    for number in range(400):
        odd["ticket_no"] = f"{number:016x}"
        code = tickets.short_code(odd["guest"], odd["ticket_no"])
        if code[-1].isalpha():
            break
    make_registration(event_id=event.uuid, name="Cy Code", **odd)
    page = kiosk()

    type_in(page, code.replace("-", ""))

    expect(page.locator(f"{SCREEN} bdi")).to_have_text("Cy Code")


def test_code_that_fits_two_is_settled_by_a_tap_on_the_name(kiosk, event):
    shared = {"event_id": event.uuid, "ticket_no": "0123456789abcdef"}
    one = make_registration(name="Ann One", guest="0123456AAAAAAAAA", **shared)
    two = make_registration(name="Bea Two", guest="0123456BBBBBBBBB", **shared)
    page = kiosk()
    type_in(page, tickets.short_code(one.guest, one.ticket_no))
    expect(page.locator(f"{SCREEN} .fo-result__word")).to_have_text("Invalid")

    page.get_by_role("button", name="Admit Bea Two").click()

    expect(page.locator(f"{SCREEN} .fo-result__word")).to_have_text("Admitted")
    assert [stored(each).admission for each in (one, two)] == [Admission.EXPECTED, Admission.IN]


def test_looking_up_admits_nobody_until_one_says_so(kiosk, guest):
    bo = guest("Bo Li")
    page = kiosk()
    page.get_by_role("button", name="Look up").click()
    expect(page.locator("[data-camera]")).to_contain_text("nobody is admitted")
    hold(page, tickets.issue(bo))
    expect(page.locator(f"{SCREEN} .fo-result__word")).to_have_text("Looked up")
    expect(page.locator(f"{SCREEN} .fo-result__why")).to_have_text("Has a place and may come in.")
    assert stored(bo).admission == Admission.EXPECTED

    page.get_by_role("button", name="Admit Bo Li").click()

    expect(page.locator(f"{SCREEN} .fo-result__word")).to_have_text("Admitted")
    page.reload()
    expect(page.get_by_role("button", name="Let in")).to_have_attribute("aria-pressed", "true")


def test_guest_goes_out_and_comes_back(kiosk, guest):
    bo = guest("Bo Li")
    page = kiosk()
    code = tickets.issue(bo)
    assert scan_all(page, [code]) == ["ADMITTED"]
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Let out").click()
    page.wait_for_timeout(1600)  # the same code twice at once is a hand scanner's stutter

    assert scan_all(page, [code]) == ["LEFT"]
    assert stored(bo).admission == Admission.OUT
    page.keyboard.press("Escape")
    page.wait_for_timeout(1600)
    assert scan_all(page, [code]) == ["NOT_IN"]
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Let in").click()
    page.wait_for_timeout(1600)
    assert scan_all(page, [code]) == ["ADMITTED"]


def test_revoked_device_says_so_and_leads_to_pairing(kiosk, guest, event):
    bo = guest("Bo Li")
    page = kiosk()
    [device] = kiosks_of(event)
    services.revoke(
        event_id=event.uuid, kiosk_id=device.kiosk_id, actor=SYSTEM, now=datetime.now(UTC)
    )

    hold(page, tickets.issue(bo))

    expect(page.locator(f"{SCREEN} .fo-result__name")).to_have_text(
        "This device is not allowed here any more."
    )
    page.wait_for_url("**/k/pair?why=kiosk_revoked", timeout=30_000)
    expect(page.get_by_role("alert")).to_contain_text("This device was revoked")
    assert stored(bo).admission == Admission.EXPECTED


def test_signing_out_waits_until_every_scan_is_sent(kiosk, guest, context):
    bo = guest("Bo Li")
    page = kiosk()
    page.route("**/k/scans", lambda route: route.abort())
    type_in(page, tickets.issue(bo))
    expect(page.locator(f"{SCREEN} .fo-result__word")).to_have_text("Not sent yet")
    page.on("dialog", lambda dialog: dialog.accept())
    page.goto("/k/status")
    expect(page.locator("[data-waiting]")).to_have_text("1")
    expect(page.get_by_role("button", name="Sign this device out")).to_be_disabled()

    page.unroute("**/k/scans")
    page.get_by_role("link", name="Scan", exact=True).click()
    expect(page.locator(f"{SCREEN} .fo-result__word")).to_have_text("Admitted")
    page.goto("/k/status")
    page.get_by_role("button", name="Sign this device out").click()

    page.wait_for_url("**/k/pair")
    page.goto("/k/scan")
    page.wait_for_url("**/k/pair?why=not_paired")


def test_device_says_that_scans_of_its_last_event_wait(kiosk):
    page = kiosk()
    page.evaluate("() => { localStorage['foyer.scan.another-event.01K'] = '{}'; }")
    page.goto("/k/status")

    expect(page.locator("dd[data-stranded-part]")).to_contain_text("1, sent once the device is")
    expect(page.locator("[data-waiting]")).to_have_text("0")
    expect(page.get_by_role("button", name="Sign this device out")).to_be_enabled()


def test_change_of_gate_name_and_speed_reaches_the_device(kiosk, event):
    page = kiosk()
    [device] = kiosks_of(event)
    services.change_kiosk(
        event_id=event.uuid,
        kiosk_id=device.kiosk_id,
        settings=KioskSettings("South 7", "South gate", express=True),
        version=1,
        actor=SYSTEM,
        now=datetime.now(UTC),
    )

    expect(page.locator("h1")).to_contain_text("South gate", timeout=30_000)
    expect(page.locator("h1")).to_contain_text("South 7")
    expect(page.get_by_role("button", name="Express")).to_have_attribute("aria-pressed", "true")


def test_two_kiosks_at_once_admit_each_guest_once(
    event, guest, new_context, browser_page, portal_url
):
    codes = [tickets.issue(guest(f"Guest {number:02}")) for number in range(20)]
    north = open_kiosk(browser_page(of=new_context()), portal_url, event.uuid, name="North")
    south = open_kiosk(
        browser_page(of=new_context()), portal_url, event.uuid, name="South", gate="South"
    )

    answers = scan_together({north: codes, south: codes[10:] + codes[:10]})

    both = [pair.count("ADMITTED") for pair in zip(answers[north], answers[south], strict=True)]
    of_each = dict(zip(codes, answers[north], strict=True))
    of_each = {
        code: sorted([of_each[code], other])
        for code, other in zip(codes[10:] + codes[:10], answers[south], strict=True)
    }
    assert both == [2] * 10 + [0] * 10
    assert list(of_each.values()) == [["ADMITTED", "ALREADY_IN"]] * 20


def test_one_ticket_at_two_kiosks_in_the_same_moment_is_admitted_once(
    event, guest, new_context, browser_page, portal_url
):
    codes = [tickets.issue(guest(f"Guest {number:02}")) for number in range(12)]
    devices = [
        open_kiosk(browser_page(of=new_context()), portal_url, event.uuid, name=name)
        for name in ("North", "South")
    ]

    answers = scan_together(dict.fromkeys(devices, codes))

    pairs = zip(*answers.values(), strict=True)
    assert [sorted(pair) for pair in pairs] == [["ADMITTED", "ALREADY_IN"]] * 12


def test_search_page_works_without_scripts(new_context, browser_page, portal_url, event, guest):
    bo = guest("Bo Li")
    page = browser_page(of=new_context())
    open_kiosk(page, portal_url, event.uuid)
    plain = new_context(java_script_enabled=False)
    plain.add_cookies(page.context.cookies())
    page = browser_page(390, of=plain)
    page.goto("/k/search?q=bo%20l")
    page.get_by_role("button", name="Admit Bo Li").click()

    expect(page.locator(".fo-result__word")).to_have_text("Admitted")
    assert stored(bo).admission == Admission.IN


@pytest.mark.parametrize(("width", "dark"), [(1280, False), (390, True)])
def test_pages_of_a_device_are_accessible(kiosk, guest, check_axe, shoot, width, dark):
    page = kiosk(width, dark=dark)
    name = f"{width}-{'dark' if dark else 'light'}"
    guest(LONG, attention=True)
    page.locator("#ticket").fill("max")
    expect(page.locator("[data-found] li")).to_have_count(1)
    check_axe(page)
    shoot(page, f"kiosk-found-{name}")
    page.locator("[data-admit] button").first.click()
    page.locator(SCREEN).wait_for()
    check_axe(page)
    shoot(page, f"kiosk-admitted-{name}", full_page=False)
    page.keyboard.press("Escape")
    shoot(page, f"kiosk-scan-{name}")
    for address in ("setup", "status", "pair", "search?q=max", "search"):
        page.goto(f"/k/{address}")
        page.wait_for_timeout(400)
        check_axe(page)
        shoot(page, f"kiosk-{re.sub('[^a-z]', '', address)}-{name}")


@pytest.mark.parametrize("width", [1280, 390])
def test_targets_of_a_kiosk_are_64_pixels_high(kiosk, guest, width):
    page = kiosk(width)
    guest("Bo Li")
    page.locator("#ticket").fill("bo l")
    page.locator("[data-found] li").wait_for()
    take_away(page)
    measure = """() => [...document.querySelectorAll('button, a.fo-btn, select, input:not([type=hidden])')]
      .filter((one) => one.checkVisibility() && !one.closest('.fo-seg'))
      .map((one) => [one.textContent.trim() || one.id, Math.round(one.getBoundingClientRect().height)])
      .filter(([, height]) => height < 64)"""

    assert page.evaluate(measure) == []
