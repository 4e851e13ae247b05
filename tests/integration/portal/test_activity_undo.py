"""Undoing from the list of what happened: only what is still as it was left."""

from datetime import UTC, datetime, timedelta

import pytest

from backend.activity import services as activity
from backend.activity.kinds import ActivityKind
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
