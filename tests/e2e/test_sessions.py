"""Sessions in a browser: the organiser plans, moves and cancels; a guest books and gives up."""

from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect

from backend.activity.models import Stats
from backend.seats.queries import forget_views
from backend.sessions.models import Booking, Session
from backend.sessions.states import BookingStatus
from tests.factories.events import make_event
from tests.factories.registrations import make_registration
from tests.factories.sessions import make_session

pytestmark = pytest.mark.browser
LONG = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft"
WHO = "Maximiliane Freifrau von Wolfeschlegelsteinhausenbergerdorff-Hohenlohe"


@pytest.fixture
def event(portal_url):
    noon = datetime.now(UTC).replace(hour=8, minute=0, second=0, microsecond=0)
    start = noon + timedelta(days=3)
    forget_views()
    return make_event(
        title="PyCon Alpina 2027", starts_at=start, ends_at=start + timedelta(hours=33)
    )


def fill(event) -> list[Session]:
    """What the mock-up shows, a clash, and a second day."""
    rows = [
        (
            "Keynote: Types at altitude",
            "Saal Tirol",
            30,
            45,
            "Nguyễn Thị Minh Khai",
            None,
            "Plenum",
        ),
        ("What 3.15 does to your deploys", "Saal Tirol", 90, 40, "Željko Đorđević", 400, "Python"),
        ("Queues that do not lie", "Brüssel", 90, 40, "Åsa Ångström", 40, "Data"),
        ("Workshop: async by hand", "Straßburg", 90, 120, "李小龍", 20, "Python"),
        (LONG, "Saal Tirol", 135, 45, WHO, 500, "Data"),
        ("One database, five teams", "Straßburg", 150, 40, "Bo Li", 60, ""),
        ("Breakfast", "", 24 * 60, 60, "", None, ""),
    ]
    made = []
    for title, room, start, length, who, seats, track in rows:
        starts_at = event.starts_at + timedelta(minutes=start)
        made.append(
            make_session(
                event,
                title=title,
                room=room,
                starts_at=starts_at,
                ends_at=starts_at + timedelta(minutes=length),
                speakers=who,
                capacity=seats,
                track=track,
                description="Bring a laptop. Two hours, no slides.",
            )
        )
    for session, numbers in zip(made[1:4], ((12, 0, 0), (38, 0, 4), (20, 9, 0)), strict=True):
        counted = dict(zip(("registered", "waiting", "admitted"), numbers, strict=True))
        Stats.add_up(f"{session.session_id}#R0", counted, first_seq="1", last_seq="2")
    return made


def book(session: Session) -> None:
    """A guest in each state that the team sees."""
    states = (BookingStatus.BOOKED, BookingStatus.ATTENDED, BookingStatus.WAITLISTED)
    for number, status in enumerate(states):
        mail = f"guest{number}@example.com"
        name = (WHO, "Bo Li", "Åsa Ångström")[number]
        guest = make_registration(event_id=session.event_id, user_email=mail, name=name)
        Booking(
            f"{session.session_id}#R0",
            guest.guest,
            event_id=session.event_id,
            session_id=session.session_id,
            status=status,
            version=1,
            registration_shard=guest.shard,
            booked_at=session.created_at,
            changed_by="USER:user-ada",
        ).save()


def titled(event, title: str) -> Session:
    [found] = [one for one in Session.list_for_event(event.uuid) if one.title == title]
    return found


@pytest.mark.parametrize(("width", "dark"), [(1280, False), (390, True)])
def test_organiser_pages_are_accessible_empty_and_full(
    event, browser_page, sign_in_as, check_axe, shoot, width, dark
):
    sign_in_as("organiser", event.uuid, name="Olga Organiser")
    page = browser_page(width, dark=dark)
    for what in ("", "/new", "/rules", "/import"):
        page.goto(f"/o/e/{event.uuid}/agenda{what}")
        check_axe(page)
        shoot(page, f"agenda-empty{what.replace('/', '-')}-{width}")
    workshop = fill(event)[3]
    book(workshop)
    for name, what in (
        ("agenda", ""),
        ("session", f"/{workshop.session_id}"),
        ("session-guests", f"/{workshop.session_id}/guests"),
    ):
        page.goto(f"/o/e/{event.uuid}/agenda{what}")
        if name == "session-guests":
            page.get_by_text("Remove").first.click()
        check_axe(page)
        shoot(page, f"{name}-{width}")


def test_first_session_is_added_where_the_empty_page_says(event, browser_page, sign_in_as):
    sign_in_as("organiser", event.uuid)
    page = browser_page(1280)
    page.goto(f"/o/e/{event.uuid}/agenda")
    page.get_by_role("main").get_by_role("link", name="Add session").click()
    page.get_by_label("Room").fill("Hall A")
    page.get_by_role("button", name="Add session").click()
    expect(page.locator(".fo-error")).to_have_text(["Give the session a title."])
    page.get_by_label("Title").fill("Tides for beginners")
    page.get_by_role("button", name="Add session").click()

    expect(page.get_by_role("link", name="Tides for beginners", exact=True)).to_be_focused()
    assert titled(event, "Tides for beginners").room == "Hall A"


