"""The waiting list on a deployed stage: API, streams and jobs together, each with its own rights."""

import time
from datetime import UTC, datetime, timedelta

import pytest

from backend.activity.queries import totals
from backend.events.models import Event
from backend.notifications.models import Notification
from backend.registrations import mails
from backend.seats.models import Pool as SeatPool
from foyer_client import AuthenticatedClient
from foyer_client.api.events import cancel_event, create_event, edit_event, publish_event
from foyer_client.api.registrations import (
    cancel_my_registration,
    register,
    show_my_registration,
)
from foyer_client.models import (
    EventEdit,
    EventInput,
    OwnEventAnswer,
    RegistrationAnswer,
    RegistrationInput,
    RegistrationStatus,
    TicketAnswer,
)
from tests.integration.deploy.test_slice import waiting_failures
from tests.support.api import Pool
from tests.support.eventual import eventually
from tests.support.typed_client import caller, got

W, C, X = RegistrationStatus.WAITLISTED, RegistrationStatus.CONFIRMED, RegistrationStatus.CANCELED
Caller = AuthenticatedClient


@pytest.fixture(scope="module")
def base(stage: dict[str, str]) -> str:
    return stage["APIEndpoint"]


@pytest.fixture
def owner(base: str) -> Caller:
    return caller(base, Pool().make("Olga Owner"))


@pytest.fixture
def guests(base: str) -> list[Caller]:
    pool = Pool()
    return [caller(base, pool.make(name)) for name in ("Ada Byron", "Bob Hope", "Cleo Moreno")]


def details(capacity: int | None) -> EventInput:
    now = datetime.now(UTC)
    return EventInput(
        title="Harbour Conference",
        starts_at=now + timedelta(hours=20),
        ends_at=now + timedelta(hours=25),
        location="Pier 2, Hamburg",
        capacity=capacity,
    )


def published(owner: Caller, capacity: int | None) -> str:
    made = got(OwnEventAnswer, create_event.sync(client=owner, body=details(capacity)))
    return got(OwnEventAnswer, publish_event.sync(made.event_id, client=owner)).event_id


def change_capacity(event_id: str, owner: Caller, capacity: int | None) -> None:
    version = int(Event.fetch(event_id).version)
    changed = EventEdit.from_dict(details(capacity).to_dict() | {"version": version})
    got(OwnEventAnswer, edit_event.sync(event_id, client=owner, body=changed))


def registered(event_id: str, guest: Caller) -> RegistrationStatus:
    answer = register.sync(event_id, client=guest, body=RegistrationInput())
    return got(TicketAnswer, answer).status


def status_of(event_id: str, guest: Caller) -> RegistrationStatus:
    return got(TicketAnswer, show_my_registration.sync(event_id, client=guest)).status


def test_a_seat_given_back_and_seats_added_go_to_who_waits(owner, guests, stage):
    event_id = published(owner, 1)

    def seen() -> list[RegistrationStatus]:
        return [status_of(event_id, guest) for guest in guests]

    assert [registered(event_id, guest) for guest in guests] == [C, W, W]
    gone = cancel_my_registration.sync(event_id, client=guests[0])
    assert got(RegistrationAnswer, gone).status is X
    eventually(seen, [X, C, W])

    change_capacity(event_id, owner, 2)
    eventually(seen, [X, C, C])

    def counted() -> tuple[int, int, int]:
        found = totals(event_id=event_id, shards=int(Event.fetch(event_id).shards))
        return found.confirmed, found.canceled, found.waiting

    eventually(counted, (2, 1, 0))
    eventually(lambda: len(promotions_of(event_id)), 2)
    assert waiting_failures(stage) == "0"


def promotions_of(event_id: str) -> list[str]:
    about = f"{mails.PROMOTED}#{event_id}#"
    return [
        found.key
        for found in Notification.scan()
        if found.key.startswith(about) and found.status == "SENT"
    ]


def test_an_event_that_gets_a_limit_opens_once_everybody_has_a_seat(owner, guests, stage):
    event_id = published(owner, None)
    assert [registered(event_id, guest) for guest in guests[:2]] == [C, C]

    change_capacity(event_id, owner, 2)

    def is_open() -> tuple[bool, bool]:
        found = got(SeatPool, SeatPool.find_pool(event_id))
        return found.adopting, found.closed

    eventually(is_open, (False, False))
    # A function may take the pool for what it was a second ago; who slips in then is adopted.
    time.sleep(1.2)
    assert registered(event_id, guests[2]) is W
    assert waiting_failures(stage) == "0"


def test_an_event_called_off_takes_every_place_back(owner, guests, stage):
    event_id = published(owner, 1)
    for guest in guests:
        registered(event_id, guest)

    got(OwnEventAnswer, cancel_event.sync(event_id, client=owner))

    eventually(lambda: [status_of(event_id, g) for g in guests], [X, X, X])
    assert waiting_failures(stage) == "0"
