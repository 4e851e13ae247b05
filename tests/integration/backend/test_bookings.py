"""Booking sessions: seats, the waiting list, and what refuses."""

from datetime import timedelta

import pytest

from backend.events.errors import EventNotFound, SignInNeeded
from backend.events.kinds import Visibility
from backend.events.states import EventStatus
from backend.registrations import queries as registration_queries
from backend.registrations import services as registrations
from backend.seats.errors import PoolBusy
from backend.sessions import queries, services
from backend.sessions.errors import (
    BookingClosed,
    BookingNotFound,
    FullyBooked,
    NotRegistered,
    SessionNotFound,
)
from backend.sessions.states import BookingStatus
from backend.shared.actor import VISITOR
from tests.factories.events import NOON
from tests.factories.sessions import make_session
from tests.support.booking import (
    book,
    call_off,
    cancel,
    change_event,
    claims_in,
    open_session,
    stored,
)
from tests.support.registering import person

S = BookingStatus
pytestmark = pytest.mark.usefixtures("tables")


def test_book_gives_a_seat():
    _event, session = open_session()

    outcome = book(session)

    assert (outcome.created, stored(outcome.booking).status) == (True, S.BOOKED)
    assert claims_in(session) == {outcome.booking.claim}


def test_book_again_is_the_same_booking():
    _event, session = open_session()
    first = book(session).booking

    again = book(session, now=NOON + timedelta(minutes=5))

    assert (again.created, again.booking.booking_no) == (False, first.booking_no)
    assert len(claims_in(session)) == 1


def test_book_a_full_session_waits():
    _event, session = open_session(1)
    book(session, "ada")

    waiting = book(session, "ben").booking

    assert (stored(waiting).status, waiting.claim) == (S.WAITLISTED, None)
    assert queries.waiting_position(waiting, session) == 1


def test_book_a_full_session_without_a_list_is_refused():
    _event, session = open_session(1, waiting_list=False)
    book(session, "ada")

    with pytest.raises(FullyBooked):
        book(session, "ben")


def test_book_a_session_without_a_limit_takes_no_seat():
    _event, session = open_session(None)

    assert book(session).booking.status is S.BOOKED
    assert claims_in(session) == set()


def test_cancel_frees_the_seat_and_who_waits_gets_it():
    _event, session = open_session(1)
    book(session, "ada")
    waiting = book(session, "ben").booking

    canceled = cancel(session, "ada")
    promoted = services.promote_waiting(session=session, now=NOON)

    assert (canceled.status, promoted, stored(waiting).status) == (S.CANCELED, 1, S.BOOKED)
    assert claims_in(session) == {stored(waiting).claim}


def test_a_newcomer_does_not_pass_who_waits():
    _event, session = open_session(1)
    book(session, "ada")
    book(session, "ben")
    cancel(session, "ada")

    assert book(session, "cyd").booking.status is S.WAITLISTED


def test_cancel_again_changes_nothing():
    _event, session = open_session()
    book(session)
    first = cancel(session)

    assert cancel(session).version == first.version


def test_book_after_canceling_starts_afresh():
    _event, session = open_session(1)
    first = book(session).booking
    cancel(session)

    again = book(session)

    assert (again.created, again.booking.version) == (True, 3)
    assert again.booking.booking_no != first.booking_no


def test_cancel_what_was_never_booked_is_refused():
    _event, session = open_session()

    with pytest.raises(BookingNotFound):
        cancel(session)


def test_cancel_by_somebody_who_is_no_guest_is_refused():
    _event, session = open_session()

    with pytest.raises(BookingNotFound):
        cancel(session, "eve")


@pytest.mark.parametrize("who", ["eve"])
def test_book_by_somebody_who_is_no_guest_is_refused(who):
    _event, session = open_session()

    with pytest.raises(NotRegistered):
        book(session, who)

    assert claims_in(session) == set()


def test_book_by_who_waits_for_the_event_is_refused():
    event, session = open_session()
    registrations.cancel_mine(event_id=event.uuid, actor=person("ada"), now=NOON)

    with pytest.raises(NotRegistered):
        book(session)


def test_book_by_who_was_erased_is_refused():
    event, session = open_session()
    mine = registration_queries.find_mine(event_id=event.uuid, actor=person("ada"), now=NOON)
    mine.revise({"erased_at": NOON}, changed_by="SYSTEM")

    with pytest.raises(NotRegistered):
        book(session)


def test_book_without_an_account_is_refused():
    _event, session = open_session()

    with pytest.raises(SignInNeeded):
        book(session, actor=VISITOR)


def test_book_at_a_private_event_tells_a_stranger_nothing():
    event, session = open_session()
    change_event(event, visibility=Visibility.PRIVATE)

    with pytest.raises(EventNotFound):
        book(session, "eve")


@pytest.mark.parametrize("session_id", ["", "x" * 26, "01J0000000000000000000000É", "#agenda"])
def test_book_a_session_that_is_not_there(session_id):
    event, _session = open_session()

    with pytest.raises(SessionNotFound):
        services.book(event_id=event.uuid, session_id=session_id, actor=person(), now=NOON)


def test_book_a_session_of_another_event_is_not_found():
    _event, session = open_session()
    other, _ = open_session()

    with pytest.raises(SessionNotFound):
        services.book(event_id=other.uuid, session_id=session.session_id, actor=person(), now=NOON)


def test_book_a_session_that_is_not_open_for_it_is_refused():
    _event, session = open_session(booking_open=False)

    with pytest.raises(BookingClosed):
        book(session)


def test_book_a_session_that_has_begun_is_refused():
    _event, session = open_session()

    with pytest.raises(BookingClosed):
        book(session, now=session.starts_at)


def test_book_a_canceled_session_is_refused():
    _event, session = open_session()
    call_off(session)

    with pytest.raises(BookingClosed):
        book(session)


def test_book_at_an_event_that_is_over_is_refused():
    event, session = open_session()
    change_event(event, status=EventStatus.FINISHED)

    with pytest.raises(BookingClosed):
        book(session)


def test_book_before_the_seats_are_there_is_tried_again_later():
    event, _session = open_session()
    session = make_session(event, opened=False, waiting_list=False)

    with pytest.raises(PoolBusy):
        book(session)
