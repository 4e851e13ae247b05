"""Booked guests are told to queue up: each once for each version of a session's schedule."""

from datetime import datetime, timedelta

import pytest

from backend.announcements import quiet_hours
from backend.announcements.quiet_hours import Quiet
from backend.events import queries as event_queries
from backend.events.states import EventStatus
from backend.handlers import session_notices
from backend.handlers.session_notices import NoticesFailed
from backend.jobs.states import JobStatus
from backend.notifications.kinds import ChannelName
from backend.notifications.messages import Message, Suppression
from backend.notifications.pacing import PacedChannel
from backend.sessions import mails, services, telling
from backend.sessions.models import Booking, Session
from backend.sessions.states import BookingStatus
from tests.factories.events import NOON
from tests.support.booking import call_off, change_event, stored_session, update
from tests.support.killing import dies, meanwhile
from tests.support.noticing import (
    SOON,
    Post,
    asked_for,
    booked_session,
    due_at,
    notice_jobs,
    register_them,
    the_minute,
    work,
)
from tests.support.registering import OLGA
from tests.support.table_rights import given_rights, needed_rights

pytestmark = pytest.mark.usefixtures("own_tables")
S = BookingStatus


def test_nobody_is_told_before_the_notice_is_due():
    session, _bookings = booked_session(1)

    assert the_minute(due_at(session) - timedelta(seconds=1)) == []
    assert notice_jobs(session) == []


def test_everybody_who_booked_is_asked_to_be_told_once():
    session, bookings = booked_session(5)
    now = due_at(session)

    for later in range(3):
        the_minute(now + timedelta(minutes=later))
        jobs = work(session, now + timedelta(minutes=later))

    assert [(one.status, one.done) for one in jobs] == [(JobStatus.DONE, 5)]
    assert len(asked_for(session, bookings)) == 5
    assert stored_session(session).notice_at is None


@pytest.mark.parametrize("status", [S.WAITLISTED, S.CANCELED, S.ATTENDED])
def test_who_holds_no_seat_or_is_there_already_is_not_told(status):
    session, bookings = booked_session(2, status=status)

    the_minute(due_at(session))
    work(session, due_at(session))

    assert asked_for(session, bookings) == []


def test_an_index_that_lags_behind_starts_nothing():
    session, _bookings = booked_session(1)
    _an_hour_later(session, now=NOON)

    answer = services.give_notice(
        event_id=session.event_id, session_id=session.session_id, now=due_at(session)
    )

    assert not answer
    assert stored_session(session).notice_at == session.notice_at + timedelta(hours=1)


@pytest.mark.parametrize("status", [EventStatus.CANCELED, EventStatus.DRAFT, EventStatus.FINISHED])
def test_an_event_that_does_not_take_place_tells_nobody(status):
    session, _bookings = booked_session(1)
    change_event(event_queries.settings_of(session.event_id, now=NOON), status=status)

    assert the_minute(due_at(session)) == [False]
    assert notice_jobs(session) == []
    assert the_minute(due_at(session)) == []


def test_a_session_that_is_over_tells_nobody():
    session, _bookings = booked_session(1)

    assert the_minute(session.ends_at) == [False]


def test_a_session_moved_while_its_notice_begins_keeps_its_next_one():
    session, bookings = booked_session(1)
    now = due_at(session)

    def another_room() -> None:
        update(session, room="Hall B", now=session.created_at)

    # Five calls find the session due and start the job; then it leaves the index.
    with meanwhile(7, another_room):
        the_minute(now)
    assert stored_session(session).notice_at is not None
    the_minute(now)
    work(session, now)

    assert asked_for(session, bookings) == []
    assert len(asked_for(stored_session(session), bookings)) == 1


def test_a_session_moved_after_its_notice_tells_again():
    session, bookings = booked_session(3)
    the_minute(due_at(session))
    work(session, due_at(session))

    moved = _an_hour_later(session, now=due_at(session))
    the_minute(due_at(moved))
    work(moved, due_at(moved))

    assert [len(asked_for(one, bookings)) for one in (session, moved)] == [3, 3]


def _an_hour_later(session: Session, *, now: datetime) -> Session:
    times = {name: getattr(session, name) + timedelta(hours=1) for name in ("starts_at", "ends_at")}
    return update(session, now=now, **times)


def _move(session: Session) -> None:
    update(session, room="Hall B")


def _end_event(session: Session) -> None:
    event = event_queries.settings_of(session.event_id, now=NOON)
    change_event(event, status=EventStatus.CANCELED)


@pytest.mark.parametrize("change", [_move, call_off, _end_event])
def test_what_changes_on_the_way_stops_the_notice(change, monkeypatch):
    monkeypatch.setattr(telling, "PER_STEP", 2)
    session, bookings = booked_session(6)
    the_minute(due_at(session))
    # The job is found, taken, has read session, event and bookings, and asked for the first message.
    with meanwhile(7, lambda: change(session)):
        (job,) = work(session, due_at(session))

    assert (job.status, job.done) == (JobStatus.DONE, 2)
    assert len(asked_for(session, bookings)) == 2


def compose(session, booking, now):
    (asked,) = asked_for(session, [booking])
    return mails.compose(asked, now=now)


