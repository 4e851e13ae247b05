"""Requests when their event is called off, or their guest is to be forgotten or exported."""

import uuid
from datetime import timedelta

import pytest

from backend.events import queries as events
from backend.events.models import Event
from backend.events.states import EventStatus
from backend.guest_requests import queries, services
from backend.guest_requests.errors import NotAGuest, RecallTooLate
from backend.guest_requests.models import GuestRequest
from backend.guest_requests.states import RequestStatus
from backend.handlers import guest_requests_stream, registrations_stream
from backend.lifecycle import cancellation
from backend.lifecycle import services as lifecycle
from backend.registrations import services as registrations
from backend.shared.actor import SYSTEM
from tests.factories.events import NOON
from tests.factories.guest_requests import make_request, offer
from tests.factories.users import a_user
from tests.support.asking import open_venue
from tests.support.guest_traces import LATER, erase, export, places_of, register
from tests.support.jobs import run_all
from tests.support.lambda_context import CONTEXT
from tests.support.meetups import open_meetup
from tests.support.stream_records import Stream

pytestmark = pytest.mark.usefixtures("tables")
S = RequestStatus


def states_of(*requests):
    return [GuestRequest.find(one.request_id).status for one in requests]


def call_off(venue):
    job = lifecycle.cancel_event(event_id=venue.id, actor=SYSTEM, now=NOON)
    run_all(job.job_id, now_fn=lambda: NOON)


def mark_called_off(venue):
    """Before the job that follows has begun; other processes know nothing of it."""
    values = {"status": EventStatus.CANCELED, "canceled_at": NOON}
    Event.change(venue.id, actions=Event.assignments(values))


def test_calling_an_event_off_ends_what_waits_and_leaves_what_was_done(monkeypatch):
    monkeypatch.setattr(cancellation, "PER_STEP", 2)
    venue = open_venue(most_open=20)
    ada = venue.guest()
    waiting = [venue.ask(ada, text=f"{n}") for n in range(3)]
    held, done = venue.ask(ada, kind="HELP"), venue.ask(ada, kind="BEVERAGE")
    for step, one in (("claim", held), ("claim", done), ("fulfil", done)):
        venue.do(step, one)

    call_off(venue)

    assert states_of(*waiting, held, done) == [S.CANCELED] * 3 + [S.DECLINED, S.FULFILLED]
    assert GuestRequest.find(held.request_id).reason == "The event was canceled."


def test_request_that_staff_work_on_meanwhile_ends_all_the_same():
    venue = open_venue()
    seen = venue.ask(venue.guest())
    venue.do("claim", seen)

    ended = services.end_called_off(seen, changed_by="SYSTEM", now=NOON)

    assert ended.status is S.DECLINED
    assert services.end_called_off(seen, changed_by="SYSTEM", now=NOON).version == ended.version


def test_request_asked_where_nobody_had_heard_yet_is_ended_by_the_stream():
    stream, venue = Stream("test-guest_requests"), open_venue()
    made = venue.ask(venue.guest())
    mark_called_off(venue)
    records = stream.read(lambda r: r["dynamodb"]["Keys"]["request_id"]["S"] == made.request_id)

    answer = guest_requests_stream.handler({"Records": records * 2}, CONTEXT)

    assert answer == {"batchItemFailures": []}
    assert states_of(made) == [S.CANCELED]


def test_request_recalled_where_nobody_had_heard_yet_is_ended_by_the_stream():
    stream, venue = Stream("test-guest_requests"), open_venue()
    made = venue.ask(venue.guest())
    for step in ("claim", "fulfil", "recall"):
        venue.do(step, made)
    mark_called_off(venue)
    records = stream.read(lambda r: r["dynamodb"]["Keys"]["request_id"]["S"] == made.request_id)

    answer = guest_requests_stream.handler({"Records": records[-1:]}, CONTEXT)

    assert answer == {"batchItemFailures": []}
    assert states_of(made) == [S.DECLINED]


def test_nothing_is_recalled_at_an_event_that_was_called_off():
    venue = open_venue()
    done = venue.ask(venue.guest())
    for step in ("claim", "fulfil"):
        venue.do(step, done)
    mark_called_off(venue)
    events.forget_settings(venue.id)

    with pytest.raises(RecallTooLate):
        venue.do("recall", done)

    assert states_of(done) == [S.FULFILLED]


