"""Lists of guests in Chromium: taken over, ticked, changed, written; and what goes wrong."""

from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Page, expect

from backend.activity.models import Stats
from backend.events.models import Event
from backend.events.questions import Question, QuestionKind
from backend.jobs.models import Job
from backend.registrations import guests
from backend.registrations.models import Registration
from backend.registrations.states import Admission, RegistrationStatus
from backend.seats import services as seats
from tests.factories.events import make_event
from tests.factories.registrations import make_registration
from tests.support.jobs import run_all

pytestmark = pytest.mark.browser
LONG = "Maximiliane Freifrau von Wolfeschlegelsteinhausenbergerdorff-Hohenlohe"
NAMES = ["Åsa Ångström", "李小龍", LONG, "Željko Đorđević", "محمد عبد الله", "O'Brien-Smith"]
SHIRT = Question(id="shirt", kind=QuestionKind.CHOICE, label="T-shirt size", choices=("S", "M"))
SHAPES = [(1280, False), (390, False), (390, True)]
LIST = (
    "Full name;E-Mail;T-shirt size;Remark;Colour\n"
    "Åsa Ångström;asa@kth.example;M;Loop amplifier, locker 12;blue\n"
    "李小龍;lee@hk-py.example;XXL;;red\n"
    "=HYPERLINK(\"http://evil\");evil@example.com;M;;\n"
    f"{LONG};max@example.com;S;;\n"
    "Bo Li;bo(at)example.com;S;;\n"
    ";nobody@example.com;S;;\n"
    "Cleo Walk-In;;;;\n"
)  # fmt: skip


@pytest.fixture
def event(portal_url) -> Event:
    now = datetime.now(UTC)
    event = make_event(
        title="PyCon Alpina 2027",
        starts_at=now + timedelta(hours=1),
        capacity=250,
        waiting_list=True,
        questions=[SHIRT.to_document()],
    )
    seats.open_pool(pool=event.uuid, capacity=250, now=now)
    return event


@pytest.fixture
def busy(event) -> Event:
    now = datetime.now(UTC)
    for number in range(31):
        name = NAMES[number] if number < len(NAMES) else f"Zoe {number:02}"
        came = number % 4 == 0
        make_registration(
            event_id=event.uuid,
            name=name,
            user_email=f"g{number}@example.com",
            attention=number == 0 or None,
            admission=Admission.IN if came else Admission.EXPECTED,
            admitted_at=now if came else None,
            admitted_gate="North foyer" if came else None,
        )
    for number, name in enumerate(["Wanda Waiting", "Willi Waiting"]):
        email = f"w{number}@example.com"
        guest = guests.guest_key(event.uuid, email)
        make_registration(
            event_id=event.uuid,
            name=name,
            user_email=email,
            status=RegistrationStatus.WAITLISTED,
            waiting_since=now + timedelta(minutes=number),
            waiting_shard=guests.waiting_shard_of(event.uuid, guest, shards=event.shards),
        )
    counts = {"registered": 31, "waiting": 2, "admitted": 8}
    Stats.add_up(f"{event.uuid}#R0", counts, first_seq="1", last_seq="2")
    return event


def list_of(event: Event) -> str:
    return f"/o/e/{event.uuid}/registrations"


def choose(page: Page, event: Event, content: bytes, name: str = "guests.csv") -> None:
    page.goto(f"/o/e/{event.uuid}/import")
    chosen = {"name": name, "mimeType": "text/csv", "buffer": content}
    page.get_by_label("CSV or XLSX file").set_input_files(chosen)
    page.get_by_role("button", name="Look at the list").click()


def run_shown(page: Page) -> Job:
    """Runs the job whose page is open, as the deployed runner would meanwhile."""
    page.wait_for_url("**/jobs/*")
    return run_all(page.url.rpartition("/")[2])


def status_of(event: Event, email: str) -> RegistrationStatus:
    guest = guests.guest_key(event.uuid, email)
    shard = guests.shard_of(event.uuid, guest, shards=event.shards)
    return Registration.fetch(shard, guest).status


def decide(page, label: str, meaning: str) -> None:
    """What a column is; htmx listens to a new part a moment after it shows."""
    page.wait_for_timeout(150)
    with page.expect_response(lambda answer: "/import" in answer.url):
        page.get_by_label(label).select_option(meaning)


def test_list_is_looked_at_mended_and_added(event, browser_page, sign_in_as, shoot):
    sign_in_as("organiser", event.uuid)
    page = browser_page()

    choose(page, event, LIST.encode("latin-1", "xmlcharrefreplace"))
    expect(page.get_by_label("Written in")).to_have_value("cp1252")
    expect(page.get_by_text("Åsa Ångström").first).to_be_visible()
    choose(page, event, LIST.encode())
    expect(page.get_by_role("button", name="Add 3 guests")).to_be_visible()
    expect(page.get_by_text("Choose one of the answers.")).to_be_visible()

    decide(page, "What “T-shirt size” is", "Leave out")
    expect(page.get_by_role("button", name="Add 4 guests")).to_be_visible()
    decide(page, "What “Colour” is", "Note")
    expect(page.get_by_text("The column “Remark” is this already.")).to_be_visible()
    decide(page, "What “Colour” is", "Leave out")
    page.get_by_role("button", name="Add 4 guests").click()

    assert run_shown(page).done == 4
    expect(page.get_by_role("link", name="failed-rows.csv")).to_be_visible()
    expect(page.get_by_text("row 4", exact=True)).to_be_visible()
    shoot(page, "lists-imported-1280-light")
    page.goto(list_of(event))
    expect(page.get_by_role("link", name="Cleo Walk-In")).to_be_visible()


