"""The desk in a browser: camera, typing, hand scanner, every answer."""

import re

import pytest
from playwright.sync_api import expect

from backend.registrations import tickets
from backend.registrations.states import Admission, RegistrationStatus
from tests.e2e.desk.seen import SCREEN, rows, stored
from tests.e2e.desk_camera import give_camera, hold, result, take_away
from tests.factories.events import make_event
from tests.factories.registrations import make_registration

pytestmark = pytest.mark.browser


def test_tickets_held_before_the_camera_are_each_admitted_once(desk, guest):
    asa, li = guest("Åsa Ångström"), guest("李小龍")
    page = desk()

    for registration in (asa, li):
        hold(page, tickets.issue(registration))
        expect(page.locator(f"{SCREEN} bdi")).to_have_text(registration.name)
        assert result(page) == "Admitted"
        page.get_by_role("link", name="Next scan").click()
        take_away(page)

    assert rows(page) == [("李小龍", "Admitted"), ("Åsa Ångström", "Admitted")]
    assert [stored(one).admission for one in (asa, li)] == [Admission.IN, Admission.IN]
    assert stored(asa).admitted_gate == "North foyer"


def test_code_left_in_view_is_one_scan_and_a_new_one_when_it_comes_back(desk, guest):
    page, code = desk(), tickets.issue(guest("Åsa Ångström"))
    hold(page, code)
    expect(page.locator(f"{SCREEN} .fo-result__word")).to_have_text("Admitted")
    page.keyboard.press("Escape")
    page.wait_for_timeout(1500)
    assert rows(page) == [("Åsa Ångström", "Admitted")]

    take_away(page)
    page.wait_for_timeout(3500)
    hold(page, code)

    expect(page.locator(f"{SCREEN} .fo-result__word")).to_have_text("Already in")
    expect(page.locator(f"{SCREEN} .fo-result__why")).to_have_text(
        re.compile(r"Since \d\d:\d\d CES?T, North foyer\. .+")
    )


def test_bad_code_does_not_stop_the_scanner(desk, guest):
    page, bo = desk(), guest("Bo Li")
    hold(page, "https://example.com/a-menu-card")
    expect(page.locator(f"{SCREEN} .fo-result__word")).to_have_text("Invalid")
    page.get_by_role("button", name="Type the code").click()
    expect(page.locator("#ticket")).to_be_focused()

    hold(page, tickets.issue(bo))

    expect(page.locator(f"{SCREEN} bdi")).to_have_text("Bo Li")


def test_express_goes_on_by_itself_after_an_admission_only(desk, guest):
    page, code = desk(), tickets.issue(guest("Bo Li"))
    page.get_by_role("button", name="Express").click()
    hold(page, code)
    page.locator(SCREEN).wait_for()
    page.locator(SCREEN).wait_for(state="detached")
    hold(page, "nothing of ours")
    page.locator(SCREEN).wait_for()
    page.wait_for_timeout(2000)

    assert result(page) == "Invalid"


def test_typed_code_admits_however_it_is_spelled(desk, guest):
    bo = guest("Bo Li")
    page = desk()
    page.locator("#ticket").fill(
        tickets.short_code(bo.guest, bo.ticket_no).lower().replace("-", " ")
    )

    page.keyboard.press("Enter")

    expect(page.locator(f"{SCREEN} .fo-result__word")).to_have_text("Admitted")
    assert stored(bo).admission == Admission.IN


def test_enter_pressed_twice_is_one_scan_and_leaves_its_answer_open(desk, guest):
    bo = guest("Bo Li")
    page = desk()
    page.locator("#ticket").fill(tickets.short_code(bo.guest, bo.ticket_no))
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    page.locator(SCREEN).wait_for()
    page.keyboard.press("Enter")

    assert result(page) == "Admitted"
    page.wait_for_timeout(400)
    page.keyboard.press("Enter")
    page.locator(SCREEN).wait_for(state="detached")
    assert rows(page) == [("Bo Li", "Admitted")]


def test_hand_scanner_works_without_touching_the_page(desk, guest):
    page = desk()
    for name in ("Bo Li", "Åsa Ångström"):  # the second while the first answer is open
        page.keyboard.type(tickets.issue(guest(name)))
        page.keyboard.press("Enter")
        expect(page.locator(f"{SCREEN} bdi")).to_have_text(name)

    assert result(page) == "Admitted"


