"""A guest asks on the phone, two of the staff see it at once, and what becomes of it is seen live."""

import re
import secrets
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Page, expect

from backend.guest_requests.kinds import BUILT_IN, Kind
from backend.guest_requests.queries import kinds_of
from backend.guest_requests.states import RequestStatus
from backend.shared import base32
from backend.team.roles import Role
from tests.factories.events import make_event
from tests.factories.guest_requests import make_request, offer
from tests.factories.registrations import make_registration
from tests.factories.team import make_member

pytestmark = pytest.mark.browser
S = RequestStatus
LONG = "Maximiliane Freifrau von Wolfeschlegelsteinhausenbergerdorff-Hohenlohe"
LOOK = "() => htmx.trigger(document.querySelector('[hx-trigger*=look]'), 'foyer:look')"
INTERPRETER = Kind(key="", name="Sign language interpreter for the panel", team="Access")


@pytest.fixture
def event(portal_url):
    started = datetime.now(UTC) - timedelta(hours=1)
    return make_event(title="PyCon Alpina 2027", starts_at=started)


@pytest.fixture
def open_as(browser_page, new_context, sign_in_as, event):
    """``open_as("floor", "Ana")``: a page of another person's own browser."""

    def opened(role: str, name: str, width: int = 1280, scripts: bool = True, **options) -> Page:
        context = new_context(has_touch=width < 500, java_script_enabled=scripts)
        actor = sign_in_as(role, event.uuid, of=context, name=name)
        if role == "guest":
            make_registration(
                event_id=event.uuid, user_email=actor.email, name=name, user_id=actor.user_id
            )
        page = browser_page(width, of=context, **options)
        page.me = actor.user_id
        return page

    return opened


def board_of(event) -> str:
    return f"/o/e/{event.uuid}/requests"


def column(page: Page, name: str):
    return page.get_by_role("region", name=name, exact=True)


def request_of(event, kind: str, ago: int, name: str, **values) -> None:
    known = next(one for one in BUILT_IN if one.key == kind)
    made = datetime.now(UTC) - timedelta(minutes=ago)
    given = {"kind": kind, "kind_name": known.name, "team": known.team, "guest_name": name}
    given |= {"created_at": made, "due_at": made + timedelta(minutes=known.target_minutes)}
    given |= {"request_id": base32.encode(secrets.token_bytes(15)), "option": ""}
    make_request(event_id=event.uuid, **given | values)


def fill(event, me: str) -> None:
    """What the mock-up shows, and some more."""
    now = datetime.now(UTC)
    bart = make_member(
        event_id=event.uuid,
        member=f"bart-{event.uuid}",
        name="Bartholomäus Nepomuk",
        role=Role.FLOOR,
    ).member
    mine = {"status": S.CLAIMED, "held_by": me, "claimed_at": now}
    his = {"status": S.CLAIMED, "held_by": bart, "claimed_at": now}
    done = {"held_by": bart, "done_at": now - timedelta(minutes=2)}
    request_of(event, "HELP", 11, LONG, text="Wheelchair lift at stairs B does not answer")
    request_of(event, "BEVERAGE", 9, "Åsa", text="Saal Tirol, F 14", option="Oat flat white ×2")
    request_of(event, "HAND_OUT", 3, "Nguyễn Thị Minh Khai", text="Braille programme")
    request_of(event, "FOOD", 14, "Bo Li", text="Allergy: no nuts.\n" * 4, option="Soup", **mine)
    request_of(event, "BEVERAGE", 4, "Tomáš Dvořák", text="Still water, a jug", **his)
    request_of(event, "HELP", 8, "Zoë", text="Microphone crackles", status=S.FULFILLED, **done)
    reason = "Groups of ten and more, please order at the counter."
    request_of(event, "FOOD", 9, "Bo", text="Soup ×14", status=S.DECLINED, reason=reason, **done)


