"""Guests see an agenda, book, wait, give up, and find what they have."""

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from icalendar import Calendar

from backend.activity.models import Stats
from backend.seats import queries as seat_queries
from backend.sessions import queries
from backend.sessions.models import Agenda, Booking, Session
from backend.sessions.states import BookingStatus, SessionStatus
from backend.shared.actor import Actor
from portal.public.session_cards import cards_of
from tests.factories.events import make_event
from tests.factories.registrations import make_registration
from tests.factories.sessions import make_session
from tests.integration.portal.people import browser_of
from tests.support.recorded_calls import recorded_calls

pytestmark = pytest.mark.usefixtures("portal")
S = BookingStatus


@pytest.fixture
def event(portal):
    seat_queries.forget_views()
    return make_event(title="Summer Ball", starts_at=datetime.now(UTC) + timedelta(days=1))


def guest_of(event, name: str = "Ada Lovelace") -> Client:
    client = browser_of("stranger", name=name)
    register(event, client.actor)
    return client


def register(event, actor: Actor, **values) -> None:
    given = {"event_id": event.uuid, "user_email": actor.email, "name": actor.name}
    make_registration(**given, user_id=actor.user_id, **values)


@pytest.fixture
def ada(event) -> Client:
    return guest_of(event)


def page_of(session: Session, *parts: str) -> str:
    return "/".join([f"/e/{session.event_id}/sessions/{session.session_id}", *parts])


def count(session: Session, **numbers: int) -> None:
    """As the streams count."""
    Stats.add_up(f"{session.session_id}#R0", numbers, first_seq="1", last_seq="2")


def bookings(session: Session) -> list[Booking]:
    shards = queries.shards_of(session)
    return [
        one for shard in shards for one in Booking.list_in_shard(shard, after=None, limit=10).items
    ]


def states(session: Session) -> list[BookingStatus]:
    return sorted(one.status for one in bookings(session))


def test_event_without_sessions_says_nothing_of_an_agenda(event):
    assert 'id="agenda"' not in Client().get(f"/e/{event.uuid}").text


def test_anybody_reads_the_agenda_and_books_nothing(event):
    session = make_session(event, speakers="Grace Hopper", capacity=20)
    count(session, registered=18)

    page = Client().get(f"/e/{event.uuid}").text

    words = ("Tides for beginners", "Grace Hopper", "Hall A", "Water", "2 places left")
    assert [word for word in words if word in page] == list(words)
    assert "Register first, then book sessions here." in page
    assert page_of(session, "book") not in page


def test_nobodys_look_at_unlimited_sessions_reads_their_counters(event):
    unlimited, limited = (make_session(event, capacity=capacity) for capacity in (None, 5))

    calls = {}
    for session in (unlimited, limited):
        with recorded_calls() as calls[session.session_id]:
            cards_of([session], event, None, now=datetime.now(UTC))

    assert list(calls.values()) == [[], ["BatchGetItem"]]


def test_canceled_session_leaves_the_agenda(event, ada):
    session = make_session(event, status=SessionStatus.CANCELED)

    assert "Tides for beginners" not in ada.get(f"/e/{event.uuid}").text
    page = ada.get(page_of(session)).text
    assert "This session was canceled." in page
    assert page_of(session, "book") not in page


def test_guest_books_from_the_agenda_and_sees_it_there(event, ada):
    session = make_session(event)
    assert f'action="{page_of(session, "book")}"' in ada.get(f"/e/{event.uuid}").text

    answer = ada.post(page_of(session, "book"), {"from": "agenda"})

    assert answer["Location"] == f"/e/{event.uuid}#session-{session.session_id}"
    page = ada.get(f"/e/{event.uuid}").text
    assert "Booked. Your seat is kept." in page
    assert "fo-slot--booked" in page
    assert page_of(session, "book") not in page


def test_pressing_twice_books_once(event, ada):
    session = make_session(event)

    answers = [ada.post(page_of(session, "book")).status_code for _ in range(2)]

    assert (answers, states(session)) == ([302, 302], [S.BOOKED])


def test_guest_of_a_full_session_joins_its_waiting_list(event, ada):
    session = make_session(event, capacity=1)
    guest_of(event, "Ben").post(page_of(session, "book"))
    count(session, registered=1)
    assert "Join the waiting list" in ada.get(page_of(session)).text

    answer = ada.post(page_of(session, "book"), follow=True)

    assert "You are on the waiting list." in answer.text
    assert "number 1 on the waiting list" in answer.text
    assert states(session) == [S.BOOKED, S.WAITLISTED]


def test_full_session_without_a_list_refuses_in_words(event, ada):
    session = make_session(event, capacity=1, waiting_list=False)
    guest_of(event, "Ben").post(page_of(session, "book"))

    answer = ada.post(
        page_of(session, "book"),
        headers={"Referer": f"http://testserver{page_of(session)}"},
        follow=True,
    )

    assert "Every seat of this session is taken." in answer.text
    assert states(session) == [S.BOOKED]


def test_full_session_offers_nothing_without_a_list(event, ada):
    session = make_session(event, capacity=1, waiting_list=False)
    count(session, registered=1)

    page = ada.get(page_of(session)).text

    assert ("Full" in page, page_of(session, "book") in page) == (True, False)


def test_overlap_is_asked_about_and_booked_when_meant(event, ada):
    first, second = make_session(event), make_session(event, title="Terns", room="Hall B")
    ada.post(page_of(first, "book"))

    asked = ada.post(page_of(second, "book"))

    assert asked.status_code == 400
    assert "You have “Tides for beginners” booked at that time." in asked.text
    assert states(second) == []
    ada.post(page_of(second, "book"), {"overlap": "1"})
    assert states(second) == [S.BOOKED]


