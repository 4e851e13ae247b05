"""The organiser's pages in a browser: from an empty list to guests coming in."""

import io
import os
import re
from datetime import UTC, datetime, timedelta

import boto3
import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from backend.activity.counters import arrivals_at
from backend.activity.models import Stats
from backend.events import services
from backend.events.models import Event
from backend.events.states import EventStatus
from backend.registrations import guests
from backend.registrations.models import Registration
from backend.registrations.states import Admission, RegistrationStatus
from backend.seats import services as seats
from backend.shared.config import config
from tests.factories.events import build_details, make_event
from tests.factories.registrations import make_registration

pytestmark = pytest.mark.browser
LONG = "Maximiliane Freifrau von Wolfeschlegelsteinhausenbergerdorff-Hohenlohe"
NAMES = [
    "Åsa Ångström",
    "李小龍",
    LONG,
    "Željko Đorđević",
    "Nguyễn Thị Minh Khai",
    "Siân O’Shaughnessy-Llewellyn",
    "محمد عبد الله",
    "Bo Li",
    "Þórdís Kolbrún Gylfadóttir",
    "Francesca dell’Acqua",
]
POLLED = 15_000  # milliseconds: a turn of the page's own clock, and some
SHAPES = [(1280, False), (390, True)]
if os.environ.get("CI"):
    SHAPES += [(1280, True), (390, False), (768, False)]