def test_guest_asks_two_race_and_the_guest_sees_it_fulfilled(event, open_as):
    offer(event, options=("Vegetarian", "Fish"))
    ada = open_as("guest", "Ada Lovelace", 390)
    ana, ben = (open_as("floor", name) for name in ("Ana Kovač", "Ben Adler"))
    for page in (ana, ben):
        page.goto(board_of(event))
        expect(column(page, "New")).to_contain_text("Nobody waits for anything.")

    ada.goto(f"/me/tickets/{event.uuid}")
    ada.get_by_role("link", name="Food").tap()
    ada.get_by_label("Fish").check()
    ada.get_by_label("Anything to add?").fill("Table 5")
    ada.get_by_role("button", name="Ask", exact=True).tap()
    expect(ada.locator("#mine")).to_contain_text("Waiting")

    for page in (ana, ben):
        expect(column(page, "New")).to_contain_text("Ada Lovelace")  # by itself
        expect(page).to_have_title(re.compile(r"^\(1\) Guest requests"))
    assert ana.locator(".fo-card.is-fresh").count() == 1
    expect(ana.locator("[data-said]")).to_have_text("New: Fish")
    claims = [page.get_by_role("button", name="Claim").element_handle() for page in (ana, ben)]
    ana.evaluate("(button) => button.click()", claims[0])
    expect(column(ana, "Claimed")).to_contain_text("Taken by you")
    ben.evaluate("(button) => button.click()", claims[1])
    expect(ben.locator("[data-toasts]")).to_contain_text("Taken by Ana Kovač.")
    expect(column(ben, "Claimed")).to_contain_text("Taken by Ana Kovač at")
    expect(ada.locator("#mine")).to_contain_text("Somebody is on it")

    ana.get_by_role("button", name="Done").focus()
    ana.keyboard.press("Enter")
    expect(column(ana, "Done")).to_contain_text("Done in")
    expect(ana.get_by_role("button", name="Recall")).to_be_focused()
    ada.evaluate(LOOK)
    expect(ada.locator("#mine")).to_contain_text("Fulfilled")
    expect(ada.locator("[data-said]")).to_have_text("Food: Fish: Fulfilled")


def test_declined_with_a_reason_that_the_guest_reads(event, open_as):
    offer(event)
    ada, ana = open_as("guest", "Ada Lovelace", 390), open_as("floor", "Ana Kovač")
    ada.goto(f"/me/ask/{event.uuid}/BEVERAGE")
    ada.get_by_label("What would you like?").fill("Champagne")
    ada.get_by_role("button", name="Ask", exact=True).tap()
    ana.goto(board_of(event))

    ana.get_by_role("link", name="Decline: Champagne").click()
    dialog = ana.get_by_role("dialog")
    dialog.get_by_role("button", name="Decline, tell the guest").click()
    expect(dialog).to_contain_text("Say why: the guest is shown it.")
    ana.evaluate(LOOK)  # the board goes on behind it
    expect(dialog.get_by_label("Reason")).to_be_focused()
    ana.keyboard.type("Sold out, sorry.")
    dialog.get_by_role("button", name="Decline, tell the guest").click()

    expect(dialog).to_be_hidden()
    expect(column(ana, "Done")).to_contain_text("The guest was told: “Sold out, sorry.”")
    ada.evaluate(LOOK)
    expect(ada.locator("#mine")).to_contain_text("They said: Sold out, sorry.")


def test_lost_connection_keeps_the_last_board_and_comes_back(event, open_as):
    offer(event)
    ana = open_as("floor", "Ana Kovač")
    ana.goto(board_of(event))
    ana.context.set_offline(True)
    ana.evaluate(LOOK)
    expect(ana.locator("[data-lost]")).to_be_visible()
    expect(column(ana, "New")).to_be_visible()

    request_of(event, "HELP", 0, "Ada", text="Where is the lift?")
    ana.context.set_offline(False)

    expect(column(ana, "New")).to_contain_text("Where is the lift?")
    expect(ana.locator("[data-lost]")).to_be_hidden()