def test_blocked_camera_is_explained_and_typing_still_works(desk, guest):
    bo = guest("Bo Li")
    page = desk(error="NotAllowedError")
    expect(page.locator("[data-still]")).to_contain_text("The camera is blocked")

    page.keyboard.type(tickets.short_code(bo.guest, bo.ticket_no))
    page.keyboard.press("Enter")

    expect(page.locator(f"{SCREEN} bdi")).to_have_text("Bo Li")
    page.keyboard.press("Escape")
    page.evaluate("() => { window.camera.error = null; }")
    page.get_by_role("button", name="Try again").click()
    page.locator("[data-camera-state=running]").wait_for()


def test_rear_camera_comes_first_and_pause_turns_it_off(desk):
    page = desk()
    assert page.evaluate("() => window.camera.asked") == ["environment"]

    page.get_by_role("button", name="Pause").click()

    expect(page.get_by_role("button", name="Go on scanning")).to_be_focused()
    assert page.evaluate("() => document.querySelector('video').srcObject") is None


def test_flip_asks_for_the_next_camera_and_mute_and_speed_are_kept(desk):
    page = desk()
    page.get_by_role("button", name="Flip").click()
    page.wait_for_function("() => window.camera.asked.length === 2")
    assert page.evaluate("() => window.camera.asked[1]") == "rear"
    page.locator("[data-camera-state=running]").wait_for()

    page.get_by_role("button", name="Mute sounds").click()
    page.get_by_role("button", name="Express").click()
    page.reload()

    pressed = page.locator("header [aria-pressed=true]")
    expect(pressed).to_have_text(["Express", ""])


def test_two_desks_at_once_admit_one_guest_once(
    desk, guest, event, new_context, browser_page, sign_in_as
):
    code = tickets.issue(guest("Bo Li"))
    here, elsewhere = desk(), new_context()
    sign_in_as("desk", event.uuid, of=elsewhere)
    there = browser_page(of=elsewhere)
    give_camera(there)
    there.add_init_script(f"localStorage['foyer.desk.gate.{event.uuid}'] = 'South'")
    there.goto(f"/o/e/{event.uuid}/desk")
    for page in (here, there):
        page.locator("#ticket").fill(code)
        page.evaluate("() => document.querySelector('[data-typed]').requestSubmit()")

    words = {result(here), result(there)}
    assert words == {"Admitted", "Already in"}


def test_first_visit_asks_where_the_desk_is_and_keeps_the_answer(desk):
    page = desk(gate="")
    page.get_by_label("Gate", exact=True).fill("South gate")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_contain_text("South gate")
    page.locator("[data-camera-state=running]").wait_for()

    page.evaluate("() => localStorage.clear()")  # the session knows it too
    page.reload()

    expect(page.locator("h1")).to_contain_text("South gate")


def test_page_without_scripts_admits_a_typed_code(
    new_context, browser_page, sign_in_as, event, guest
):
    bo = guest("Bo Li")
    plain = new_context(java_script_enabled=False)
    sign_in_as("desk", event.uuid, of=plain)
    page = browser_page(of=plain)
    page.goto(f"/o/e/{event.uuid}/desk")
    page.locator("#plain-gate").fill("East")
    page.locator("#ticket").fill(tickets.short_code(bo.guest, bo.ticket_no))
    page.keyboard.press("Enter")

    expect(page.locator(".fo-result__word")).to_have_text("Admitted")
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("[data-toast]")).to_contain_text("Bo Li is expected again")


@pytest.mark.parametrize(("width", "dark"), [(1280, False), (390, True)])
def test_desk_is_accessible(desk, guest, check_axe, width, dark):
    page = desk(width, dark=dark)
    long = "Maximiliane Freifrau von Wolfeschlegelsteinhausenbergerdorff-Hohenlohe"
    hold(page, tickets.issue(guest(long)))
    page.locator(SCREEN).wait_for()
    check_axe(page)
    page.keyboard.press("Escape")

    check_axe(page)


RESULTS = {
    "ADMITTED": ("Admitted", "ok"),
    "ALREADY_IN": ("Already in", "warn"),
    "WAITLISTED": ("Waiting list", "warn"),
    "CANCELED": ("Canceled", "bad"),
    "WRONG_EVENT": ("Wrong event", "bad"),
    "INVALID": ("Invalid", "bad"),
    "REVOKED": ("Revoked", "bad"),
    "NOT_IN": ("Not in", "warn"),
    "LEFT": ("Left", "ok"),
}