def test_the_mail_tells_where_and_when_by_the_clocks_there():
    session, bookings = booked_session(1)
    register_them(bookings)
    the_minute(due_at(session))
    work(session, due_at(session))

    message = compose(session, bookings[0], due_at(session))

    assert isinstance(message, Message)
    said = "Queue up now: Tides for beginners, Hall A, starts at 15:00 (Europe/Berlin)"
    assert (message.subject, message.short) == (said, said)
    assert "Hall A" in message.text
    assert "it starts at 15:00 (Europe/Berlin)" in message.html


def _give_back(booking: Booking) -> None:
    Booking.change(booking.shard, booking.guest, actions=[Booking.status.set(S.CANCELED)])


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda session, _: update(session, room="Hall B"), "changed_again"),
        (lambda session, _: call_off(session), "session_canceled"),
        (lambda session, _: _end_event(session), "event_canceled"),
        (lambda _, booking: _give_back(booking), "booking_gone"),
    ],
)
def test_what_waits_to_be_sent_is_not_sent_when_it_is_not_so_any_more(change, reason):
    session, bookings = booked_session(1)
    register_them(bookings)
    the_minute(due_at(session))
    work(session, due_at(session))

    change(session, bookings[0])

    assert compose(session, bookings[0], due_at(session)) == Suppression(reason)


def test_nobody_is_told_to_queue_up_once_the_session_is_over():
    session, bookings = booked_session(1)
    register_them(bookings)
    the_minute(due_at(session))
    work(session, due_at(session))

    assert isinstance(
        compose(session, bookings[0], session.starts_at + timedelta(minutes=1)), Message
    )
    assert compose(session, bookings[0], session.ends_at) == Suppression("session_over")


def test_no_quiet_hours_hold_a_notice_back():
    session, bookings = booked_session(1, notice_minutes=120, starts_at=NOON + timedelta(hours=3))
    now = due_at(session)
    the_minute(now)
    work(session, now)
    local = now.hour + 2  # Berlin in May
    clock = now.time().replace(minute=0)
    quiet_hours.set_quiet_hours(
        event_id=session.event_id,
        quiet=Quiet(clock.replace(hour=local - 1), clock.replace(hour=local + 5)),
        actor=OLGA,
        now=now,
    )

    (asked,) = asked_for(session, bookings)

    assert quiet_hours.held_until(asked, now=now) is None


@pytest.mark.parametrize("after", [False, True])
def test_a_kill_at_any_call_misses_nobody_and_doubles_one_message_at_most(after, monkeypatch):
    monkeypatch.setattr(telling, "PER_STEP", 2)
    number, died = 0, True
    while died:
        number += 1
        session, bookings = booked_session(3)
        register_them(bookings)
        post, now = Post(), due_at(session)

        def everything(session=session, bookings=bookings, post=post, now=now) -> None:
            the_minute(now)
            work(session, now)
            post.deliver(asked_for(session, bookings), now)

        died = dies(everything, number, after=after)
        # Another minute's function, another worker, another sender.
        the_minute(now + timedelta(minutes=1))
        work(session, now + SOON)
        post.deliver(asked_for(session, bookings), now + SOON)

        assert len(asked_for(session, bookings)) == 3, f"killed at call {number}"
        told = sorted(post.by_recipient.values())
        assert told in ([1, 1, 1], [1, 1, 2]), f"killed at call {number}"
        assert len(notice_jobs(session)) == 1
    assert number > 35


def test_notices_go_out_at_the_rate_of_the_stage():
    session, bookings = booked_session(20)
    register_them(bookings)
    the_minute(due_at(session))
    work(session, due_at(session))
    post, clock = Post(), [0.0]
    seconds: list[int] = []

    class Timed:
        def send(self, message: Message) -> None:
            seconds.append(int(clock[0]))
            post.send(message)

    def sleep(span: float) -> None:
        clock[0] += span

    paced = PacedChannel(ChannelName.EMAIL, Timed(), lambda: 6, clock=lambda: clock[0], sleep=sleep)
    post.deliver(asked_for(session, bookings), due_at(session), paced)

    assert [seconds.count(second) for second in range(4)] == [6, 6, 6, 2]
    assert set(post.by_recipient.values()) == {1}


def test_one_session_that_fails_does_not_hold_up_the_others(monkeypatch):
    broken, _ = booked_session(1)
    well, _ = booked_session(1)
    monkeypatch.setattr(session_notices, "utc_now", lambda: due_at(well))
    _forget_event(broken)

    with pytest.raises(NoticesFailed, match="1 of 2 notices failed"):
        session_notices.handler({}, None)

    assert len(notice_jobs(well)) == 1
    assert stored_session(broken).notice_at is not None


def _forget_event(session: Session) -> None:
    event_queries.settings_of(session.event_id, now=NOON).delete()


def test_the_function_answers_how_much_it_began(monkeypatch):
    session, _bookings = booked_session(1)
    monkeypatch.setattr(session_notices, "utc_now", lambda: due_at(session))

    with needed_rights() as needed:
        first = session_notices.handler({}, None)

    assert needed == given_rights("streams", "SessionNoticesRole")
    assert first == {"jobs_nudged": 0, "sessions_due": 1, "notices_begun": 1}
    monkeypatch.setattr(session_notices, "utc_now", lambda: due_at(session) + SOON)
    # The queue lost the job's message.
    second = session_notices.handler({}, None)
    assert second == {"jobs_nudged": 1, "sessions_due": 0, "notices_begun": 0}
