"""What organisers do with an agenda, and how it is read."""

import uuid
from dataclasses import replace
from datetime import date, timedelta

import pytest

from backend.events.errors import EventForbidden, EventNotFound
from backend.events.states import EventStatus
from backend.sessions import queries, services
from backend.sessions.agenda import ClashKind
from backend.sessions.errors import SessionClosed, SessionNotFound, TooManySessions
from backend.sessions.models import Agenda, Session
from backend.sessions.services.planning import details_of
from backend.sessions.states import BookingStatus, SessionStatus
from backend.shared.actor import VISITOR
from backend.shared.db import StaleWrite
from backend.shared.errors import BadInput
from tests.factories.events import NOON, make_event
from tests.factories.sessions import build_session_details, make_session
from tests.support.booking import (
    book,
    call_off,
    cancel,
    change_event,
    open_session,
    stored_session,
    update,
)
from tests.support.registering import OLGA, open_event, person, register

pytestmark = pytest.mark.usefixtures("tables")


def create(event, actor=OLGA, now=NOON, **values):
    return services.create_session(
        event_id=event.uuid, details=build_session_details(event, **values), actor=actor, now=now
    )


def move(session, version=None, **values):
    return services.move_session(
        event_id=session.event_id,
        session_id=session.session_id,
        version=version or stored_session(session).version,
        actor=OLGA,
        now=NOON,
        **values,
    )


def test_create_puts_a_session_with_seats_on_the_agenda():
    event = open_event()

    session = create(event, title="  Knots ", speakers="Grace\u00a0Hopper")
    register(event)

    known = stored_session(session)
    assert (known.title, known.status, known.version) == ("Knots", SessionStatus.PLANNED, 1)
    assert Agenda.find_for(event.uuid).sessions == 1
    assert book(session).booking.status is BookingStatus.BOOKED


def test_create_sets_when_guests_are_told_to_queue_up():
    session = create(open_event(), notice_minutes=15)

    at = session.starts_at - timedelta(minutes=15)
    assert (session.notice_at, session.notice_bucket) == (at, f"{at:%Y-%m-%dT%H}")
    due = Session.list_due(now=at, limit=1000)
    assert session.session_id in [one.session_id for one in due]
    earlier = Session.list_due(now=at - timedelta(seconds=1), limit=1000)
    assert session.session_id not in [one.session_id for one in earlier]


@pytest.mark.parametrize(("minutes", "now"), [(0, NOON), (10, NOON + timedelta(days=7, hours=2))])
def test_no_notice_is_given_where_none_is_wanted_or_the_session_has_begun(minutes, now):
    session = create(open_event(), notice_minutes=minutes, now=now)

    assert (session.notice_at, session.notice_bucket) == (None, None)


def test_create_in_a_draft_is_planning():
    event = make_event(status=EventStatus.DRAFT)

    assert create(event).is_planned


def test_create_at_an_event_that_is_over_is_refused():
    event = make_event(status=EventStatus.FINISHED)

    with pytest.raises(SessionClosed):
        create(event)


def test_create_by_a_stranger_is_refused():
    with pytest.raises(EventForbidden):
        create(open_event(), actor=person("eve"))


def test_create_with_bad_input_names_each_field_and_writes_nothing():
    event = open_event()

    with pytest.raises(BadInput) as refusal:
        create(event, title=" ", ends_at=event.starts_at, capacity=0)

    assert refusal.value.fields.keys() == {"title", "capacity", "ends_at"}
    assert list(Session.list_for_event(event.uuid)) == []


def test_an_agenda_holds_so_many_sessions_and_no_more():
    event = open_event()
    Agenda(event.uuid, sessions=500).save()

    with pytest.raises(TooManySessions):
        create(event)
    with pytest.raises(TooManySessions):
        services.import_agenda(
            event_id=event.uuid, rows=[build_session_details(event)], actor=OLGA, now=NOON
        )


def test_copy_is_the_same_session_that_nobody_booked():
    _event, session = open_session()
    book(session)

    copied = services.copy_session(
        event_id=session.event_id, session_id=session.session_id, actor=OLGA, now=NOON
    )

    assert copied.session_id != session.session_id
    assert details_of(copied) == details_of(stored_session(session))
    assert queries.list_of_guest_exactly(session.event_id, book(copied, "ben").booking.guest)


