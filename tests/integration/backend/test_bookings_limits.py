"""Bookings that are limited: by time, by number, by what organisers do, by seats that change."""

from datetime import timedelta

import pytest

from backend.events.errors import EventForbidden
from backend.registrations import services as registrations
from backend.registrations.errors import RegistrationNotFound
from backend.sessions import queries, services
from backend.sessions.errors import (
    BookingNotFound,
    FullyBooked,
    NotCancelable,
    Overlaps,
    TooManyBookings,
)
from backend.sessions.models import Booking
from backend.sessions.states import BookingStatus
from backend.shared.db import StaleWrite
from tests.factories.events import NOON
from tests.factories.sessions import make_session
from tests.support.booking import (
    book,
    cancel,
    claims_in,
    open_session,
    stored,
    stored_session,
    update,
)
from tests.support.registering import OLGA, person

S = BookingStatus
pytestmark = pytest.mark.usefixtures("tables")


# What takes place at the same time


def test_book_two_sessions_at_once_names_the_other():
    event, session = open_session()
    other = make_session(event, title="Knots", starts_at=session.starts_at + timedelta(minutes=30))
    book(session)

    with pytest.raises(Overlaps) as refusal:
        book(other)

    assert refusal.value.details == {"session_id": session.session_id, "title": session.title}
    assert claims_in(other) == set()


def test_book_two_sessions_at_once_on_purpose():
    event, session = open_session()
    other = make_session(event)
    book(session)

    assert book(other, allow_overlap=True).created


def test_book_the_session_that_follows_is_no_overlap():
    event, session = open_session()
    book(session)

    assert book(make_session(event, starts_at=session.ends_at)).created


def test_what_was_given_up_does_not_overlap():
    event, session = open_session()
    book(session)
    cancel(session)

    assert book(make_session(event)).created


# How many one guest may book


def rules(event, most, *, version=0, overlap=True):
    return services.set_rules(
        event_id=event.uuid,
        most_bookings=most,
        allow_overlap=overlap,
        version=version,
        actor=OLGA,
        now=NOON,
    )


def test_book_one_more_than_a_guest_may_is_refused():
    event, session = open_session()
    rules(event, 1)
    book(session)

    with pytest.raises(TooManyBookings):
        book(make_session(event))


def test_a_booking_that_was_given_up_counts_no_more():
    event, session = open_session()
    rules(event, 1)
    book(session)
    cancel(session)

    assert book(make_session(event), now=NOON + timedelta(seconds=2)).created


def test_what_was_booked_before_there_was_a_limit_counts():
    event, session = open_session()
    book(session)
    rules(event, 1)

    with pytest.raises(TooManyBookings):
        book(make_session(event))


def test_a_full_session_counts_not():
    event, session = open_session(1, waiting_list=False)
    book(session, "ben")
    rules(event, 1)
    with pytest.raises(FullyBooked):
        book(session)

    assert book(make_session(event)).created


def test_the_last_seat_pressed_twice_at_once_is_booked_and_counted(monkeypatch):
    event, session = open_session(1, waiting_list=False)
    rules(event, 1)
    first = book(session)
    looked = iter((None, first.booking))
    with monkeypatch.context() as twice:
        # The second call looked before the first one's booking was there.
        twice.setattr(queries, "find_booking", lambda *_: next(looked))
        second = book(session, now=NOON + timedelta(milliseconds=50))

    assert (second.created, second.booking.booking_no) == (False, first.booking.booking_no)
    with pytest.raises(TooManyBookings):
        book(make_session(event, capacity=5), now=NOON + timedelta(seconds=1))


def test_what_somebody_counted_and_never_booked_is_forgotten_after_a_minute(monkeypatch):
    event, session = open_session()
    rules(event, 1)
    with monkeypatch.context() as dying:
        dying.setattr(Booking, "commit", _die)
        with pytest.raises(KeyboardInterrupt):
            book(session)
    other = make_session(event)

    with pytest.raises(TooManyBookings):
        book(other)
    assert book(other, now=NOON + timedelta(minutes=2)).created