def test_session_is_moved_by_keyboard_and_keeps_the_focus(event, browser_page, sign_in_as):
    fill(event)
    title = "Queues that do not lie"
    before = titled(event, title).starts_at
    sign_in_as("organiser", event.uuid)
    page = browser_page(1280)
    page.goto(f"/o/e/{event.uuid}/agenda")
    link = page.get_by_role("table").get_by_role("link", name=title, exact=True)
    link.focus()
    with page.expect_navigation():
        page.keyboard.press("Alt+ArrowDown")
    expect(link).to_be_focused()
    with page.expect_navigation():
        page.keyboard.press("Alt+ArrowRight")
    expect(link).to_be_focused()

    moved = titled(event, title)
    assert (moved.starts_at - before, moved.room) == (timedelta(minutes=15), "Saal Tirol")


def test_clash_is_named_and_goes_with_its_cause(event, browser_page, sign_in_as):
    fill(event)
    sign_in_as("organiser", event.uuid)
    page = browser_page(1280)
    page.goto(f"/o/e/{event.uuid}/agenda")
    clash = page.get_by_role("region", name="1 thing does not go together")
    expect(clash).to_contain_text(
        "Workshop: async by hand and One database, five teams are both in"
    )
    page.get_by_role("table").get_by_role(
        "link", name="Workshop: async by hand", exact=True
    ).click()
    page.get_by_role("button", name="Cancel session").click()
    page.get_by_role("button", name="Cancel session, tell 29 guests").click()

    expect(page.locator("summary", has_text="1 canceled")).to_be_visible()
    expect(clash).to_be_hidden()


@pytest.fixture
def guest(event, sign_in_as):
    actor = sign_in_as("guest", name="Ada Lovelace")
    make_registration(
        event_id=event.uuid, user_email=actor.email, name=actor.name, user_id=actor.user_id
    )
    return actor


@pytest.mark.parametrize(("width", "dark"), [(1280, False), (390, True)])
def test_guest_pages_are_accessible_empty_and_full(
    event, guest, browser_page, check_axe, shoot, width, dark
):
    page = browser_page(width, dark=dark)
    page.goto("/me/sessions")
    check_axe(page)
    shoot(page, f"my-sessions-empty-{width}")
    workshop = fill(event)[3]
    page.goto(f"/e/{event.uuid}")
    for title in ("Queues that do not lie", LONG):
        page.get_by_role("button", name=f"Book: {title}").click()
    check_axe(page)
    shoot(page, f"event-agenda-{width}")
    page.goto(f"/e/{event.uuid}/sessions/{workshop.session_id}")
    check_axe(page)
    shoot(page, f"session-full-{width}")
    page.get_by_role("button", name="Join the waiting list").click()
    check_axe(page)  # what is booked at that time is asked about
    shoot(page, f"session-overlap-{width}")
    page.get_by_role("button", name="Book both").click()
    page.get_by_text("Give up my seat").click()
    check_axe(page)
    shoot(page, f"session-booked-{width}")
    page.goto("/me/sessions")
    page.get_by_text("Give up my seat").first.click()
    check_axe(page)
    shoot(page, f"my-sessions-{width}")


def test_guest_books_and_gives_up_without_scripts(event, new_context, sign_in_as):
    fill(event)
    context = new_context(java_script_enabled=False)
    actor = sign_in_as("guest", of=context, name="Ada Lovelace")
    make_registration(event_id=event.uuid, user_email=actor.email, user_id=actor.user_id)
    page = context.new_page()
    page.goto(f"/e/{event.uuid}")
    page.get_by_role("button", name="Book: Queues that do not lie").click()
    slot = page.locator(".fo-slot", has_text="Queues that do not lie")
    expect(slot).to_contain_text("Booked")
    slot.get_by_role("link").click()
    page.get_by_text("Give up my seat").click()
    page.get_by_role("button", name="Give it up").click()

    expect(page.get_by_role("button", name="Book: Queues that do not lie")).to_be_visible()


def test_pressing_twice_books_once(event, guest, browser_page):
    session = fill(event)[1]
    page = browser_page(1280)
    page.goto(f"/e/{event.uuid}/sessions/{session.session_id}")

    page.get_by_role("button", name="Book").dblclick()

    expect(page.get_by_text("Give up my seat")).to_be_visible()
    assert len(Booking.list_in_shard(f"{session.session_id}#R0", after=None, limit=9).items) == 1


def test_problems_of_a_file_are_shown_before_anything_is_added(
    event, browser_page, sign_in_as, check_axe, shoot
):
    sign_in_as("organiser", event.uuid)
    page = browser_page(390, dark=True)
    page.goto(f"/o/e/{event.uuid}/agenda")
    page.get_by_role("link", name="Add from a file").click()
    content = b"Title,Start,End\nKeynote,soon,later\n"
    file = {"name": "agenda.csv", "mimeType": "text/csv", "buffer": content}
    page.get_by_label("File").set_input_files(file)
    page.get_by_role("button", name="Add sessions").click()

    expect(page.get_by_role("alert")).to_contain_text("Write the time like 2026-11-20 18:00.")
    check_axe(page)
    shoot(page, "agenda-import-390")
    assert list(Session.list_for_event(event.uuid)) == []
