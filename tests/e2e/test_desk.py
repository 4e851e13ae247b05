"""The desk in a browser: camera, typing, hand scanner, undo, and a network that is cut."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect

from backend.registrations import tickets
from backend.registrations.models import Registration
from backend.registrations.states import Admission, RegistrationStatus
from tests.e2e.desk_camera import give_camera, hold, result, take_away
from tests.factories.events import make_event
from tests.factories.registrations import make_registration

pytestmark = pytest.mark.browser
SCREEN = ".fo-desk__screen"


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
def desk(event, browser_page, sign_in_as):
    """``desk()``: the page of a desk whose gate is known and whose camera runs."""

    def open_desk(
        width: int = 1280, *, dark: bool = False, error: str = "", gate: str = "North foyer"
    ):
        sign_in_as("desk", event.uuid)
        page = browser_page(width, dark=dark)
        give_camera(page, error=error)
        if gate:
            page.add_init_script(f"localStorage['foyer.desk.gate.{event.uuid}'] = {gate!r}")
        page.goto(f"/o/e/{event.uuid}/desk")
        if gate:  # its answer renews the session's cookie: no test may begin before
            page.locator(f"#desk[data-gate='{gate}']").wait_for()
        if gate and not error:
            page.locator("[data-camera-state=running]").wait_for()
        return page

    return open_desk


def stored(registration: Registration) -> Registration:
    return Registration.fetch(registration.shard, registration.guest)


def rows(page) -> list[tuple[str, str]]:
    names = page.locator("[data-rows] bdi").all_text_contents()
    words = page.locator("[data-rows] [data-word]").all_text_contents()
    return [(name, word.rstrip(",")) for name, word in zip(names, words, strict=True)]


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


def test_undo_lets_the_guest_in_again(desk, guest):
    bo = guest("Bo Li")
    page = desk()
    hold(page, tickets.issue(bo))

    page.locator(SCREEN).get_by_role("button", name="Undo").click()

    expect(page.locator("[data-toast]")).to_contain_text("Bo Li is expected again")
    assert rows(page) == [("Bo Li", "Undone")]
    assert stored(bo).admission == Admission.EXPECTED


def test_undo_from_the_last_scans_survives_a_reload(desk, guest):
    bo = guest("Bo Li")
    page = desk()
    hold(page, tickets.issue(bo))
    page.locator(SCREEN).wait_for()
    page.reload()

    page.get_by_role("button", name="Undo, Bo Li").click()

    expect(page.locator("[data-toast]")).to_contain_text("expected again")
    assert stored(bo).admission == Admission.EXPECTED


def test_scan_during_a_cut_of_the_network_is_sent_once_it_is_back(desk, guest, context):
    bo = guest("Bo Li")
    page = desk()
    context.set_offline(True)
    hold(page, tickets.issue(bo))
    expect(page.locator(f"{SCREEN} .fo-result__word")).to_have_text("Not sent yet")
    expect(page.locator("[data-banner]")).to_contain_text("Scans not sent yet: 1")
    assert stored(bo).admission == Admission.EXPECTED

    context.set_offline(False)

    expect(page.locator(f"{SCREEN} .fo-result__word")).to_have_text("Admitted", timeout=15_000)
    expect(page.locator("[data-banner]")).to_be_empty()
    assert rows(page) == [("Bo Li", "Admitted")]


def test_answer_lost_on_the_way_is_repeated_not_admitted_twice(desk, guest):
    bo, lost = guest("Bo Li"), []

    def lose_the_first_answer(route):
        response = route.fetch()
        if lost:
            route.fulfill(response=response)
        else:
            lost.append(response.json()["result"])
            route.abort()

    page = desk()
    page.route("**/desk/scans", lose_the_first_answer)
    hold(page, tickets.issue(bo))

    expect(page.locator(f"{SCREEN} .fo-result__word")).to_have_text("Admitted", timeout=15_000)
    assert (lost, rows(page)) == (["ADMITTED"], [("Bo Li", "Admitted")])


def test_scan_of_a_signed_out_person_is_sent_after_signing_in(
    desk, guest, context, event, sign_in_as
):
    bo = guest("Bo Li")
    page = desk()
    context.clear_cookies(name="foyer")
    hold(page, tickets.issue(bo))
    expect(page.locator(f"{SCREEN} .fo-result__name")).to_have_text("You are signed out.")
    page.locator(SCREEN).get_by_role("link", name="Sign in").click()
    page.wait_for_url(f"**/signin?next=%2Fo%2Fe%2F{event.uuid}%2Fdesk")

    sign_in_as("desk", event.uuid)
    page.goto(f"/o/e/{event.uuid}/desk")

    expect(page.locator(f"{SCREEN} .fo-result__word")).to_have_text("Admitted")
    assert stored(bo).admission == Admission.IN


def test_each_scan_of_a_signed_out_person_says_that_it_waits(desk, guest, context):
    bo, eva = guest("Bo Li"), guest("Eva Roth")
    page = desk()
    context.clear_cookies(name="foyer")
    hold(page, tickets.issue(bo))
    expect(page.locator(f"{SCREEN} .fo-result__name")).to_have_text("You are signed out.")
    page.get_by_role("link", name="Next scan").click()

    hold(page, tickets.issue(eva))

    expect(page.locator(f"{SCREEN} .fo-result__name")).to_have_text("You are signed out.")
    expect(page.locator("[data-banner]")).to_contain_text("Scans not sent yet: 2")
    assert rows(page) == [("Ticket", "Not sent yet"), ("Ticket", "Not sent yet")]


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


def test_search_without_a_network_says_so_and_scanning_goes_on(desk, guest, context):
    guest("Bo Li")
    page = desk()
    context.set_offline(True)
    page.locator("#ticket").fill("bo l")

    expect(page.locator("[data-toast]")).to_contain_text("names cannot be searched")
    context.set_offline(False)
    page.keyboard.press("Enter")
    expect(page.locator("[data-found] li")).to_have_count(1)


def test_nobody_signs_out_while_scans_wait(desk, guest, event, context):
    bo = guest("Bo Li")
    page = desk()
    page.route("**/desk/scans", lambda route: route.abort())
    hold(page, tickets.issue(bo))
    expect(page.locator(f"{SCREEN} .fo-result__word")).to_have_text("Not sent yet")
    page.on("dialog", lambda dialog: dialog.accept())
    page.goto("/o/events")
    page.locator("[data-menu] summary").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("alert")).to_contain_text("Let the desk send them first.")

    page.unroute("**/desk/scans")
    page.get_by_role("link", name="Open the desk").click()
    expect(page.locator(f"{SCREEN} .fo-result__word")).to_have_text("Admitted")
    page.goto("/o/events")
    page.locator("[data-menu] summary").click()
    page.get_by_role("button", name="Sign out").click()

    page.wait_for_url(re.compile(r"/(signin.*)?$"))
    assert stored(bo).admission == Admission.IN


def test_undo_that_comes_too_late_is_not_offered_again(desk, guest):
    bo = guest("Bo Li")
    page = desk()
    hold(page, tickets.issue(bo))
    page.locator(SCREEN).wait_for()
    page.keyboard.press("Escape")
    stored(bo).update(
        actions=[Registration.admitted_at.set(datetime.now(UTC) - timedelta(minutes=16))]
    )

    page.get_by_role("button", name="Undo, Bo Li").click()

    expect(page.locator("[data-toast]")).to_contain_text("Only organisers undo a check-in after")
    expect(page.get_by_role("button", name="Undo, Bo Li")).to_be_hidden()
    assert stored(bo).admission == Admission.IN