def picture(kind: str = "PNG", *, width: int = 1600) -> bytes:
    content = io.BytesIO()
    Image.linear_gradient("L").resize((width, width * 9 // 16)).save(content, kind)
    return content.getvalue()


@pytest.fixture
def media(portal_url: str) -> None:
    """The media bucket takes uploads from this portal's pages, whose port is no one's before."""
    rule = {"AllowedOrigins": [portal_url], "AllowedMethods": ["POST"], "AllowedHeaders": ["*"]}
    boto3.client("s3").put_bucket_cors(
        Bucket=config().media_bucket, CORSConfiguration={"CORSRules": [rule]}
    )


def choose(page: Page, name: str, kind: str, content: bytes) -> None:
    page.get_by_label("Choose a picture").set_input_files(
        {"name": name, "mimeType": kind, "buffer": content}
    )


def problem(page: Page):
    return page.locator("#banner-problem")


@pytest.fixture
def draft(portal_url) -> Event:
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    return make_event(status=EventStatus.DRAFT, starts_at=tomorrow)


@pytest.fixture
def busy(portal_url) -> Event:
    """An event on its day: guests of all kinds, four in ten in, arrivals for an hour and a half."""
    now = datetime.now(UTC)
    event = make_event(
        title="PyCon Alpina 2027",
        starts_at=now - timedelta(hours=1),
        location="Congress Innsbruck",
        time_zone="Europe/Vienna",
        capacity=250,
    )
    seats.open_pool(pool=event.uuid, capacity=250, now=now)
    for number, name in enumerate(NAMES):
        came = number % 5 in (0, 2)
        make_registration(
            event_id=event.uuid,
            name=name,
            user_email=address_of(number),
            admission=Admission.IN if came else Admission.EXPECTED,
            admitted_at=now - timedelta(minutes=7 * number) if came else None,
            admitted_gate="North foyer" if came else None,
        )
    make_registration(
        event_id=event.uuid,
        name="Carla Canceled",
        user_email="carla@example.com",
        status=RegistrationStatus.CANCELED,
        canceled_at=now,
    )
    pace = [1, 2, 3, 5, 6, 8, 11, 13, 12, 14, 16, 15, 12, 9, 8, 6, 4, 3]
    arrivals = {
        arrivals_at(now - timedelta(minutes=5 * back)): came
        for back, came in enumerate(reversed(pace))
    }
    counts = {"registered": 224, "canceled": 14, "admitted": sum(pace), **arrivals}
    Stats.add_up(f"{event.uuid}#R0", counts, first_seq="1", last_seq="2")
    return event


def stored_guest(event: Event, number: int) -> Registration:
    guest = guests.guest_key(event.uuid, address_of(number))
    return Registration.fetch(guests.shard_of(event.uuid, guest, shards=event.shards), guest)


def address_of(number: int) -> str:
    return f"guest-{number}@bundesanstalt-fuer-strassenwesen.example"


def test_event_is_made_pictured_and_published(media, browser_page, sign_in_as, check_axe, shoot):
    olga = sign_in_as("stranger", name="Olga Owner")
    page = browser_page()
    page.goto("/o/events")
    check_axe(page)
    page.get_by_role("link", name="New event").last.click()
    page.get_by_label("Title").fill("Harbour Conference")
    page.get_by_label("Starts").fill("2030-06-10T09:00")
    page.get_by_label("Time zone").fill("Europe/Vienna")
    page.get_by_label("Place").fill("Pier 2, Hamburg")
    page.get_by_label("Capacity").fill("50")
    page.get_by_label("Description").fill("Two days **by the water**.")
    expect(page.get_by_label("Ends")).to_have_value("2030-06-10T11:00")
    check_axe(page)
    page.get_by_role("button", name="Save draft").click()

    page.get_by_role("link", name="Add Banner").click()
    choose(page, "pier.png", "image/png", picture())
    expect(page.locator("[data-stage]")).to_have_text("The new banner is shown.")
    shown = page.get_by_role("img", name="The banner of this event")
    page.wait_for_function("() => document.querySelector('[data-image]').naturalWidth > 0")
    check_axe(page)
    shoot(page, "organiser-edit")

    page.get_by_role("link", name="Back to the overview").click()
    page.get_by_role("button", name="Publish").first.click()
    check_axe(page)
    page.get_by_role("dialog").get_by_role("button", name="Publish").click()
    expect(page.get_by_text("Published. Guests can register now.")).to_be_visible()

    (event,) = Event.list_by_creator(olga.user_id, limit=2).items
    assert event.status is EventStatus.PUBLISHED
    assert event.starts_at == datetime(2030, 6, 10, 7, tzinfo=UTC)
    assert event.banner_key is not None
    assert shown is not None


def test_refused_banners_are_explained_and_the_next_one_is_taken(
    media, draft, browser_page, sign_in_as, check_axe, shoot
):
    sign_in_as("owner", draft.uuid)
    page = browser_page()
    page.goto(f"/o/e/{draft.uuid}/edit")

    choose(page, "letter.pdf", "application/pdf", b"%PDF")
    expect(problem(page)).to_contain_text("This is no JPEG, PNG or WebP picture.")
    choose(page, "huge.png", "image/png", b"x" * 20_000_000)
    expect(problem(page)).to_contain_text("This file is larger than 5 MB.")
    check_axe(page)
    shoot(page, "organiser-banner-refused", full_page=False)
    choose(page, "letter.png", "image/png", b"Dear organisers, this is no picture.")
    expect(problem(page)).to_contain_text("Upload a real JPEG, PNG or WebP image")
    # The page's own check out of the way: S3 refuses, too.
    page.evaluate("() => { document.querySelector('[data-banner]').dataset.largest = 1e12; }")
    choose(page, "huge.png", "image/png", b"x" * 20_000_000)
    expect(problem(page)).to_contain_text("The media store refused the file: it is larger")
    assert Event.fetch(draft.uuid).banner_key is None

    choose(page, "pier.webp", "image/webp", picture("WEBP"))
    expect(page.locator("[data-stage]")).to_have_text("The new banner is shown.")
    expect(problem(page)).to_be_hidden()


def test_form_with_errors_keeps_what_was_typed(browser_page, sign_in_as, check_axe, shoot):
    olga = sign_in_as("stranger")
    page = browser_page()
    page.goto("/o/events/new")
    page.get_by_label("Title").fill("Harbour Conference")
    page.get_by_label("Starts").fill("2030-06-10T09:00")
    page.get_by_label("Ends").fill("2030-06-10T08:00")
    page.get_by_label("Capacity").fill("0")
    page.get_by_role("button", name="Save draft").click()

    expect(page.get_by_label("Capacity")).to_be_focused()
    expect(page.locator("#id_capacity_error")).to_be_visible()
    expect(page.get_by_label("Title")).to_have_value("Harbour Conference")
    check_axe(page)
    shoot(page, "organiser-form-errors")
    page.get_by_label("Capacity").fill("10")
    page.get_by_role("button", name="Save draft").click()
    expect(page.locator("#id_ends_at_error")).to_have_text("The end must be after the start.")
    assert Event.list_by_creator(olga.user_id, limit=1).items == []


def test_numbers_come_in_live_and_say_when_they_stop(
    busy, browser_page, sign_in_as, context, shoot
):
    sign_in_as("organiser", busy.uuid)
    page = browser_page()
    page.goto(f"/o/e/{busy.uuid}")
    arrived = page.locator(".fo-stat__value").first
    expect(arrived).to_contain_text("148 of 210 confirmed, 70 %")
    page.get_by_text("Same numbers as a table").click()

    now = {arrivals_at(datetime.now(UTC)): 2}
    Stats.add_up(f"{busy.uuid}#R0", {"admitted": 2, **now}, first_seq="3", last_seq="4")
    expect(arrived).to_contain_text("150 of 210 confirmed, 71 %", timeout=POLLED)
    expect(page.locator("#arrivals-table")).to_have_attribute("open", "")

    context.set_offline(True)
    expect(page.get_by_text("The connection is lost.")).to_be_visible(timeout=POLLED)
    expect(arrived).to_contain_text("150")
    shoot(page, "organiser-lost", full_page=False)
    context.set_offline(False)
    expect(page.get_by_text("The connection is lost.")).to_be_hidden(timeout=POLLED)


def test_guest_is_found_opened_and_canceled(busy, browser_page, sign_in_as, check_axe):
    sign_in_as("organiser", busy.uuid)
    page = browser_page()
    page.goto(f"/o/e/{busy.uuid}/registrations")
    page.keyboard.press("/")
    page.keyboard.type("zel")
    rows = page.locator(".fo-guest-row")
    expect(rows).to_have_count(1)
    expect(page).to_have_url(f"/o/e/{busy.uuid}/registrations?q=zel")

    page.get_by_role("link", name="Željko Đorđević").click()
    drawer = page.locator("#drawer")
    expect(drawer).to_be_focused()
    expect(drawer).to_contain_text(address_of(3))
    expect(rows.first).to_have_class("fo-guest-row is-open")
    check_axe(page)
    drawer.get_by_role("button", name="Cancel registration").click()
    check_axe(page)
    page.get_by_role("dialog").get_by_role("button", name="Cancel registration").click()

    expect(page.get_by_text("The registration of Željko Đorđević is canceled.")).to_be_visible()
    page.get_by_role("main").get_by_role("link", name="Registrations").click()
    expect(page).to_have_url(f"/o/e/{busy.uuid}/registrations?q=zel")
    assert stored_guest(busy, 3).status is RegistrationStatus.CANCELED


def test_added_guest_stands_in_the_list(busy, browser_page, sign_in_as, check_axe):
    sign_in_as("organiser", busy.uuid)
    page = browser_page()
    page.goto(f"/o/e/{busy.uuid}/registrations")
    page.get_by_role("link", name="Add guest").click()
    check_axe(page)
    page.get_by_label("Name").fill("Walter Walk-in")
    page.get_by_role("button", name="Add guest").click()

    expect(page.get_by_text("Walter Walk-in has a place.")).to_be_visible()
    expect(page.get_by_role("heading", level=1)).to_have_text("Walter Walk-in")


def test_form_that_somebody_else_overtook_shows_both_versions(
    draft, browser_page, sign_in_as, check_axe, shoot
):
    olga = sign_in_as("owner", draft.uuid)
    page = browser_page()
    page.goto(f"/o/e/{draft.uuid}/edit")
    page.get_by_label("Title").fill("Harbour Conference, second edition")
    theirs = build_details(
        starts_at=draft.starts_at,
        ends_at=draft.ends_at,
        location="Pier 7, Hamburg",
        waiting_list=False,
    )
    services.edit_event(
        event_id=draft.uuid, details=theirs, version=1, actor=olga, now=datetime.now(UTC)
    )
    page.get_by_role("button", name="Save").click()

    rows = page.locator(".fo-compare tbody tr")
    expect(rows).to_have_count(2)
    expect(rows.nth(1)).to_contain_text("Pier 7, Hamburg")
    check_axe(page)
    shoot(page, "organiser-overtaken")
    page.get_by_label("Place").fill("Pier 7, Hamburg")
    page.get_by_role("button", name="Save mine").click()

    expect(page.get_by_text("Saved.")).to_be_visible()
    stored = Event.fetch(draft.uuid)
    assert (stored.title, stored.location) == (
        "Harbour Conference, second edition",
        "Pier 7, Hamburg",
    )


def test_canceling_an_event_names_what_happens_and_wants_its_title(
    busy, browser_page, sign_in_as, check_axe, shoot
):
    sign_in_as("owner", busy.uuid)
    page = browser_page(390)
    page.goto(f"/o/e/{busy.uuid}")
    page.get_by_role("button", name="Cancel event").click()
    dialog = page.get_by_role("dialog")
    sure = dialog.get_by_role("button", name="Cancel event, 210 registrations")
    expect(sure).to_be_disabled()
    check_axe(page)
    shoot(page, "organiser-cancel-390", full_page=False)
    dialog.get_by_role("textbox").fill(busy.title)
    sure.click()

    expect(page).to_have_url(re.compile(f"/o/e/{busy.uuid}/jobs/"))
    expect(page.get_by_text("The event is canceled. Nobody can register")).to_be_visible()
    assert Event.fetch(busy.uuid).status is EventStatus.CANCELED


def test_navigation_of_a_phone_opens_and_closes_by_keyboard(
    busy, browser_page, sign_in_as, check_axe
):
    sign_in_as("owner", busy.uuid)
    page = browser_page(390)
    page.goto(f"/o/e/{busy.uuid}/registrations")
    more = page.get_by_role("link", name="More")
    more.press("Enter")
    expect(page.get_by_role("navigation", name="Event").get_by_role("link").first).to_be_focused()
    expect(more).to_have_attribute("aria-expanded", "true")
    check_axe(page)

    page.keyboard.press("Escape")

    expect(page.get_by_role("navigation", name="Event")).to_be_hidden()
    expect(more).to_be_focused()
    expect(more).to_have_attribute("aria-expanded", "false")


@pytest.mark.parametrize(("width", "dark"), SHAPES)
def test_pages_look_right_and_are_accessible(
    busy, draft, portal_url, browser_page, sign_in_as, check_axe, shoot, width, dark
):
    tag = f"{width}-{'dark' if dark else 'light'}"
    olga = sign_in_as("owner", busy.uuid, name="Olga Owner")
    _list_of_events(olga, draft)
    long = stored_guest(busy, 2).guest
    page = browser_page(width, dark=dark)
    pages = {
        "events": "/o/events",
        "events-none": "/o/events?tab=canceled",
        "overview-day": f"/o/e/{busy.uuid}",
        "overview-draft": f"/o/e/{draft.uuid}",
        "new": "/o/events/new",
        "edit": f"/o/e/{draft.uuid}/edit",
        "registrations": f"/o/e/{busy.uuid}/registrations",
        "registrations-drawer": f"/o/e/{busy.uuid}/registrations/{long}",
        "registrations-none": f"/o/e/{busy.uuid}/registrations?q=xyz",
        "guest-new": f"/o/e/{busy.uuid}/registrations/add",
        "activity": f"/o/e/{busy.uuid}/activity",
    }
    for name, address in pages.items():
        page.goto(address)
        check_axe(page)
        assert page.evaluate("() => document.documentElement.scrollWidth") <= width
        shoot(page, f"organiser-{name}-{tag}", full_page=name != "registrations-drawer")


def _list_of_events(olga, draft: Event) -> None:
    from backend.team.roles import Role
    from tests.factories.team import make_member

    soon = datetime.now(UTC) + timedelta(days=30)
    long_title = make_event(
        title=f"{LONG} reads from her collected works, second evening, with an interval",
        starts_at=soon,
        capacity=None,
        shards=1,
    )
    for event in (draft, long_title):
        make_member(event_id=event.uuid, member=olga.user_id, role=Role.OWNER)
    Stats.add_up(f"{long_title.uuid}#R0", {"registered": 1284}, first_seq="1", last_seq="2")