def test_every_answer_has_its_colour_word_icon_and_sound(
    event, guest, desk, browser_page, check_axe, shoot
):
    event.reentry = True
    event.save()
    page = desk(390, dark=True)
    page.evaluate(
        "() => { window.heard = []; const start = OscillatorNode.prototype.start;"
        " OscillatorNode.prototype.start = function (at) {"
        "   window.heard.push(this.frequency.value); return start.call(this, at); }; }"
    )
    old = guest("Rea Revoked", attention=True, note="Hearing loop, locker 12")
    shown = {
        "REVOKED": tickets.issue(old),
        "ADMITTED": tickets.issue(guest("Bo Li", note="Speaker, VIP entrance", attention=True)),
        "WAITLISTED": tickets.issue(guest("Wu Wait", status=RegistrationStatus.WAITLISTED)),
        "CANCELED": tickets.issue(guest("Cay Gone", status=RegistrationStatus.CANCELED)),
        "WRONG_EVENT": tickets.issue(make_registration(event_id=make_event().uuid)),
        "INVALID": "https://example.com/menu",
        "NOT_IN": tickets.issue(guest("Nia Not")),
    }
    shown["LEFT"] = shown["ALREADY_IN"] = shown["ADMITTED"]
    old.ticket_no = tickets.new_ticket_no()
    old.save()
    seen, heard = {}, {}
    for result_code in ("REVOKED", "ADMITTED", "ALREADY_IN", "WAITLISTED", "CANCELED",
                        "WRONG_EVENT", "INVALID", "NOT_IN", "LEFT"):  # fmt: skip
        if result_code == "NOT_IN":
            page.get_by_role("button", name="Let out").click()
        page.evaluate("() => { window.heard = []; }")
        page.wait_for_timeout(1600 if result_code in ("ALREADY_IN", "LEFT") else 0)
        page.locator("#ticket").fill(shown[result_code])
        page.locator("#ticket").press("Enter")
        screen = page.locator(f"{SCREEN}[data-result={result_code}]")
        expect(screen).to_be_visible()
        word = screen.locator(".fo-result__word").text_content()
        look = screen.evaluate(
            "(one) => [...one.classList].find((name) => name.startsWith('fo-result--')) ?? ''"
        )
        seen[result_code] = (word, look.removeprefix("fo-result--"))
        heard[result_code] = page.evaluate("() => window.heard")
        assert screen.locator(".fo-result__icon svg").count() == 1
        check_axe(page)
        shoot(page, f"answer-{result_code.lower()}-390-dark", full_page=False)
        page.keyboard.press("Escape")

    assert seen == RESULTS
    tones = {"ok": [660, 990], "warn": [440, 440], "bad": [165]}
    assert heard == {code: tones[look] for code, (_word, look) in RESULTS.items()}


def test_crew_reads_the_note_and_looks_the_guest_up_by_keyboard_alone(desk, guest):
    bo = guest("Bo Li", note="Speaker, VIP entrance")
    page = desk(error="NotFoundError")
    page.get_by_role("button", name="Look up").focus()
    page.keyboard.press("Enter")
    page.keyboard.type(tickets.short_code(bo.guest, bo.ticket_no))
    page.keyboard.press("Enter")
    expect(page.locator(f"{SCREEN} [data-alert]")).to_have_text("Speaker, VIP entrance")
    assert stored(bo).admission == Admission.EXPECTED

    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Admit Bo Li")).to_be_focused()
    page.keyboard.press("Enter")

    expect(page.locator(f"{SCREEN} .fo-result__word")).to_have_text("Admitted")
    assert stored(bo).admission == Admission.IN
    page.wait_for_timeout(400)
    page.keyboard.press("Enter")
    page.keyboard.type("bo l")
    expect(page.locator("[data-found] li")).to_have_count(1)
    expect(page.locator("[data-found]")).to_contain_text("Speaker, VIP entrance")


def test_walk_in_starts_at_the_desk(desk, event):
    page = desk()
    page.get_by_role("link", name="Register a walk-in").click()
    page.wait_for_url(re.compile(rf"/o/e/{event.uuid}/.*walk-in"))
