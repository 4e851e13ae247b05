"""The agenda from the organiser's side: day by room, adding, changing, moving, canceling."""

from datetime import timedelta

import pytest

from backend.activity.models import Stats
from backend.jobs import queries as jobs
from backend.sessions.models import Agenda, Booking, Session
from backend.sessions.states import BookingStatus
from tests.factories.events import NOON, make_event
from tests.factories.registrations import make_registration
from tests.factories.sessions import make_session
from tests.integration.portal.people import browser_of

pytestmark = pytest.mark.usefixtures("portal")
TYPED = {
    "title": "Kelp & kale",
    "starts_at": "2030-05-08T15:00",
    "ends_at": "2030-05-08T15:45",
    "room": "Hall B",
    "track": "Food",
    "speakers": "Åsa Ångström",
    "capacity": "30",
    "notice_minutes": "15",
    "booking_open": "on",
    "description": "Bring a spoon.",
    "version": "1",
}


@pytest.fixture
def event(portal):
    return make_event()  # 8 May 2030, 14:00 to 22:00 in Berlin


@pytest.fixture
def olga(event):
    return browser_of("organiser", event.uuid)


def here(event, *parts: str) -> str:
    return "/".join([f"/o/e/{event.uuid}/agenda", *parts])


def stored(event) -> list[Session]:
    return list(Session.list_for_event(event.uuid))


def count(session, **numbers: int) -> None:
    """As the streams count."""
    seq = "1".zfill(40)
    Stats.add_up(f"{session.session_id}#R0", numbers, first_seq=seq, last_seq=seq)


def book(session, status=BookingStatus.BOOKED, name="Ada Lovelace", **values) -> Booking:
    guest = make_registration(
        event_id=session.event_id, name=name, user_email=f"{name[:3]}@example.com"
    )
    given = {"event_id": session.event_id, "session_id": session.session_id, "status": status}
    given |= {"registration_shard": guest.shard, "booked_at": NOON, "version": 1}
    booking = Booking(f"{session.session_id}#R0", guest.guest, **given, **values)
    booking.changed_by = "USER:user-ada"
    booking.save()
    return booking


def test_empty_agenda_teaches_the_first_step(event, olga):
    page = olga.get(here(event)).text

    assert "No sessions yet" in page
    assert f'href="{here(event, "new")}"' in page


def test_desk_reads_and_is_offered_no_change(event):
    session = make_session(event)
    desk = browser_of("desk", event.uuid)

    page = desk.get(here(event)).text

    assert "Tides for beginners" in page
    assert f'href="{here(event, session.session_id, "guests")}"' in page
    assert [
        link for link in ("new", "rules", session.session_id) if f'"{here(event, link)}"' in page
    ] == []
    assert "15 minutes earlier" not in page


def test_added_session_stands_in_the_events_zone(event, olga):
    answer = olga.post(here(event, "new"), TYPED)

    [session] = stored(event)
    assert answer["Location"] == f"{here(event)}#session-{session.session_id}"
    assert session.starts_at == event.starts_at + timedelta(hours=1)
    assert (session.title, session.room, session.capacity) == ("Kelp & kale", "Hall B", 30)
    assert (session.waiting_list, session.booking_open) == (False, True)
    page = olga.get(here(event)).text
    assert "Kelp &amp; kale" in page
    assert "15:00–15:45" in page
    assert "Wednesday, 8 May 2030" in page


@pytest.mark.parametrize(
    ("field", "typed", "words"),
    [
        ("title", "", "Give the session a title."),
        ("ends_at", "2030-05-08T14:30", "The end must be after the start."),
        ("starts_at", "2030-05-09T15:00", "A session starts while its event lasts."),
        ("starts_at", "0001-01-01T00:30", "Choose a year between 2000 and 2199."),
        ("ends_at", "9999-12-31T23:30", "Choose a year between 2000 and 2199."),
        ("starts_at", "", "Say when the session starts."),
        ("capacity", "-3", "A whole number from 1 to 100,000, or nothing for no limit."),
        ("notice_minutes", "121", "A whole number of minutes from 0 (no notice) to 120."),
    ],
)
def test_bad_input_is_named_by_its_field_and_kept(event, olga, field, typed, words):
    answer = olga.post(here(event, "new"), TYPED | {field: typed})

    assert answer.status_code == 400
    assert [str(error) for error in answer.context["form"].errors[field]] == [words]
    assert "Bring a spoon." in answer.text
    assert stored(event) == []


def test_time_that_the_clocks_skip_is_an_error(portal):
    night = make_event(starts_at=NOON.replace(month=3, day=30, hour=22))
    olga = browser_of("organiser", night.uuid)

    answer = olga.post(
        here(night, "new"),
        TYPED | {"starts_at": "2030-03-31T02:30", "ends_at": "2030-03-31T04:00"},
    )

    assert "this time does not exist there" in answer.text
    assert stored(night) == []