def test_hidden_tab_asks_nothing_until_it_is_looked_at(event, open_as):
    offer(event)
    ana = open_as("floor", "Ana Kovač")
    ana.goto(board_of(event))
    asked = []
    ana.on("request", lambda request: "/requests" in request.url and asked.append(request.url))
    hide = "(is) => { Object.defineProperty(document, 'hidden', { value: is, configurable: true });"
    hide += " document.dispatchEvent(new Event('visibilitychange')); }"

    ana.evaluate(hide, True)
    ana.evaluate(LOOK)
    ana.wait_for_timeout(300)
    assert asked == []
    with ana.expect_response(lambda answer: answer.status == 304):
        ana.evaluate(hide, False)


def test_sound_rings_for_what_is_new_unless_muted(event, open_as):
    offer(event)
    ana = open_as("floor", "Ana Kovač")
    ana.add_init_script(
        "window.rung = 0; OscillatorNode.prototype.start = () => { window.rung += 1; };"
        "OscillatorNode.prototype.stop = () => {};"
    )
    ana.goto(board_of(event))
    sound = ana.locator("[data-sound]")
    expect(sound).to_have_text("Tap for sound")
    sound.click()
    expect(sound).to_have_text("Sound on")
    ana.wait_for_function("() => window.rung > 0")
    ana.evaluate("() => { window.rung = 0; }")

    request_of(event, "HELP", 0, "Ada", text="First")
    ana.evaluate(LOOK)
    ana.wait_for_function("() => window.rung > 0")
    sound.click()
    expect(sound).to_have_text("Sound off")
    ana.evaluate("() => { window.rung = 0; }")
    request_of(event, "HELP", 0, "Ada", text="Second")
    ana.evaluate(LOOK)

    expect(column(ana, "New")).to_contain_text("Second")
    assert ana.evaluate("() => window.rung") == 0


def test_wall_view_shows_the_board_alone(event, open_as, check_axe, shoot):
    offer(event)
    ana = open_as("floor", "Ana Kovač", dark=True)
    fill(event, ana.me)
    ana.goto(f"{board_of(event)}?team=Bar")

    ana.get_by_role("link", name="Wall view").click()

    expect(ana.get_by_role("navigation", name="Event")).to_be_hidden()
    assert ana.url.endswith("?team=Bar&wall=1")
    check_axe(ana)
    shoot(ana, "requests-wall", full_page=False)
    ana.get_by_role("link", name="Leave wall view").click()
    expect(ana.get_by_role("navigation", name="Event")).to_be_visible()


def test_kinds_are_edited(event, open_as):
    olga = open_as("organiser", "Olga Organiser")
    olga.goto(board_of(event))
    olga.get_by_role("link", name="Choose the kinds").click()

    olga.get_by_role("group", name="Food").get_by_label("Guests can ask for it").check()
    olga.get_by_role("group", name="Food").get_by_label("Target, minutes").fill("soon")
    olga.get_by_role("button", name="Add a kind").click()
    expect(olga.get_by_role("group", name="New kind").get_by_label("Name")).to_be_focused()
    olga.keyboard.type("Massage")
    olga.get_by_role("button", name="Save").click()
    expect(olga.locator(".fo-error")).to_have_text(["A whole number from 1 to 240."])
    olga.get_by_role("group", name="Food").get_by_label("Target, minutes").fill("12")
    olga.get_by_role("button", name="Save").click()

    expect(olga.locator("[data-toasts]")).to_contain_text("Guests can ask for: Food, Massage.")
    kinds = [(one.key, one.target_minutes) for one in kinds_of(event.uuid).kinds if one.enabled]
    assert kinds == [("FOOD", 12), ("MASSAGE", 10)]
    olga.goto(f"{board_of(event)}/kinds")
    olga.get_by_role("group", name="Massage").get_by_role("button", name="Remove").click()
    olga.get_by_role("button", name="Save").click()
    expect(olga.locator("[data-toasts]")).to_contain_text("Guests can ask for: Food.")