def test_update_writes_what_differs_over_the_version_that_was_seen():
    _event, session = open_session()

    changed = update(session, title="Knots", description="Bring rope.")

    assert (changed.version, changed.schedule_version) == (2, 1)
    assert (changed.title, changed.description) == ("Knots", "Bring rope.")


def test_update_without_a_difference_writes_nothing():
    _event, session = open_session()

    assert update(session).version == 1


def test_update_over_a_newer_version_shows_both():
    _event, session = open_session()
    update(session, title="Knots")

    with pytest.raises(StaleWrite) as refusal:
        services.update_session(
            event_id=session.event_id,
            session_id=session.session_id,
            details=replace(details_of(session), title="Ropes"),
            version=1,
            actor=OLGA,
            now=NOON,
        )

    assert (refusal.value.old.title, refusal.value.old.version) == ("Knots", 2)


def test_update_of_a_canceled_session_is_refused():
    _event, session = open_session()
    call_off(session)

    with pytest.raises(SessionClosed):
        update(session, title="Knots")


def test_update_of_a_session_of_another_event_is_not_found():
    _event, session = open_session()
    other = open_event()

    with pytest.raises(SessionNotFound):
        services.update_session(
            event_id=other.uuid,
            session_id=session.session_id,
            details=details_of(session),
            version=1,
            actor=OLGA,
            now=NOON,
        )


def test_move_keeps_the_length_and_tells_again():
    _event, session = open_session()
    assert session.drop_notice()

    moved = move(session, starts_at=session.starts_at + timedelta(hours=1), room="Hall B")

    assert moved.ends_at - moved.starts_at == session.ends_at - session.starts_at
    assert (moved.room, moved.schedule_version) == ("Hall B", 2)
    assert moved.notice_at == moved.starts_at - timedelta(minutes=10)


def test_move_out_of_the_event_is_refused():
    event, session = open_session()

    with pytest.raises(BadInput) as refusal:
        move(session, starts_at=event.ends_at - timedelta(minutes=5))

    assert refusal.value.fields == {"ends_at": "A session ends before its event does, or with it."}


def test_move_to_a_time_without_an_offset_is_refused():
    _event, session = open_session()

    with pytest.raises(BadInput):
        move(session, starts_at=session.starts_at.replace(tzinfo=None))


def test_a_notice_that_was_given_is_given_again_for_another_room():
    _event, session = open_session()
    session.drop_notice()

    moved = move(session, room="Hall B")

    assert moved.notice_at == moved.starts_at - timedelta(minutes=10)


def test_a_notice_that_was_given_is_not_given_again_for_another_title():
    _event, session = open_session()
    session.drop_notice()

    assert update(session, title="Knots").notice_at is None


def test_a_notice_of_a_start_that_was_moved_meanwhile_stays():
    _event, session = open_session()
    seen = stored_session(session)
    move(session, starts_at=session.starts_at + timedelta(minutes=5))

    assert not seen.drop_notice()
    assert stored_session(session).notice_at is not None


def test_cancel_over_a_newer_version_is_refused():
    _event, session = open_session()
    update(session, title="Knots")

    with pytest.raises(StaleWrite):
        services.cancel_session(
            event_id=session.event_id,
            session_id=session.session_id,
            version=1,
            actor=OLGA,
            now=NOON,
        )


def test_import_names_each_row_and_field_and_writes_none():
    event = open_event()
    rows = [
        build_session_details(event),
        build_session_details(event, title="", notice_minutes=121),
    ]

    with pytest.raises(BadInput) as refusal:
        services.import_agenda(event_id=event.uuid, rows=rows, actor=OLGA, now=NOON)

    assert refusal.value.fields.keys() == {"rows.2.title", "rows.2.notice_minutes"}
    assert list(Session.list_for_event(event.uuid)) == []


# Reading