def test_change_is_saved_and_leaves_untouched_seconds(event, olga):
    odd = event.starts_at + timedelta(hours=1, seconds=7)
    session = make_session(event, starts_at=odd, ends_at=odd + timedelta(minutes=45))

    olga.post(here(event, session.session_id), TYPED)

    [saved] = stored(event)
    assert (saved.title, saved.starts_at, saved.version) == ("Kelp & kale", odd, 2)


def test_overtaken_organiser_sees_both_and_wins_by_saving_again(event, olga):
    session = make_session(event)
    olga.post(here(event, session.session_id), TYPED | {"room": "Hall C"})

    late = olga.post(here(event, session.session_id), TYPED | {"title": "Mine"})

    assert late.status_code == 409
    told = {one.label: (one.stored, one.typed) for one in late.context["differences"]}
    assert told == {"Title": ("Kelp & kale", "Mine"), "Room": ("Hall C", "Hall B")}
    assert stored(event)[0].title == "Kelp & kale"
    again = TYPED | {"title": "Mine", "version": late.context["form"].data["version"]}
    assert olga.post(here(event, session.session_id), again).status_code == 302
    assert stored(event)[0].title == "Mine"


def test_clash_names_both_sessions(event, olga):
    make_session(event, title="Tides")
    make_session(event, title="Terns", room="hall  a")
    make_session(event, title="Toads", room="Hall B")

    page = olga.get(here(event)).text

    said = page[page.index('id="clashes"') : page.index("data-agenda")]
    assert [name for name in ("Tides", "Terns", "Toads") if name in said] == ["Tides", "Terns"]
    assert page.count("fo-slot--clash") == 2


def test_session_that_the_event_moved_away_from_is_named(event, olga):
    make_session(event, starts_at=event.ends_at, ends_at=event.ends_at + timedelta(hours=1))

    assert "lies outside the event" in olga.get(here(event)).text


def test_numbers_stand_on_the_card(event, olga):
    session = make_session(event, capacity=20)
    count(session, registered=12, waiting=3, admitted=4)

    page = olga.get(here(event)).text

    assert [w for w in ("12 of 20 booked", "3 waiting", "4 attended") if w in page] == [
        "12 of 20 booked", "3 waiting", "4 attended",
    ]  # fmt: skip


def test_copy_opens_to_be_changed(event, olga):
    session = make_session(event)

    answer = olga.post(here(event, session.session_id, "copy"))

    [copy] = [one for one in stored(event) if one.session_id != session.session_id]
    assert answer["Location"] == here(event, copy.session_id)
    assert (copy.title, copy.starts_at, copy.room) == (session.title, session.starts_at, "Hall A")


@pytest.mark.parametrize(
    ("asked", "minutes", "room"),
    [
        ({"step": "earlier"}, -15, "Hall A"),
        ({"step": "later"}, 15, "Hall A"),
        ({"room": "Hall B"}, 0, "Hall B"),
    ],
)
def test_session_is_moved_by_a_step_or_to_a_room(event, olga, asked, minutes, room):
    session = make_session(event)

    answer = olga.post(here(event, session.session_id, "move"), {"version": "1", **asked})

    [moved] = stored(event)
    assert answer["Location"] == f"{here(event)}#session-{session.session_id}"
    assert moved.starts_at - session.starts_at == timedelta(minutes=minutes)
    assert moved.ends_at - moved.starts_at == session.ends_at - session.starts_at
    assert moved.room == room


@pytest.mark.parametrize("posted", [{"version": word} for word in ("1", "7", "x", "7" * 5000)])
def test_move_out_of_the_event_or_over_another_change_is_refused(event, olga, posted):
    session = make_session(event, starts_at=event.starts_at)
    before = stored(event)[0].serialize()
    page = f"http://testserver{here(event)}"

    answer = olga.post(
        here(event, session.session_id, "move"),
        {"step": "earlier", **posted},
        headers={"Referer": page},
        follow=True,
    )

    assert answer.context["messages"]
    assert stored(event)[0].serialize() == before


def test_cancel_names_what_happens_and_leaves_the_agenda(event, olga):
    session = make_session(event)
    count(session, registered=12, waiting=3)
    form = olga.get(here(event, session.session_id)).text
    assert "Cancel session, tell 15 guests" in form

    olga.post(here(event, session.session_id, "cancel"), {"version": "1"})

    assert stored(event)[0].is_planned is False
    assert [job.kind for job in jobs.list_for_event(event.uuid, limit=5).items] == [
        "CANCEL_SESSION"
    ]
    page = olga.get(here(event)).text
    assert "1 canceled" in page
    assert "data-agenda" not in page
    closed = olga.get(here(event, session.session_id)).text
    assert "This session was canceled" in closed
    assert 'name="title"' not in closed


