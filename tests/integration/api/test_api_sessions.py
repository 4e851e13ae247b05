"""The agenda and bookings over HTTP, with every function's own rights and the streams behind them."""

from datetime import timedelta
from typing import Any

import pytest

from backend.activity import queries as activity
from backend.events.models import Event
from backend.sessions import queries, services
from backend.sessions.models import Session
from backend.shared.actor import SYSTEM
from backend.shared.clock import utc_now
from tests.factories.sessions import build_session_details
from tests.support.eventual import eventually


@pytest.fixture
def planned(event):
    """Makes a session of an event as its organiser does: to come, with two seats."""

    def make(event_id: str = "", **values: Any) -> Session:
        found = Event.fetch(event_id or event())
        given = {"capacity": 2, "starts_at": found.starts_at + timedelta(hours=2), **values}
        return services.create_session(
            event_id=found.uuid,
            details=build_session_details(found, **given),
            actor=SYSTEM,
            now=utc_now(),
        )

    return make


def place(session: Session, rest: str = "") -> str:
    return f"/events/{session.event_id}/sessions/{session.session_id}/bookings{rest}"


def guest_of(api, pool, session, name="Ada Byron"):
    guest = pool.make(name)
    assert api.post(f"/events/{session.event_id}/registrations", {}, by=guest).status == 201
    return guest


def test_anyone_reads_the_agenda_by_start(api, event, planned):
    event_id = event()
    first = planned(event_id)
    planned(event_id, title="Knots", starts_at=first.ends_at, capacity=None)

    answer = api.get(f"/events/{event_id}/sessions")

    assert answer.status == 200
    assert [one["title"] for one in answer.body["sessions"]] == ["Tides for beginners", "Knots"]
    shown = answer.body["sessions"][0]
    assert (shown["placesLeft"], shown["room"], shown["status"]) == (2, "Hall A", "PLANNED")


def test_the_agenda_comes_in_pages(api, event, planned):
    event_id = event()
    first = planned(event_id)
    planned(event_id, title="Knots", starts_at=first.ends_at)
    path = f"/events/{event_id}/sessions?limit=1"

    page = api.get(path).body
    following = api.get(f"{path}&nextToken={page['nextToken']}").body

    assert [one["title"] for one in page["sessions"]] == ["Tides for beginners"]
    assert [one["title"] for one in following["sessions"]] == ["Knots"]


def test_the_agenda_of_a_private_event_is_nobodys(api, event, planned):
    session = planned(event(visibility="PRIVATE"))

    assert api.get(f"/events/{session.event_id}/sessions").said == (404, "event_not_found")


def test_a_guest_books_once(api, pool, planned):
    session = planned()
    guest = guest_of(api, pool, session)

    first = api.post(place(session), {}, by=guest)
    again = api.post(place(session), {}, by=guest)

    assert (first.status, again.status) == (201, 200)
    assert first.body == again.body
    assert (first.body["status"], first.body["waitingPosition"]) == ("BOOKED", None)


def test_a_full_session_is_waited_for_and_a_freed_seat_is_given_on(api, pool, planned):
    session = planned(capacity=1)
    ada, ben = (guest_of(api, pool, session, name) for name in ("Ada Byron", "Ben Bitdiddle"))
    api.post(place(session), {}, by=ada)

    waiting = api.post(place(session), {}, by=ben).body
    canceled = api.delete(place(session, "/me"), by=ada)

    assert (waiting["status"], waiting["waitingPosition"]) == ("WAITLISTED", 1)
    assert (canceled.status, canceled.body["status"]) == (200, "CANCELED")
    eventually(lambda: my_bookings(api, ben) == [(session.session_id, "BOOKED")])


def my_bookings(api, guest) -> list[tuple[str, str]]:
    answer = api.get("/me/bookings", by=guest)
    assert answer.status == 200
    return [(one["sessionId"], one["status"]) for one in answer.body["bookings"]]


def test_a_session_at_the_same_time_is_booked_on_purpose_only(api, pool, planned):
    session = planned()
    other = planned(session.event_id, title="Knots")
    guest = guest_of(api, pool, session)
    api.post(place(session), {}, by=guest)

    refused = api.post(place(other), {}, by=guest)
    booked = api.post(place(other), {"allowOverlap": True}, by=guest)

    assert (refused.said, booked.status) == ((400, "overlaps"), 201)
    assert refused.body["error"] == "You have “Tides for beginners” booked at that time."


def test_a_stranger_does_not_book(api, pool, planned):
    assert api.post(place(planned()), {}, by=pool.make()).said == (403, "not_registered")


def test_what_was_not_booked_cannot_be_given_up(api, pool, planned):
    session = planned()

    answer = api.delete(place(session, "/me"), by=guest_of(api, pool, session))

    assert answer.said == (404, "booking_not_found")


def test_who_gives_up_the_event_gives_up_its_sessions(api, pool, planned):
    session = planned()
    guest = guest_of(api, pool, session)
    api.post(place(session), {}, by=guest)

    api.delete(f"/events/{session.event_id}/registrations/me", by=guest)

    eventually(lambda: my_bookings(api, guest) == [(session.session_id, "CANCELED")])


def test_a_session_that_is_called_off_cancels_its_bookings(api, pool, planned):
    session = planned()
    guest = guest_of(api, pool, session)
    api.post(place(session), {}, by=guest)

    services.cancel_session(
        event_id=session.event_id,
        session_id=session.session_id,
        version=session.version,
        actor=SYSTEM,
        now=utc_now(),
    )

    eventually(lambda: my_bookings(api, guest) == [(session.session_id, "CANCELED")])


def test_bookings_are_counted_and_put_on_record(api, pool, planned):
    session = planned()
    guest = guest_of(api, pool, session)
    api.post(place(session), {}, by=guest)

    eventually(lambda: queries.numbers_of([session])[session.session_id].booked == 1)
    assert api.get(f"/events/{session.event_id}/sessions").body["sessions"][0]["placesLeft"] == 1
    eventually(lambda: {"SESSION_ADDED", "BOOKING_MADE"} <= kinds_at(session.event_id))


def kinds_at(event_id: str) -> set[str]:
    now = utc_now()
    page = activity.list_for_event(event_id=event_id, since=now, limit=50, now=now)
    return {str(entry.kind) for entry in page.items}
