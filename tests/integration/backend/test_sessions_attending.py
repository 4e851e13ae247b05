"""At a session's door: who booked comes in once, and who did not while there is a seat."""

from datetime import timedelta

import pytest

from backend.events.errors import EventForbidden
from backend.registrations import services as registrations
from backend.sessions import queries, services
from backend.sessions.errors import SessionNotFound
from backend.sessions.services import AttendanceResult
from backend.sessions.states import BookingStatus
from tests.factories.events import NOON
from tests.factories.sessions import make_session
from tests.support.aws_calls import aws_calls
from tests.support.booking import Streams, book, call_off, cancel, claims_in, open_session, stored
from tests.support.registering import OLGA, person, register

R, S = AttendanceResult, BookingStatus
pytestmark = pytest.mark.usefixtures("tables")


def come(event, session, who="ada", *, scan_id="scan-1", actor=OLGA, now=NOON):
    registration = register(event, who).registration
    return services.attend(
        event_id=event.uuid,
        session_id=session.session_id,
        registration=registration,
        scan_id=scan_id,
        gate="Hall A",
        actor=actor,
        now=now,
    )


def test_who_booked_comes_in():
    event, session = open_session()
    booking = book(session).booking

    answer = come(event, session)

    there = stored(booking)
    assert (answer.result, answer.walk_in) == (R.ATTENDED, False)
    assert (there.status, there.attended_at, there.attended_gate) == (S.ATTENDED, NOON, "Hall A")
    assert claims_in(session) == {booking.claim}


def test_the_same_scan_again_is_the_same_answer():
    event, session = open_session()
    book(session)
    come(event, session)

    again = come(event, session, now=NOON + timedelta(minutes=1))

    assert (again.result, again.booking.attended_at) == (R.ATTENDED, NOON)


def test_another_scan_is_told_that_the_guest_is_in():
    event, session = open_session()
    book(session)
    come(event, session)

    again = come(event, session, scan_id="scan-2")

    assert (again.result, again.booking.attended_at) == (R.ALREADY_IN, NOON)


def test_who_did_not_book_gets_a_seat_that_is_left():
    event, session = open_session(1, booking_open=False)

    answer = come(event, session)

    assert (answer.result, answer.walk_in) == (R.ATTENDED, True)
    assert claims_in(session) == {stored(answer.booking).claim}


def test_who_did_not_book_is_told_that_it_is_full():
    event, session = open_session(1)
    book(session, "ben")

    assert come(event, session).result is R.FULL


def test_nobody_passes_who_waits():
    event, session = open_session(1)
    book(session, "ben")
    book(session, "cyd")
    cancel(session, "ben")

    assert come(event, session, "ada").result is R.FULL
    assert come(event, session, "cyd").result is R.WAITLISTED


def test_who_gave_up_comes_in_as_if_never_booked():
    event, session = open_session()
    book(session)
    cancel(session)

    assert come(event, session).walk_in


def test_a_session_called_off_lets_nobody_in():
    event, session = open_session()
    book(session)
    call_off(session)

    assert come(event, session).result is R.CANCELED


def test_who_has_no_place_at_the_event_stays_out():
    event, session = open_session()
    registration = registrations.cancel_mine(event_id=event.uuid, actor=person("ada"), now=NOON)

    answer = services.attend(
        event_id=event.uuid,
        session_id=session.session_id,
        registration=registration,
        scan_id="scan-1",
        gate="",
        actor=OLGA,
        now=NOON,
    )

    assert (answer.result, answer.booking) == (R.NOT_REGISTERED, None)


def test_only_who_scans_lets_guests_in():
    event, session = open_session()

    with pytest.raises(EventForbidden):
        come(event, session, actor=person("ben"))


def test_a_session_that_is_not_there():
    event, session = open_session()
    session.session_id = "0" * 26

    with pytest.raises(SessionNotFound):
        come(event, session)


def test_who_was_there_is_counted_once():
    event, session = open_session()
    streams = Streams(event)
    book(session)
    come(event, session)
    come(event, session, "ben")
    come(event, session, scan_id="scan-2")

    streams.settle()

    numbers = queries.numbers_of([session])[session.session_id]
    assert (numbers.booked, numbers.attended, numbers.left) == (2, 2, 0)


def test_coming_in_costs_one_call():
    event, session = open_session()
    book(session, "ada")
    book(session, "ben")
    registration = register(event, "ben").registration
    come(event, session, "ada")

    with aws_calls() as called:
        answer = services.attend(
            event_id=event.uuid,
            session_id=session.session_id,
            registration=registration,
            scan_id="scan-2",
            gate="",
            actor=OLGA,
            now=NOON,
        )

    assert (answer.result, called) == (R.ATTENDED, ["UpdateItem"])


def test_booking_costs_the_same_whatever_is_booked_already():
    event, session = open_session(50)
    make_session(event, starts_at=session.ends_at)
    with aws_calls() as first:
        book(session, "ada")
    with aws_calls() as second:
        book(session, "ben")

    assert len(second) <= len(first)
    assert sorted(second).count("UpdateItem") == sorted(second).count("PutItem") == 1