@pytest.mark.parametrize("version", ["9", "9" * 5000])
def test_cancel_over_another_change_is_refused(event, olga, version):
    session = make_session(event)

    olga.post(here(event, session.session_id, "cancel"), {"version": version})

    assert stored(event)[0].is_planned is True


def test_rules_are_kept(event, olga):
    answer = olga.post(
        here(event, "rules"), {"most_bookings": "3", "allow_overlap": "on", "version": "0"}
    )

    rules = Agenda.find_for(event.uuid)
    assert answer["Location"] == here(event)
    assert (rules.most_bookings, rules.allow_overlap) == (3, True)
    assert 'value="3"' in olga.get(here(event, "rules")).text


def test_rules_that_make_no_sense_are_refused(event, olga):
    answer = olga.post(here(event, "rules"), {"most_bookings": "0", "version": "0"})

    assert answer.status_code == 400
    assert "A whole number from 1 to 100, or nothing for no limit." in answer.text
    assert Agenda.find_for(event.uuid).version == 0


def test_rules_saved_twice_at_once_show_both(event, olga):
    olga.post(here(event, "rules"), {"most_bookings": "3", "version": "0"})

    late = olga.post(here(event, "rules"), {"most_bookings": "5", "version": "0"})

    assert late.status_code == 409
    assert [(one.stored, one.typed) for one in late.context["differences"]] == [("3", "5")]
    assert Agenda.find_for(event.uuid).most_bookings == 3


def test_list_of_who_booked_names_states_and_leaves_out_who_gave_up(event, olga):
    session = make_session(event)
    book(session)
    book(session, BookingStatus.WAITLISTED, "Ben Bitdiddle", waiting_since=NOON)
    book(session, BookingStatus.CANCELED, "Cyd Charisse")

    page = olga.get(here(event, session.session_id, "guests")).text

    names = ("Ada Lovelace", "Ben Bitdiddle", "Cyd Charisse")
    assert [name for name in names if name in page] == ["Ada Lovelace", "Ben Bitdiddle"]


def test_list_of_who_booked_is_paged(event, olga, monkeypatch):
    monkeypatch.setattr("portal.organiser.views.sessions_guests.PER_PAGE", 2)
    session = make_session(event)
    for name in ("Ada Lovelace", "Ben Bitdiddle", "Cyd Charisse"):
        book(session, name=name)
    address = here(event, session.session_id, "guests")

    first = olga.get(address).context["trail"]
    second = olga.get(address + first.next).context["trail"]

    names = [one.registration.name for trail in (first, second) for one in trail.items]
    assert sorted(names) == ["Ada Lovelace", "Ben Bitdiddle", "Cyd Charisse"]
    assert (len(first.items), second.next) == (2, "")


def test_booking_is_taken_back_as_it_was_seen(event, olga):
    session = make_session(event)
    booking = book(session)
    address = here(event, session.session_id, "guests", booking.guest, "remove")
    assert f'action="{address}"' in olga.get(here(event, session.session_id, "guests")).text

    olga.post(address, {"version": "7"})
    assert Booking.find(booking.shard, booking.guest).status is BookingStatus.BOOKED
    olga.post(address, {"version": "1"})

    assert Booking.find(booking.shard, booking.guest).status is BookingStatus.CANCELED


def test_guest_who_was_there_is_not_taken_out(event, olga):
    session = make_session(event)
    booking = book(session, BookingStatus.ATTENDED)
    address = here(event, session.session_id, "guests", booking.guest, "remove")

    page = olga.get(here(event, session.session_id, "guests")).text
    olga.post(address, {"version": "1"})

    assert ("Ada Lovelace" in page, address in page) == (True, False)
    assert Booking.find(booking.shard, booking.guest).status is BookingStatus.ATTENDED


def test_session_of_another_event_is_not_found(event, olga):
    theirs = make_session(make_event()).session_id

    answers = [
        olga.get(here(event, theirs)).status_code,
        olga.get(here(event, theirs, "guests")).status_code,
        *(
            olga.post(here(event, theirs, act), {"version": "1"}).status_code
            for act in ("copy", "move", "cancel")
        ),
    ]

    assert answers == [404, 404, 404, 404, 404]


def test_closed_event_shows_its_agenda_and_changes_nothing(portal):
    event = make_event(status="CANCELED")
    session = make_session(event)
    olga = browser_of("organiser", event.uuid)

    pages = [olga.get(here(event)).text, olga.get(here(event, session.session_id)).text]
    olga.post(here(event, session.session_id), TYPED)

    assert ["Add session" in page for page in pages] == [False, False]
    assert "This event is closed" in pages[1]
    assert stored(event)[0].version == 1
