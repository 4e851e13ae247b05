"""Events in a browser: questions, changes that touch guests, the steps of an event's life."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Locator, Page, expect

from backend.activity.models import Stats
from backend.events import services
from backend.events.kinds import Category, LocationType
from backend.events.models import Event
from backend.events.questions import Question, QuestionKind, questions_of
from backend.events.states import EventStatus
from backend.seats import services as seats
from tests.e2e.test_organiser import LONG, SHAPES
from tests.factories.events import build_details, make_event
from tests.factories.team import make_member

pytestmark = pytest.mark.browser
K = QuestionKind
DAY = timedelta(days=1)
ASKED = [
    Question(
        id="food",
        kind=K.CHOICE,
        label="Which food do you want at noon?",
        choices=("Soup", "Rice with vegetables", "Nothing, I bring mine"),
        required=True,
    ).to_document(),
    Question(id="age", kind=K.NUMBER, label=f"{LONG}: how many nights?").to_document(),
    Question(id="photo", kind=K.CONSENT, label="I may be on pictures.").to_document(),
]


def soon(days: int = 9) -> datetime:
    return datetime.now(UTC).replace(minute=0, second=0, microsecond=0) + days * DAY


@pytest.fixture
def draft(portal_url) -> Event:
    return make_event(status=EventStatus.DRAFT, starts_at=soon(), time_zone="Europe/Vienna")


@pytest.fixture
def asking(portal_url) -> Event:
    """A published event with questions and 42 guests."""
    event = make_event(
        starts_at=soon(), questions=ASKED, waiting_list=True, time_zone="Europe/Vienna"
    )
    seats.open_pool(pool=event.uuid, capacity=50, now=datetime.now(UTC))
    counts = {"registered": 42, "waiting": 3}
    Stats.add_up(f"{event.uuid}#R0", counts, first_seq="1", last_seq="2")
    return event


def row(page: Page, number: int) -> Locator:
    return page.locator("[data-question]").nth(number - 1)


def labels(page: Page) -> list[str]:
    return [box.input_value() for box in page.get_by_label("Question", exact=True).all()]


def asked(event: Event) -> list[tuple[str, str, bool, tuple[str, ...]]]:
    found = questions_of(Event.fetch(event.uuid))
    return [(one.kind, one.label, one.required, one.choices) for one in found]


def test_questions_are_added_moved_and_taken_out(draft, browser_page, sign_in_as, check_axe, shoot):
    sign_in_as("owner", draft.uuid)
    page = browser_page()
    page.goto(f"/o/e/{draft.uuid}/edit")
    expect(page.get_by_text("Nothing is asked yet.")).to_be_visible()
    add = page.get_by_role("button", name="Add a question")

    add.click()
    expect(row(page, 1).get_by_label("Question", exact=True)).to_be_focused()
    page.keyboard.type("Which food?")
    expect(row(page, 1).get_by_label("Choices")).to_be_hidden()
    row(page, 1).get_by_label("Answer", exact=True).select_option("CHOICE")
    row(page, 1).get_by_label("Choices").fill("Soup\nRice\n")
    row(page, 1).get_by_label("Must be answered").check()
    add.click()
    page.keyboard.type("To be taken out")
    add.click()
    page.keyboard.type("May we take pictures?")
    row(page, 3).get_by_label("Answer", exact=True).select_option("CONSENT")
    check_axe(page)

    row(page, 3).get_by_role("button", name="Move up").press("Enter")
    row(page, 2).get_by_role("button", name="Move up").press("Enter")
    expect(row(page, 1).get_by_role("button", name="Move down")).to_be_focused()
    row(page, 3).get_by_role("button", name="Remove question").press("Enter")
    expect(row(page, 2).get_by_label("Question", exact=True)).to_be_focused()
    assert labels(page) == ["May we take pictures?", "Which food?"]
    shoot(page, "events-questions")
    page.get_by_role("button", name="Save").click()

    expect(page.get_by_text("Saved.")).to_be_visible()
    assert asked(draft) == [
        (K.CONSENT, "May we take pictures?", False, ()),
        (K.CHOICE, "Which food?", True, ("Soup", "Rice")),
    ]


def test_bad_question_is_explained_in_its_row_and_keeps_what_was_typed(
    draft, browser_page, sign_in_as, check_axe, shoot
):
    sign_in_as("owner", draft.uuid)
    page = browser_page(390)
    page.goto(f"/o/e/{draft.uuid}/edit")
    page.get_by_role("button", name="Add a question").click()
    page.keyboard.type("Which food?")
    row(page, 1).get_by_label("Answer", exact=True).select_option("CHOICE")
    row(page, 1).get_by_label("Choices").fill("Soup")
    page.get_by_role("button", name="Save").click()

    box = row(page, 1).get_by_label("Choices")
    expect(row(page, 1).get_by_text("Give 2 to 20 choices.")).to_be_visible()
    expect(box).to_be_focused()
    expect(box).to_have_value("Soup")
    check_axe(page)
    shoot(page, "events-question-wrong-390", full_page=False)
    box.fill("Soup\nRice")
    page.get_by_role("button", name="Save").click()

    expect(page.get_by_text("Saved.")).to_be_visible()
    assert asked(draft) == [(K.CHOICE, "Which food?", False, ("Soup", "Rice"))]


def test_questions_can_be_asked_without_scripts(draft, new_context, browser_page, sign_in_as):
    plain = new_context(java_script_enabled=False)
    sign_in_as("owner", draft.uuid, of=plain)
    page = browser_page(of=plain)
    page.goto(f"/o/e/{draft.uuid}/edit")
    page.get_by_label("Question", exact=True).fill("Which food?")
    page.get_by_role("button", name="Save").click()
    page.goto(f"/o/e/{draft.uuid}/edit")
    page.get_by_label("Question", exact=True).last.fill("How old are you?")
    page.get_by_label("Remove", exact=True).check()
    page.get_by_role("button", name="Save").click()

    assert asked(draft) == [(K.TEXT, "How old are you?", False, ())]


def test_second_organiser_sees_the_other_questions_and_keeps_the_own(
    draft, browser_page, sign_in_as, check_axe, shoot
):
    olga = sign_in_as("owner", draft.uuid)
    page = browser_page()
    page.goto(f"/o/e/{draft.uuid}/edit")
    page.get_by_role("button", name="Add a question").click()
    page.keyboard.type("Mine?")
    theirs = build_details(
        starts_at=draft.starts_at,
        ends_at=draft.ends_at,
        time_zone="Europe/Vienna",
        waiting_list=False,
        questions=(Question(kind=K.TEXT, label="Theirs?"),),
    )
    services.edit_event(
        event_id=draft.uuid, details=theirs, version=1, actor=olga, now=datetime.now(UTC)
    )
    page.get_by_role("button", name="Save").click()

    rows = page.locator(".fo-compare tbody tr")
    expect(rows).to_have_count(1)
    expect(rows).to_contain_text("1. Theirs? (Text)")
    expect(rows).to_contain_text("1. Mine? (Text)")
    assert labels(page) == ["Mine?"]
    check_axe(page)
    shoot(page, "events-questions-overtaken")
    page.get_by_role("button", name="Save mine").click()

    expect(page.get_by_text("Saved.")).to_be_visible()
    assert [label for _kind, label, _required, _choices in asked(draft)] == ["Mine?"]


@pytest.mark.parametrize("width", [1280, 390])
def test_capacity_below_the_confirmed_is_asked_about_before_it_is_saved(
    asking, browser_page, sign_in_as, check_axe, shoot, width
):
    sign_in_as("organiser", asking.uuid)
    page = browser_page(width)
    page.goto(f"/o/e/{asking.uuid}/edit")
    page.get_by_label("Capacity").fill("40")
    page.get_by_label("Place").fill("Pier 7, Hamburg")
    page.get_by_role("button", name="Save").click()

    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("42 guests are confirmed, 2 more than there will be seats.")
    expect(dialog).to_contain_text("Nobody is told of the change automatically")
    check_axe(page)
    shoot(page, f"events-ask-first-{width}", full_page=False)
    dialog.get_by_role("button", name="Keep editing").click()
    expect(dialog).to_be_hidden()
    assert Event.fetch(asking.uuid).capacity == 50
    page.get_by_role("button", name="Save").click()
    dialog.get_by_role("button", name="Save the change").dblclick()

    expect(page.get_by_text("Saved.")).to_be_visible()
    stored = Event.fetch(asking.uuid)
    assert (stored.capacity, stored.location, stored.version) == (40, "Pier 7, Hamburg", 2)


def test_event_is_finished_archived_and_copied(
    portal_url, browser_page, sign_in_as, check_axe, shoot
):
    olga = sign_in_as("stranger", name="Olga Owner")
    event = make_event(
        title="Evening on queues",
        starts_at=soon(-3),
        creator_id=olga.user_id,
        questions=ASKED,
        capacity=None,
        shards=1,
        admission_opens_at=soon(-3) - timedelta(hours=1),
    )
    make_member(event_id=event.uuid, member=olga.user_id)
    page = browser_page()
    page.goto("/o/events?tab=past")
    expect(page.get_by_text("Over: finish it")).to_be_visible()
    check_axe(page)
    page.get_by_role("link", name="Evening on queues").click()
    page.get_by_role("button", name="Finish event").first.click()
    check_axe(page)
    shoot(page, "events-finish", full_page=False)
    page.get_by_role("dialog").get_by_role("button", name="Finish event").click()
    expect(page.get_by_text("The event is finished.")).to_be_visible()
    page.get_by_role("button", name="Archive event").click()
    check_axe(page)
    page.get_by_role("dialog").get_by_role("button", name="Archive event").click()
    expect(page.get_by_text("The event is in the archive now.")).to_be_visible()

    page.goto("/o/events?tab=archive")
    check_axe(page)
    page.get_by_role("button", name="Copy Evening on queues").click()
    expect(page.get_by_text("These dates are over.")).to_be_visible()
    assert labels(page) == [one["label"] for one in ASKED]
    check_axe(page)
    shoot(page, "events-copy")
    page.get_by_label("Starts").fill("2031-06-10T19:00")
    expect(page.get_by_label("Ends")).to_have_value("2031-06-11T03:00")
    expect(page.get_by_label("Admission opens")).to_have_value("2031-06-10T18:00")
    page.get_by_role("button", name="Save").click()

    expect(page.get_by_text("Saved.")).to_be_visible()
    states = {one.status for one in Event.list_by_creator(olga.user_id, limit=5).items}
    assert states == {EventStatus.ARCHIVED, EventStatus.DRAFT}


# Public pages


@pytest.fixture(scope="module")
def programme(portal_url) -> list[Event]:
    """What is on in a month, half a year from now, in one category."""
    first = soon(180).replace(day=5, hour=8)
    facts = [
        {"title": "PyCon Alpina", "ends_at": first + 2 * DAY, "location": "Congress Innsbruck"},
        {"title": f"Kammermusik mit {LONG} und ein sehr langer Abend", "capacity": 1},
        {"title": "Typography without a designer", "location_type": LocationType.ONLINE},
        {"title": "食の市: a Japanese street market", "capacity": 1, "waiting_list": True},
        {"title": "Open workshop day", "capacity": None, "shards": 1},
    ]
    made = []
    for number, values in enumerate(facts):
        starts_at = first + timedelta(hours=14 * number)
        event = make_event(
            **{"starts_at": starts_at, "time_zone": "Europe/Vienna", "category": Category.ARTS}
            | values
        )
        seats.open_pool(pool=event.uuid, capacity=event.capacity, now=datetime.now(UTC))
        if event.capacity == 1:
            seats.claim(pool=event.uuid, guest="0" * 16, now=datetime.now(UTC))
        made.append(event)
    return made


def test_events_are_found_by_month_and_day(programme, browser_page, check_axe):
    day = programme[2].starts_at
    page = browser_page()
    page.goto(f"/events?category=ARTS&month={day:%Y-%m}")
    expect(page.locator(".fo-event")).to_have_count(5)
    page.get_by_role("link", name=re.compile(r"^\w+ \d{4}$")).last.click()
    expect(page.get_by_text("Nothing here yet")).to_be_visible()
    check_axe(page)
    page.go_back()

    page.get_by_label("Near a day", exact=True).fill(f"{day:%Y-%m-%d}")
    page.get_by_role("button", name="Show").click()
    expect(page.locator(".fo-event").first).to_contain_text(programme[2].title)
    expect(page).to_have_url(re.compile("category=ARTS"))
    page.get_by_role("link", name="Earlier events").click()
    expect(page.locator(".fo-event").last).to_contain_text(programme[1].title)
    check_axe(page)
    page.get_by_role("link", name=re.compile("^Events from")).click()
    expect(page.locator(".fo-event").first).to_contain_text(programme[2].title)


@pytest.mark.parametrize(("width", "dark"), SHAPES)
def test_pages_look_right_and_are_accessible(
    programme, asking, new_context, browser_page, sign_in_as, check_axe, shoot, width, dark
):
    tag = f"{width}-{'dark' if dark else 'light'}"
    far = new_context(timezone_id="America/New_York")
    page = browser_page(width, dark=dark, of=far)
    month = f"{programme[0].starts_at:%Y-%m}"
    over = make_event(starts_at=soon(-3), title="Over", status=EventStatus.FINISHED)
    off = make_event(
        starts_at=soon(), title="Off", status=EventStatus.CANCELED, canceled_at=datetime.now(UTC)
    )
    pages = {
        "explore-month": f"/events?category=ARTS&month={month}",
        "explore-near": f"/events?category=ARTS&near={programme[2].starts_at:%Y-%m-%d}",
        "explore-none": "/events?near=2150-01-01",
        "event-waiting-list": f"/e/{programme[3].uuid}",
        "event-full": f"/e/{programme[1].uuid}",
        "event-over": f"/e/{over.uuid}",
        "event-canceled": f"/e/{off.uuid}",
    }
    _look(page, pages, tag, width, check_axe, shoot)
    sign_in_as("owner", asking.uuid, of=far)
    _look(page, {"edit": f"/o/e/{asking.uuid}/edit"}, tag, width, check_axe, shoot)


def _look(page: Page, pages: dict[str, str], tag: str, width: int, check_axe, shoot) -> None:
    for name, address in pages.items():
        page.goto(address)
        check_axe(page)
        assert page.evaluate("() => document.documentElement.scrollWidth") <= width
        shoot(page, f"events-{name}-{tag}")


def test_times_are_shown_in_the_guests_own_zone_too(programme, new_context, browser_page):
    far = new_context(timezone_id="America/New_York")
    page = browser_page(of=far)
    event = programme[0]

    page.goto(f"/e/{event.uuid}")

    expect(page.locator("[data-own-zone]")).to_contain_text("Your time (New York)")
    expect(page.locator("[data-own-zone]")).to_be_visible()