def test_agenda_by_day_and_room_in_the_events_zone():
    event = open_event(starts_at=NOON, ends_at=NOON + timedelta(days=2))
    late = make_session(
        event, title="Late", room="Hall B", starts_at=NOON + timedelta(hours=10, minutes=30)
    )
    make_session(event, title="Noon", starts_at=NOON)
    make_session(event, title="Too", room="hall  a", starts_at=NOON + timedelta(hours=1))

    view = queries.agenda(event_id=event.uuid, actor=VISITOR, now=NOON)

    assert [day.day for day in view.days] == [date(2030, 5, 1), date(2030, 5, 2)]
    assert [(room.name, [one.title for one in room.sessions]) for room in view.days[0].rooms] == [
        ("Hall A", ["Noon", "Too"])
    ]
    assert view.days[1].rooms[0].sessions[0].session_id == late.session_id
    assert (view.tracks, view.clashes) == (["Water"], [])


def test_clashes_name_both_sessions_and_refuse_nothing():
    event = open_event()
    first = make_session(event)
    second = create(event, title="Knots", room="HALL A")
    canceled = make_session(event)
    call_off(canceled)

    (clash,) = queries.clashes(event_id=event.uuid, actor=OLGA, now=NOON)

    assert clash.kind is ClashKind.ROOM
    assert {one.session_id for one in clash.sessions} == {first.session_id, second.session_id}


def test_sessions_that_an_event_was_moved_away_from_are_told():
    event, session = open_session()
    change_event(event, starts_at=session.ends_at)

    (clash,) = queries.clashes(event_id=event.uuid, actor=OLGA, now=NOON)

    assert (clash.kind, clash.sessions[0].session_id) == (ClashKind.OUTSIDE, session.session_id)


def test_a_drafts_agenda_is_its_teams():
    event = make_event(status=EventStatus.DRAFT)
    create(event)

    assert len(queries.list_sessions(event_id=event.uuid, actor=OLGA, now=NOON)) == 1
    with pytest.raises(EventNotFound):
        queries.list_sessions(event_id=event.uuid, actor=VISITOR, now=NOON)


def test_what_one_booked_is_listed_by_event_and_page_by_page():
    pia = f"pia-{uuid.uuid4().hex[:8]}"  # whose list is no other test's
    first, one = open_session(guests=(pia,))
    second, other = open_session(guests=(pia,))
    later = make_session(first, starts_at=one.ends_at)
    for session in (one, later, other):
        book(session, pia)
    cancel(later, pia)
    known = {one.session_id, later.session_id, other.session_id}

    found, start, pages = [], None, 0
    while True:
        page = queries.my_bookings(actor=person(pia), limit=1, start=start, now=NOON)
        found += [item for item in page.items if item.session.session_id in known]
        start, pages = page.next_key, pages + 1
        if start is None:
            break

    assert sorted(item.session.session_id for item in found) == sorted(known)
    assert len(found) == len(known) <= pages
    at_first = queries.my_bookings_at(event_id=first.uuid, actor=person(pia), now=NOON)
    assert [item.session.session_id for item in at_first] == [one.session_id]
    assert queries.my_bookings_at(event_id=second.uuid, actor=person("eve"), now=NOON) == []


def test_the_team_sees_who_booked_and_who_waits():
    event, session = open_session(1)
    book(session, "ada")
    book(session, "ben")

    def names(status=None, actor=OLGA):
        page = queries.list_bookings(
            event_id=event.uuid,
            session_id=session.session_id,
            actor=actor,
            status=status,
            now=NOON,
        )
        return sorted(one.registration.name for one in page.items)

    assert names() == ["Ada", "Ben"]
    assert names(BookingStatus.WAITLISTED) == ["Ben"]
    assert names(BookingStatus.CANCELED) == []
    with pytest.raises(EventForbidden):
        names(actor=person("eve"))


def test_who_booked_comes_in_pages():
    event, session = open_session(None)
    for who in ("ada", "ben", "cyd"):
        book(session, who)

    found, start = [], None
    while True:
        page = queries.list_bookings(
            event_id=event.uuid,
            session_id=session.session_id,
            actor=OLGA,
            limit=1,
            start=start,
            now=NOON,
        )
        found += page.items
        start = page.next_key
        if start is None:
            break

    assert sorted(one.registration.name for one in found) == ["Ada", "Ben", "Cyd"]