def test_board_and_kinds_work_without_scripts(event, open_as):
    olga = open_as("organiser", "Olga Organiser", scripts=False)
    olga.goto(f"{board_of(event)}/kinds")
    olga.get_by_role("group", name="Help").get_by_label("Guests can ask for it").check()
    olga.get_by_role("group", name="New kind").get_by_label("Name").fill("Massage")
    olga.get_by_role("button", name="Save").click()
    request_of(event, "HELP", 1, "Ada", text="Where is the lift?")
    request_of(event, "HELP", 0, "Bea", text="Where is the sea?")

    olga.goto(f"{board_of(event)}?kind=HELP")
    olga.get_by_role("button", name="Claim").first.click()
    expect(column(olga, "Claimed")).to_contain_text("Where is the lift?")
    olga.get_by_role("button", name="Done").click()
    olga.get_by_role("link", name="Decline: Where is the sea?").click()
    olga.get_by_label("Reason").fill("Far away.")
    olga.get_by_role("button", name="Decline, tell the guest").click()

    expect(column(olga, "Done")).to_contain_text("Where is the lift?")
    expect(column(olga, "Done")).to_contain_text("The guest was told: “Far away.”")
    assert olga.url.endswith("?kind=HELP")
    enabled = [one.key for one in kinds_of(event.uuid).kinds if one.enabled]
    assert enabled == ["HELP", "MASSAGE"]


def test_floor_finds_the_board_from_its_first_page(event, open_as, check_axe, shoot):
    offer(event)
    fay = open_as("floor", "Fay Floor", 390)
    fay.goto("/o/events")
    check_axe(fay)
    shoot(fay, "requests-floor")

    fay.get_by_role("link", name="Guest requests").tap()

    expect(column(fay, "New")).to_be_visible()
    links = [link.get_attribute("title") for link in fay.locator("#nav a").all()]
    assert links == ["Requests", "Team"]


@pytest.mark.parametrize(("width", "dark"), [(1280, False), (390, True)])
def test_staff_pages_are_accessible_empty_and_full(event, open_as, check_axe, shoot, width, dark):
    page = open_as("organiser", "Ana Kovačević", width, dark=dark)
    look = f"{width}-{'dark' if dark else 'light'}"

    def visit(address: str, name: str) -> None:
        page.goto(board_of(event) + address)
        check_axe(page)
        shoot(page, f"requests-{name}-{look}")

    visit("", "none")
    visit("/kinds", "kinds-first")
    visit("/notices", "notices")
    offer(event, replace(INTERPRETER, options=("DGS", "ÖGS"), opens="09:00", closes="17:00"))
    visit("", "empty")
    visit("/kinds", "kinds")
    fill(event, page.me)
    visit("", "board")
    page.get_by_role("link", name="Decline: Braille programme").click()
    page.get_by_role("dialog").wait_for()
    check_axe(page)
    shoot(page, f"requests-decline-{look}", full_page=False)
    for number in range(30):
        text = "Table " + "x" * (number * 9)
        request_of(event, ("FOOD", "HELP")[number % 2], number, LONG, text=text)
    visit("", "full")


@pytest.mark.parametrize(("width", "dark"), [(1280, True), (390, False)])
def test_guest_pages_are_accessible_empty_and_full(event, open_as, check_axe, shoot, width, dark):
    page = open_as("guest", LONG, width, dark=dark)
    look = f"{width}-{'dark' if dark else 'light'}"

    def visit(address: str, name: str) -> None:
        page.goto(address)
        check_axe(page)
        shoot(page, f"my-requests-{name}-{look}")

    visit("/me/requests", "none")
    opens = (datetime.now(UTC) + timedelta(hours=5)).strftime("%H:00")
    closes = (datetime.now(UTC) + timedelta(hours=6)).strftime("%H:00")
    offer(event, replace(INTERPRETER, opens=opens, closes=closes), options=("Vegetarian", "Fish"))
    visit("/me/requests", "choices")
    visit(f"/me/tickets/{event.uuid}", "ticket")
    visit(f"/me/ask/{event.uuid}/FOOD", "ask")
    for number, status in enumerate(S):
        done = None if status in (S.OPEN, S.CLAIMED) else datetime.now(UTC)
        reason = "The kitchen is closed." if status is S.DECLINED else None
        given = {"status": status, "done_at": done, "reason": reason, "option": "Vegetarian"}
        given |= {"text": "Table 5, by the window", "user_id": page.me}
        request_of(event, "FOOD", 5 + number, LONG, **given)
    visit("/me/requests", "all")
