"""What follows from changes of sessions, bookings and registrations, also twice and out of order."""

import copy
import random
from datetime import timedelta

import pytest

from backend.activity import queries as activity
from backend.activity.kinds import ActivityKind
from backend.handlers import bookings_stream
from backend.jobs.kinds import JobKind
from backend.lifecycle import services as lifecycle
from backend.notifications.messages import Message, Suppression
from backend.notifications.models import Notification
from backend.registrations import services as registrations
from backend.registrations.models import Registration
from backend.seats import services as seats
from backend.sessions import mails, queries, services
from backend.sessions.models import Booking, Session
from backend.sessions.states import BookingStatus
from backend.shared.clock import utc_now
from tests.factories.events import NOON
from tests.factories.sessions import build_session_details, make_session
from tests.support.booking import (
    Streams,
    book,
    call_off,
    cancel,
    change_event,
    claims_in,
    open_session,
    run_jobs,
    stored,
    stored_session,
    update,
)
from tests.support.registering import OLGA, person

S, K = BookingStatus, ActivityKind
pytestmark = pytest.mark.usefixtures("tables")


def numbers(session):
    found = queries.numbers_of([session])[session.session_id]
    return found.booked, found.waiting, found.attended, found.left


def kinds_at(event):
    page = activity.list_for_event(event_id=event.uuid, since=utc_now(), limit=100, now=NOON)
    return sorted(entry.kind for entry in page.items)


def mail_of(template, session, guest, which) -> Notification | None:
    return Notification.find(f"{template}#{session.session_id}#{guest}#{int(which)}")


def test_bookings_are_counted_once_however_often_they_are_delivered():
    event, session = open_session(1)
    streams = Streams(event)
    book(session, "ada")
    book(session, "ben")
    cancel(session, "ada")
    records = streams.read("bookings")

    for seed in range(3):
        batch = copy.deepcopy(records)
        random.Random(seed).shuffle(batch)  # noqa: S311 - a test's order, not a secret
        assert streams.deliver("bookings", records if seed == 0 else batch) == []
    streams.settle()

    assert numbers(session) == (1, 0, 0, 0)


def test_who_waits_gets_the_freed_seat_and_is_told_once():
    event, session = open_session(1)
    streams = Streams(event)
    book(session, "ada")
    waiting = book(session, "ben").booking
    cancel(session, "ada")

    streams.settle()

    promoted = stored(waiting)
    assert promoted.status is S.BOOKED
    told = mail_of(mails.PROMOTED, session, promoted.guest, promoted.version)
    assert mails.compose(told, now=session.ends_at) == Suppression("session_over")
    message = mails.compose(told, now=NOON)
    assert isinstance(message, Message)
    assert message.subject == "You have a seat: Tides for beginners (Harbour Conference)"
    assert K.BOOKING_PROMOTED in kinds_at(event)


def test_a_seat_whose_release_was_cut_off_is_released_by_the_stream(monkeypatch):
    event, session = open_session(1)
    streams = Streams(event)
    book(session, "ada")
    with monkeypatch.context() as dying:
        dying.setattr(seats, "release", _die)
        with pytest.raises(KeyboardInterrupt):
            cancel(session, "ada")
    assert len(claims_in(session)) == 1

    streams.settle()

    assert claims_in(session) == set()


def _die(**_values):
    raise KeyboardInterrupt


def test_a_seat_that_nobody_committed_is_freed_by_the_audit(monkeypatch):
    _event, session = open_session(1)
    with monkeypatch.context() as dying:
        dying.setattr(Booking, "commit", lambda *_, **__: _die())
        with pytest.raises(KeyboardInterrupt):
            book(session, "ada")

    report = services.audit_seats(pool=session.pool, now=NOON + timedelta(minutes=2))

    assert (report.released, claims_in(session)) == (1, set())


def test_who_gives_up_the_event_gives_up_its_sessions():
    event, session = open_session()
    streams = Streams(event)
    mine, others = book(session, "ada").booking, book(session, "ben").booking

    registrations.cancel_mine(event_id=event.uuid, actor=person("ada"), now=NOON)
    streams.settle()

    assert [stored(one).status for one in (mine, others)] == [S.CANCELED, S.BOOKED]
    assert claims_in(session) == {others.claim}