def _die(*_args, **_values):
    raise KeyboardInterrupt


def test_set_rules_over_another_version_is_refused():
    event, _session = open_session()
    rules(event, 1)

    with pytest.raises(StaleWrite) as refusal:
        rules(event, 2)

    assert refusal.value.old.most_bookings == 1


# What organisers do


def add(session, guest, actor=OLGA, now=NOON):
    return services.add_booking(
        event_id=session.event_id,
        session_id=session.session_id,
        guest=guest,
        actor=actor,
        now=now,
    )


def remove(session, booking, version=None, actor=OLGA):
    return services.remove_booking(
        event_id=session.event_id,
        session_id=session.session_id,
        guest=booking.guest,
        version=version or int(booking.version),
        actor=actor,
        now=NOON,
    )


def test_organisers_book_for_a_guest_while_it_runs():
    event, session = open_session(booking_open=False)
    guest = registrations.register(
        event_id=event.uuid, name="Ada", actor=person("ada"), now=NOON
    ).registration

    assert add(session, guest.guest, now=session.starts_at).created


@pytest.mark.parametrize("guest", ["0" * 16, "nobody"])
def test_organisers_book_for_guests_only(guest):
    _event, session = open_session()

    with pytest.raises(RegistrationNotFound):
        add(session, guest)


def test_others_book_for_nobody():
    _event, session = open_session()
    booking = book(session).booking

    with pytest.raises(EventForbidden):
        add(session, booking.guest, actor=person("ben"))
    with pytest.raises(EventForbidden):
        remove(session, booking, actor=person("ben"))


def test_organisers_take_a_booking_back():
    _event, session = open_session()
    booking = book(session).booking

    assert remove(session, booking).status is S.CANCELED
    assert claims_in(session) == set()


def test_organisers_take_back_what_they_saw_only():
    _event, session = open_session()
    booking = book(session).booking

    with pytest.raises(StaleWrite) as refusal:
        remove(session, booking, version=9)

    assert refusal.value.old.version == booking.version


def test_organisers_take_back_only_what_is_there():
    _event, session = open_session(guests=("ada", "ben"))
    other = book(make_session(_event)).booking

    with pytest.raises(BookingNotFound):
        remove(session, other)


def test_who_was_there_keeps_the_booking():
    _event, session = open_session()
    booking = book(session).booking
    Booking.attend(
        booking.shard, booking.guest, scan_id="s", gate="", at=NOON, changed_by="USER:desk"
    )

    with pytest.raises(NotCancelable):
        cancel(session)


# Capacity


def test_more_seats_are_given_to_who_waits():
    _event, session = open_session(1)
    book(session, "ada")
    waiting = book(session, "ben").booking

    changed = update(session, capacity=2)
    services.promote_waiting(session=changed, now=NOON)

    assert stored(waiting).status is S.BOOKED


def test_fewer_seats_than_are_booked_keeps_everybody():
    _event, session = open_session(2)
    booked = [book(session, who).booking for who in ("ada", "ben")]

    update(session, capacity=1)

    assert [stored(one).status for one in booked] == [S.BOOKED, S.BOOKED]
    assert book(session, "cyd").booking.status is S.WAITLISTED
    assert services.promote_waiting(session=stored_session(session), now=NOON) == 0


def test_a_first_limit_counts_who_booked_before():
    _event, session = open_session(None)
    booked = [book(session, who).booking for who in ("ada", "ben")]

    update(session, capacity=2)
    services.audit_seats(pool=session.pool, now=NOON + timedelta(minutes=2))

    assert claims_in(session) == {stored(one).claim for one in booked}
    assert book(session, "cyd", now=NOON + timedelta(minutes=3)).booking.status is S.WAITLISTED