def test_after_erasure_nothing_in_the_requests_tells_of_the_guest():
    canary, meetup = f"canary{uuid.uuid4().hex[:12]}", open_meetup()
    guest = register(meetup, canary)
    offer(meetup.event)
    about = {
        "event_id": meetup.event.uuid,
        "guest": guest.guest,
        "guest_name": f"Bird {canary}",
        "user_id": f"{canary}-sub",
        "text": f"For {canary}",
        "reason": f"No, {canary}",
    }
    made = [
        make_request(number=number, request_id=uuid.uuid4().hex[:24].upper(), **about)
        for number in range(2)
    ]
    assert "test-guest_requests" in places_of(canary)

    erase(meetup, guest)

    assert "test-guest_requests" not in places_of(canary)
    assert states_of(*made) == [S.OPEN] * 2
    assert [one.erased_at for one in queries.list_of_guest(
        event_id=meetup.event.uuid, guest=guest.guest
    )] == [LATER] * 2  # fmt: skip


@pytest.mark.parametrize("step", ["ask", "cancel", "claim"])
def test_after_erasure_the_last_who_wrote_is_not_the_guest(step):
    venue = open_venue()
    ada = venue.guest()
    made = venue.ask(ada)
    if step == "cancel":
        services.cancel_request(request_id=made.request_id, actor=ada, now=NOON)
    elif step == "claim":
        venue.do("claim", made)

    services.erase_requests(
        event_id=venue.id, guest=made.guest, changed_by="USER:user-olga", now=NOON
    )

    expected = venue.fay.label if step == "claim" else "USER:user-olga"
    assert GuestRequest.find(made.request_id).changed_by == expected


def test_export_holds_what_the_guest_asked_for_and_nothing_of_others():
    canary, meetup = f"canary{uuid.uuid4().hex[:12]}", open_meetup()
    guest = register(meetup, canary)
    values = {"event_id": meetup.event.uuid, "status": S.DECLINED, "reason": "Sold out."}
    for who, text in ((guest.guest, "Soup"), ("0" * 16, "Wine")):
        make_request(request_id=uuid.uuid4().hex[:24].upper(), guest=who, text=text, **values)

    _job, data, text = export(meetup, guest)

    assert data["requests"] == [
        {
            "at": "2030-05-01T12:00:00.000Z",
            "what": "Food",
            "option": "Vegetarian",
            "text": "Soup",
            "status": "DECLINED",
            "reason": "Sold out.",
        }
    ]
    assert ("Soup" in text, "Wine" in text) == (True, False)


def test_what_another_asked_under_a_key_that_is_theirs_now_stays():
    event_id = str(uuid.uuid4())
    values = {"event_id": event_id, "guest": "0" * 16}
    earlier, later = (
        make_request(
            request_id=uuid.uuid4().hex[:24].upper(),
            created_at=NOON + timedelta(hours=hour),
            **values,
        )
        for hour in (0, 2)
    )

    done = services.erase_requests(
        **values,
        before=NOON + timedelta(hours=1),
        changed_by="USER:user-olga",
        now=NOON + timedelta(hours=3),
    )

    assert done == 1
    assert [GuestRequest.find(one.request_id).guest_name for one in (earlier, later)] == [
        None, "Ada Lovelace",
    ]  # fmt: skip


def test_requests_follow_a_guest_to_another_address():
    meetup = open_meetup()
    offer(meetup.event)
    guest = register(meetup, "bird")
    about = {"event_id": meetup.event.uuid, "guest": guest.guest, "shard": guest.shard}
    mine, theirs = (
        make_request(
            request_id=uuid.uuid4().hex[:24].upper(), created_at=NOON + timedelta(hours=n), **about
        )
        for n in (0, 2)
    )
    renamed = registrations.change_email(
        event_id=meetup.event.uuid,
        guest=guest.guest,
        version=guest.version,
        email="new-bird@example.com",
        actor=meetup.organiser,
        now=NOON,
    )
    otto = a_user("otto-sub", name="Otto", email="bird@example.com")
    hour = timedelta(hours=1)
    registrations.register(event_id=meetup.event.uuid, name="Otto", actor=otto, now=NOON + hour)

    records = meetup.records()
    for _ in range(2):
        answer = registrations_stream.handler({"Records": records}, CONTEXT)
        assert answer == {"batchItemFailures": []}

    left = [GuestRequest.find(one.request_id) for one in (mine, theirs)]
    assert [(one.guest, one.shard) for one in left] == [
        (renamed.guest, renamed.shard), (guest.guest, guest.shard),
    ]  # fmt: skip
    moved = queries.list_of_guest(event_id=meetup.event.uuid, guest=renamed.guest)
    assert [one.request_id for one in moved] == [mine.request_id]


def test_who_was_erased_asks_for_nothing_more():
    venue = open_venue()
    ada = venue.guest(erased_at=NOON)

    with pytest.raises(NotAGuest):
        venue.ask(ada, now=NOON + timedelta(minutes=1))