def test_a_booking_that_lands_after_the_registration_was_canceled_is_taken_back():
    event, session = open_session()
    booking = book(session).booking
    registrations.cancel_mine(event_id=event.uuid, actor=person("ada"), now=NOON)
    streams = Streams(event)
    Booking.change(booking.shard, booking.guest, actions=[Booking.changed_by.set("late")])
    records = streams.read("bookings")
    for record in records:
        record["dynamodb"].pop("OldImage")

    assert streams.deliver("bookings", records) == []

    assert stored(booking).status is S.CANCELED


def test_another_address_takes_its_bookings_along():
    event, session = open_session(1)
    streams = Streams(event)
    mine = book(session, "ada").booking
    waiting = book(session, "ben").booking
    streams.settle()
    moved = change_address(event, mine.guest, "ada@new.example")
    again = change_address(event, waiting.guest, "ben@new.example")

    streams.settle()

    assert [stored(one).status for one in (mine, waiting)] == [S.TOMBSTONE, S.TOMBSTONE]
    new = queries.find_booking(session, moved.guest)
    line = queries.find_booking(session, again.guest)
    assert (new.status, line.status) == (S.BOOKED, S.WAITLISTED)
    assert line.waiting_since == waiting.waiting_since
    assert claims_in(session) == {new.claim}
    assert numbers(session) == (1, 1, 0, 0)


def change_address(event, guest, email) -> Registration:
    found = Registration.find(f"{event.uuid}#R0", guest)
    return registrations.change_email(
        event_id=event.uuid,
        guest=guest,
        version=found.version,
        email=email,
        actor=OLGA,
        now=NOON,
    )


def test_a_session_called_off_cancels_its_bookings_and_everybody_is_told():
    event, session = open_session(1)
    streams = Streams(event)
    booked, waiting = (book(session, who).booking for who in ("ada", "ben"))

    canceled = call_off(session)
    (job,) = run_jobs(event, JobKind.CANCEL_SESSION)
    streams.settle()

    assert job.done == 2
    for one in (booked, waiting):
        assert stored(one).status is S.CANCELED
        told = mail_of(mails.CANCELED, session, one.guest, canceled.schedule_version)
        assert mails.compose(told, now=NOON).subject.startswith("Canceled: Tides")
    assert claims_in(session) == set()
    assert (stored_session(session).notice_at, stored_session(session).notice_bucket) == (
        None,
        None,
    )


def test_calling_off_starts_its_job_though_the_process_died():
    event, session = open_session()
    streams = Streams(event)
    session.cancel({"canceled_at": NOON, "updated_at": NOON, "changed_by": "USER:olga"})

    streams.settle()

    assert len(run_jobs(event, JobKind.CANCEL_SESSION)) == 1


def test_who_books_a_session_that_was_just_called_off_loses_the_seat():
    event, session = open_session()
    streams = Streams(event)
    booking = book(session).booking
    session.cancel({"canceled_at": NOON, "updated_at": NOON, "changed_by": "USER:olga"})

    streams.settle()

    assert stored(booking).status is S.CANCELED


def test_who_booked_is_told_of_another_room_once_for_each_change():
    event, session = open_session()
    streams = Streams(event)
    booking = book(session).booking

    first = update(session, room="Hall B")
    streams.settle()
    second = update(session, room="Hall C")
    streams.settle()
    run_jobs(event, JobKind.TELL_SESSION)

    assert mail_of(mails.CHANGED, session, booking.guest, first.schedule_version) is None
    told = mail_of(mails.CHANGED, session, booking.guest, second.schedule_version)
    message = mails.compose(told, now=NOON)
    assert "Hall C" in message.text
    assert told.about_at == session.starts_at
    assert mails.compose(told, now=session.ends_at) == Suppression("session_over")


def test_a_mail_about_a_change_is_not_sent_after_the_next_change():
    event, session = open_session()
    streams = Streams(event)
    booking = book(session).booking
    changed = update(session, room="Hall B")
    streams.settle()
    run_jobs(event, JobKind.TELL_SESSION)
    told = mail_of(mails.CHANGED, session, booking.guest, changed.schedule_version)

    update(session, starts_at=session.starts_at + timedelta(minutes=5))

    assert mails.compose(told, now=NOON) == Suppression("changed_again")


def test_a_change_of_the_words_alone_tells_nobody():
    event, session = open_session()
    streams = Streams(event)
    book(session)

    update(session, description="With exercises.")
    streams.settle()

    assert run_jobs(event, JobKind.TELL_SESSION) == []
    assert K.SESSION_CHANGED in kinds_at(event)


