"""Undoing from the list of what happened: only what is still as it was left."""

from datetime import UTC, datetime, timedelta

import pytest

from backend.activity import services as activity
from backend.activity.kinds import ActivityKind
from backend.registrations.guests import waiting_shard_of
from backend.registrations.models import Registration
from backend.registrations.states import Admission, RegistrationStatus
from backend.seats import services as seats
from tests.factories.events import make_event
from tests.factories.registrations import make_registration
from tests.integration.portal.people import browser_of

pytestmark = pytest.mark.usefixtures("portal")
K = ActivityKind


@pytest.fixture
def event():
    now = datetime.now(UTC)
    event = make_event(
        created_at=now - timedelta(days=2),
        starts_at=now - timedelta(hours=1),
        ends_at=now + timedelta(hours=5),
        capacity=None,
    )
    seats.open_pool(pool=event.uuid, capacity=None, now=now)
    return event


def make_guest(event, **values) -> Registration:
    return make_registration(event_id=event.uuid, shards=event.shards, **values)


def stored(guest: Registration) -> Registration:
    return Registration.get(guest.shard, guest.guest)


def admitted(event) -> Registration:
    return make_guest(
        event,
        admission=Admission.IN,
        admitted_scan="s-1",
        admitted_at=datetime.now(UTC),
        admitted_gate="North",
    )


def undo(client, event, **typed):
    return client.post(f"/o/e/{event.uuid}/activity/undo", typed, follow=True)


def test_an_admission_is_undone_from_the_list(event):
    guest = admitted(event)
    client = browser_of("owner", event.uuid)
    activity.record(
        event_id=event.uuid,
        kind=K.GUEST_ADMITTED,
        actor_label=client.actor.label,
        subject=guest.guest,
        at=datetime.now(UTC),
        record_id="1",
        details={"gate": "North", "scan": "s-1"},
    )
    [line] = client.get(f"/o/e/{event.uuid}/activity").context["lines"]

    answer = undo(client, event, **line.undo)

    assert f"Undone for {guest.name}." in answer.text
    assert stored(guest).admission is Admission.EXPECTED


def test_an_admission_by_another_scan_stays(event):
    guest = admitted(event)

    answer = undo(
        browser_of("owner", event.uuid),
        event,
        kind=K.GUEST_ADMITTED,
        guest=guest.guest,
        scan="s-older",
    )

    assert "This check-in does not stand any more." in answer.text
    assert stored(guest).admission is Admission.IN


def canceled(event, **values) -> Registration:
    return make_guest(event, status=RegistrationStatus.CANCELED, version=2, **values)


def test_a_canceled_guest_is_brought_back_with_another_ticket(event):
    guest = canceled(event, answers={"q1": "vegan"})

    answer = undo(
        browser_of("owner", event.uuid), event, kind=K.GUEST_CANCELED, guest=guest.guest, version=2
    )

    back = stored(guest)
    assert f"Undone for {guest.name}." in answer.text
    assert (back.status, back.version) == (RegistrationStatus.CONFIRMED, 3)
    assert back.ticket_no != guest.ticket_no


def test_a_cancellation_that_something_followed_stays(event):
    guest = canceled(event)

    answer = undo(
        browser_of("owner", event.uuid), event, kind=K.GUEST_CANCELED, guest=guest.guest, version=1
    )

    assert "Something else happened to this guest since; nothing was undone." in answer.text
    assert stored(guest).status is RegistrationStatus.CANCELED


def test_a_canceled_walk_in_cannot_be_brought_back(event):
    guest = canceled(event)
    guest.update(actions=[Registration.user_email.remove()])

    answer = undo(
        browser_of("owner", event.uuid), event, kind=K.GUEST_CANCELED, guest=guest.guest, version=2
    )

    assert "A guest without an address cannot be brought back" in answer.text


def limited(event, seats_left: int):
    now = datetime.now(UTC)
    smaller = make_event(
        starts_at=now - timedelta(hours=1),
        ends_at=now + timedelta(hours=5),
        capacity=seats_left,
        waiting_list=True,
    )
    seats.open_pool(pool=smaller.uuid, capacity=seats_left, now=now)
    return smaller


def waiting(event) -> Registration:
    return make_guest(
        event,
        status=RegistrationStatus.WAITLISTED,
        version=4,
        waiting_shard=waiting_shard_of(event.uuid, "00", shards=event.shards),
        waiting_since=datetime.now(UTC),
    )


def test_a_guest_who_was_moved_to_the_list_gets_the_place_back(event):
    small = limited(event, 1)
    guest = waiting(small)

    undo(
        browser_of("owner", small.uuid),
        small,
        kind=K.GUEST_WAITLISTED,
        guest=guest.guest,
        version=4,
    )

    assert stored(guest).status is RegistrationStatus.CONFIRMED


def test_a_place_that_is_taken_meanwhile_is_not_given_back(event):
    small = limited(event, 1)
    guest = waiting(small)
    assert seats.claim(pool=small.uuid, guest="0" * 16, now=datetime.now(UTC))

    answer = undo(
        browser_of("owner", small.uuid),
        small,
        kind=K.GUEST_WAITLISTED,
        guest=guest.guest,
        version=4,
    )

    assert stored(guest).status is RegistrationStatus.WAITLISTED
    assert "Undone" not in answer.text


def test_a_guest_who_was_promoted_waits_again(event):
    small = limited(event, 1)
    guest = waiting(small)
    owner = browser_of("owner", small.uuid)
    undo(owner, small, kind=K.GUEST_WAITLISTED, guest=guest.guest, version=4)

    undo(owner, small, kind=K.GUEST_PROMOTED, guest=guest.guest, version=int(stored(guest).version))

    assert stored(guest).status is RegistrationStatus.WAITLISTED


@pytest.mark.parametrize(
    ("kind", "by", "details", "offered"),
    [
        (K.GUEST_WAITLISTED, "USER:u", {"version": "2", "from": "CONFIRMED"}, True),
        (K.GUEST_WAITLISTED, "USER:u", {"version": "2", "from": ""}, False),
        (K.GUEST_PROMOTED, "USER:u", {"version": "2", "from": "WAITLISTED"}, True),
        (K.GUEST_PROMOTED, "SYSTEM", {"version": "2", "from": "WAITLISTED"}, False),
        (K.GUEST_CANCELED, "USER:u", {"version": "2", "from": "CONFIRMED"}, True),
        (K.GUEST_ADMITTED, "KIOSK:k", {"gate": "North", "scan": "s-1"}, True),
        (K.GUEST_CHANGED, "USER:u", None, False),
    ],
)
def test_undoing_is_offered_where_it_can_hold(event, kind, by, details, offered):
    from portal.organiser.activity_lines import People, line_of

    kept = activity.record(
        event_id=event.uuid,
        kind=kind,
        actor_label=by,
        subject="0123456789ABCDEF",
        at=datetime.now(UTC),
        record_id="1",
        details=details,
    )

    assert bool(line_of(kept, people=People()).undo) is offered


@pytest.mark.parametrize(
    "typed",
    [
        {},
        {"kind": "EVENT_EDITED", "guest": "0123456789ABCDEF"},
        {"kind": "GUEST_CANCELED"},
        {"kind": "GUEST_CANCELED", "guest": "0123456789ABCDEF", "version": "x"},
    ],
)
def test_nonsense_undoes_nothing(event, typed):
    answer = undo(browser_of("owner", event.uuid), event, **typed)

    assert "This cannot be undone." in answer.text