def test_file_that_is_no_list_stays_on_the_page_with_the_reason(
    event, browser_page, sign_in_as, check_axe
):
    sign_in_as("organiser", event.uuid)
    page = browser_page()

    choose(page, event, b"\x89PNG\r\n\x1a\n\0\0\0", "photo.png")

    expect(page.get_by_text("This is no table")).to_be_visible()
    check_axe(page)


def test_ticked_guests_are_counted_asked_about_and_changed(busy, browser_page, sign_in_as):
    sign_in_as("organiser", busy.uuid)
    page = browser_page()
    page.goto(list_of(busy))
    bar = page.get_by_role("region", name="Chosen guests")
    expect(bar).to_be_hidden()

    page.get_by_label("Choose Åsa Ångström").check()
    page.get_by_label("Choose Željko Đorđević").check()
    expect(bar.get_by_text("2 chosen")).to_be_visible()
    page.get_by_label("Choose Željko Đorđević").press("Enter")
    expect(page).to_have_url(list_of(busy), timeout=1000)
    bar.get_by_label("More to do with them").click()
    bar.get_by_role("button", name="Cancel registration").click()
    expect(page.get_by_role("heading", name="Cancel 2 registrations?")).to_be_visible()
    page.get_by_role("button", name="Cancel 2 registrations").click()
    done = run_shown(page)

    assert (done.done, done.failed) == (1, 1)
    assert status_of(busy, "g3@example.com") is RegistrationStatus.CANCELED
    expect(page.get_by_role("link", name="Show guest")).to_be_visible()
    page.get_by_role("link", name="Show guest").click()
    expect(page.get_by_role("heading", name="Åsa Ångström")).to_be_visible()


def test_all_on_every_page_are_chosen_and_let_go(busy, browser_page, sign_in_as):
    sign_in_as("organiser", busy.uuid)
    page = browser_page()
    page.goto(f"{list_of(busy)}?status=CONFIRMED")
    bar = page.get_by_role("region", name="Chosen guests")

    page.get_by_label("Choose all on this page").check()
    expect(bar.get_by_text("25 chosen")).to_be_visible()
    bar.get_by_role("button", name="Choose all 31").click()
    expect(bar.get_by_text("All 31 chosen")).to_be_visible()
    page.get_by_label("Choose Åsa Ångström").uncheck()
    expect(bar.get_by_text("24 chosen")).to_be_visible()
    bar.get_by_role("button", name="Choose all 31").click()
    bar.get_by_label("More to do with them").click()
    bar.get_by_role("button", name="Needs attention", exact=True).click()
    page.get_by_role("button", name="Mark 31 guests").click()

    assert run_shown(page).done == 31


def test_dialog_can_be_left_and_nothing_happens(busy, browser_page, sign_in_as):
    sign_in_as("organiser", busy.uuid)
    page = browser_page()
    page.goto(list_of(busy))

    page.get_by_label("Choose Åsa Ångström").check()
    page.get_by_role("button", name="To waiting list").click()
    page.get_by_role("button", name="Leave as it is").click()
    page.get_by_label("Choose nobody").click()

    expect(page.get_by_role("region", name="Chosen guests")).to_be_hidden()
    expect(page).to_have_url(list_of(busy))


def test_search_keeps_the_tab_and_finds_an_address(busy, browser_page, sign_in_as):
    sign_in_as("organiser", busy.uuid)
    page = browser_page()
    page.goto(f"{list_of(busy)}?status=CONFIRMED")

    page.get_by_role("searchbox").fill("g3@example.com")

    expect(page.get_by_role("link", name="Željko Đorđević")).to_be_visible()
    expect(page.get_by_role("row")).to_have_count(2)
    expect(page).to_have_url(f"{list_of(busy)}?q=g3%40example.com&status=CONFIRMED")


def test_export_ends_with_a_file(busy, browser_page, sign_in_as):
    sign_in_as("organiser", busy.uuid)
    page = browser_page()
    page.goto(list_of(busy))

    page.get_by_role("link", name="Export").click()
    page.get_by_label("CSV, for other programs").check()
    page.get_by_role("button", name="Make the file").click()
    run_shown(page)

    expect(page.get_by_role("link", name="guests.csv")).to_be_visible()


@pytest.mark.parametrize(("width", "dark"), SHAPES)
def test_pages_look_right_and_are_accessible(
    busy, browser_page, sign_in_as, check_axe, shoot, width, dark
):
    sign_in_as("organiser", busy.uuid)
    page = browser_page(width, dark=dark)
    tag = f"{width}-{'dark' if dark else 'light'}"

    page.goto(list_of(busy))
    page.get_by_label("Choose Åsa Ångström").check()
    page.get_by_label(f"Choose {LONG}").check()
    check_axe(page)
    shoot(page, f"lists-ticked-{tag}")
    page.get_by_label("More to do with them").click()
    shoot(page, f"lists-menu-{tag}", full_page=False)
    page.get_by_role("button", name="Cancel registration").click()
    check_axe(page)
    shoot(page, f"lists-dialog-{tag}", full_page=False)
    page.goto(f"{list_of(busy)}?status=WAITLISTED")
    check_axe(page)
    shoot(page, f"lists-waiting-{tag}")
    page.goto(f"/o/e/{busy.uuid}/import")
    check_axe(page)
    shoot(page, f"lists-upload-{tag}")
    choose(page, busy, LIST.encode())
    expect(page.get_by_role("heading", name="Columns")).to_be_visible()
    check_axe(page)
    shoot(page, f"lists-import-{tag}")
    page.goto(f"/o/e/{busy.uuid}/export?status=CONFIRMED")
    check_axe(page)
    shoot(page, f"lists-export-{tag}")
    assert page.evaluate("() => document.documentElement.scrollWidth <= window.innerWidth")