def test_more_seats_reach_who_waits_through_the_stream():
    event, session = open_session(1)
    streams = Streams(event)
    book(session, "ada")
    waiting = book(session, "ben").booking

    update(session, capacity=2)
    streams.settle()

    assert stored(waiting).status is S.BOOKED


def test_a_first_limit_is_counted_by_a_job():
    event, session = open_session(None)
    streams = Streams(event)
    booked = [book(session, who).booking for who in ("ada", "ben")]

    update(session, capacity=2)
    streams.settle()
    run_jobs(event, JobKind.ADOPT_BOOKINGS)

    assert claims_in(session) == {stored(one).claim for one in booked}


def test_an_imported_session_gets_its_seats_by_the_stream():
    event, _session = open_session()
    streams = Streams(event)
    (made,) = services.import_agenda(
        event_id=event.uuid, rows=[build_session_details(event)], actor=OLGA, now=NOON
    )

    streams.settle()

    assert book(made).booking.status is S.BOOKED


def test_an_event_called_off_cancels_its_bookings_and_tells_nobody_of_sessions():
    event, session = open_session()
    streams = Streams(event)
    booking = book(session).booking
    there = book(session, "ben").booking
    Booking.attend(there.shard, there.guest, scan_id="s", gate="", at=NOON, changed_by="USER:desk")

    lifecycle.cancel_event(event_id=event.uuid, actor=OLGA, now=NOON)
    (job,) = run_jobs(event, JobKind.CANCEL_EVENT)
    streams.settle()

    assert [stored(one).status for one in (booking, there)] == [S.CANCELED, S.ATTENDED]
    assert job.result["bookings"] == 1
    assert mail_of(mails.CANCELED, session, booking.guest, session.schedule_version) is None


def test_who_books_at_an_event_that_was_just_called_off_loses_the_seat():
    event, session = open_session()
    streams = Streams(event)
    booking = book(session).booking
    change_event(event, canceled_at=NOON)

    streams.settle()

    assert stored(booking).status is S.CANCELED


@pytest.mark.parametrize("broken", [{"dynamodb": {}}, {"eventID": "x"}, {"dynamodb": None}])
def test_a_record_that_cannot_be_read_stops_no_other(broken):
    event, session = open_session()
    streams = Streams(event)
    book(session)

    failed = streams.deliver("bookings", [broken, *streams.read("bookings")])

    assert failed == [""]
    assert numbers(session) == (1, 0, 0, 1)


def test_the_items_beside_bookings_and_sessions_are_of_no_concern():
    event, session = open_session()
    streams = Streams(event)
    services.set_rules(
        event_id=event.uuid,
        most_bookings=3,
        allow_overlap=False,
        version=0,
        actor=OLGA,
        now=NOON,
    )
    book(session)

    streams.settle()

    assert numbers(session) == (1, 0, 0, 1)
    assert kinds_at(event) == [K.BOOKING_MADE]


def test_a_failing_reaction_is_listed_and_the_others_go_on(monkeypatch):
    event, session = open_session()
    streams = Streams(event)
    book(session, "ada")
    book(session, "ben")
    records = streams.read("bookings")
    guest = records[0]["dynamodb"]["Keys"]["guest"]["S"]
    fetch = Session.fetch

    def fails_once(*keys):
        monkeypatch.setattr(Session, "fetch", fetch)
        raise RuntimeError(guest)

    monkeypatch.setattr(Session, "fetch", fails_once)
    failed = bookings_stream.handler({"Records": records}, None)["batchItemFailures"]

    assert [one["itemIdentifier"] for one in failed] == [records[0]["dynamodb"]["SequenceNumber"]]
    assert numbers(session) == (2, 0, 0, 0)


def test_erasing_a_guest_leaves_bookings_that_name_nobody():
    event, session = open_session(1)
    mine = book(session, "ada").booking
    other = make_session(event, capacity=1, starts_at=session.ends_at)
    book(other, "ben")
    waiting = book(other, "ada").booking

    job = lifecycle.start_erase_guest(event_id=event.uuid, guest=mine.guest, actor=OLGA, now=NOON)
    (ended,) = run_jobs(event, JobKind.ERASE_GUEST)

    assert (ended.job_id, ended.result["bookings"]) == (job.job_id, 2)
    assert (stored(mine).status, stored(mine).changed_by) == (S.BOOKED, OLGA.label)
    assert (stored(waiting).status, stored(waiting).changed_by) == (S.CANCELED, OLGA.label)