def test_more_than_the_rules_allow_is_refused_in_words(event, ada):
    later = event.starts_at + timedelta(hours=4)
    end = later + timedelta(hours=1)
    first, second = make_session(event), make_session(event, starts_at=later, ends_at=end)
    Agenda.find_for(event.uuid).set_rules(
        most_bookings=1, allow_overlap=False, at=event.created_at, changed_by="USER:user-olga"
    )
    ada.post(page_of(first, "book"))

    answer = ada.post(
        page_of(second, "book"),
        headers={"Referer": f"http://testserver{page_of(second)}"},
        follow=True,
    )

    assert "A guest can book one session of this event." in answer.text
    assert states(second) == []


@pytest.mark.parametrize(
    "values",
    [
        {"booking_open": False},
        {"status": SessionStatus.CANCELED},
        {
            "starts_at": datetime.now(UTC) - timedelta(hours=1),
            "ends_at": datetime.now(UTC) + timedelta(hours=1),
        },
    ],
)
def test_session_that_takes_no_bookings_offers_none_and_refuses(event, ada, values):
    session = make_session(event, **values)
    page = ada.get(page_of(session)).text

    ada.post(page_of(session, "book"))

    assert (page_of(session, "book") in page, states(session)) == (False, [])


def test_stranger_is_refused_and_told_to_register_first(event):
    session = make_session(event)
    stranger = browser_of("stranger")

    assert "Register for the event first" in stranger.get(page_of(session)).text
    assert stranger.post(page_of(session, "book")).status_code == 403
    assert states(session) == []


def test_seat_is_given_up_once_and_can_be_booked_again(event, ada):
    session = make_session(event)
    ada.post(page_of(session, "book"))
    assert f'action="{page_of(session, "give-up")}"' in ada.get(page_of(session)).text

    answers = [ada.post(page_of(session, "give-up")).status_code for _ in range(2)]

    assert (answers, states(session)) == ([302, 302], [S.CANCELED])
    ada.post(page_of(session, "book"))
    assert states(session) == [S.BOOKED]


def test_guest_who_was_there_cannot_give_up(event, ada):
    session = make_session(event)
    ada.post(page_of(session, "book"))
    [booking] = bookings(session)
    booking.status = S.ATTENDED
    booking.save()

    page = ada.get(page_of(session)).text
    ada.post(page_of(session, "give-up"))

    assert ("You were there" in page, page_of(session, "give-up") in page) == (True, False)
    assert states(session) == [S.ATTENDED]


def test_my_sessions_without_any_tell_how_to_book(event, ada):
    assert "No sessions yet" in ada.get("/me/sessions").text


def test_my_sessions_hold_what_is_booked_and_what_one_waits_for(event, ada):
    kept, full, given = (make_session(event, title=title, capacity=1) for title in "KFG")
    guest_of(event, "Ben").post(page_of(full, "book"))
    for session in (kept, full, given):
        ada.post(page_of(session, "book"), {"overlap": "1"})
    ada.post(page_of(given, "give-up"))

    rows = ada.get("/me/sessions").context["rows"]
    back = ada.post(page_of(kept, "give-up"), {"from": "mine"})

    assert {(one.session.title, place) for one, place, _over, _calls in rows} == {
        ("K", None),
        ("F", 1),
    }
    assert back["Location"] == "/me/sessions"
    assert [one[0].session.title for one in ada.get("/me/sessions").context["rows"]] == ["F"]


@pytest.mark.parametrize(
    ("starts_in", "notice_minutes", "said"), [(5, 10, 1), (11, 10, 0), (-1, 10, 0), (5, 0, 0)]
)
def test_my_sessions_say_when_to_queue_up(portal, starts_in, notice_minutes, said):
    now = datetime.now(UTC)
    event = make_event(starts_at=now - timedelta(hours=1))
    ada, start = guest_of(event), now + timedelta(minutes=starts_in)
    session = make_session(event, starts_at=now + timedelta(hours=2), notice_minutes=notice_minutes)
    ada.post(page_of(session, "book"))
    Session.change(event.uuid, session.session_id, actions=[Session.starts_at.set(start)])

    assert ada.get("/me/sessions").text.count("Queue up now") == said


def test_calendar_holds_the_seats_one_has(event, ada):
    kept, full = (make_session(event, title=title, capacity=1) for title in ("Kept", "Full"))
    guest_of(event, "Ben").post(page_of(full, "book"))
    for session in (kept, full):
        ada.post(page_of(session, "book"), {"overlap": "1"})

    answer = ada.get(f"/me/sessions/{event.uuid}.ics")

    entries = Calendar.from_ical(answer.content).walk("VEVENT")
    assert [str(entry["summary"]) for entry in entries] == ["Kept"]
    assert answer["Content-Disposition"] == 'attachment; filename="sessions.ics"'


def test_session_of_another_event_is_not_found(event, ada):
    theirs = make_session(make_event()).session_id

    answers = [
        ada.get(f"/e/{event.uuid}/sessions/{theirs}").status_code,
        ada.post(f"/e/{event.uuid}/sessions/{theirs}/book").status_code,
        ada.post(f"/e/{event.uuid}/sessions/{theirs}/give-up").status_code,
    ]

    assert answers == [404, 404, 404]


def test_session_of_a_private_event_is_its_guests_alone(portal):
    event = make_event(visibility="PRIVATE", starts_at=datetime.now(UTC) + timedelta(days=1))
    session = make_session(event)

    guests = (guest_of(event), browser_of("stranger"), Client())
    assert [one.get(page_of(session)).status_code for one in guests] == [200, 404, 404]
