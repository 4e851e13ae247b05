"""The waiting list on a deployed stage: API, streams and jobs together, each with its own rights."""

import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from backend.activity.queries import totals
from backend.events.models import Event
from backend.notifications.models import Notification
from backend.registrations import mails
from backend.seats.models import Pool as SeatPool
from tests.integration.deploy.test_slice import waiting_failures
from tests.support.api import Api, Person, Pool
from tests.support.eventual import eventually

NAMES = ("Ada Byron", "Bob Hope", "Cleo Moreno")


@pytest.fixture(scope="module")
def api(stage: dict[str, str]) -> Api:
    return Api(stage["APIEndpoint"])


@pytest.fixture(scope="module")
def pool(stage: dict[str, str]) -> Pool:
    return Pool()


def details(capacity: int | None) -> dict[str, Any]:
    now = datetime.now(UTC)
    return {
        "title": "Harbour Conference",
        "startsAt": (now + timedelta(hours=20)).isoformat(),
        "endsAt": (now + timedelta(hours=25)).isoformat(),
        "location": "Pier 2, Hamburg",
        "capacity": capacity,
    }


def published(api: Api, owner: Person, capacity: int | None) -> str:
    event_id: str = api.post("/events", details(capacity), by=owner).body["eventId"]
    assert api.post(f"/events/{event_id}/publish", by=owner).status == 200
    return event_id


def change_capacity(api: Api, event_id: str, owner: Person, capacity: int | None) -> None:
    version = Event.fetch(event_id).version
    changed = details(capacity) | {"version": int(version)}
    assert api.put(f"/events/{event_id}", changed, by=owner).status == 200


def register(api: Api, event_id: str, guest: Person) -> str:
    answer = api.post(f"/events/{event_id}/registrations", {}, by=guest)
    assert answer.status == 201
    status: str = answer.body["status"]
    return status


def status_of(api: Api, event_id: str, guest: Person) -> str:
    status: str = api.get(f"/events/{event_id}/registrations/me", by=guest).body["status"]
    return status


def test_a_seat_given_back_and_seats_added_go_to_who_waits(api, pool, stage):
    owner, *guests = pool.make("Olga Owner"), *(pool.make(name) for name in NAMES)
    event_id = published(api, owner, 1)

    def seen() -> list[str]:
        return [status_of(api, event_id, guest) for guest in guests]

    assert [register(api, event_id, guest) for guest in guests] == [
        "CONFIRMED",
        "WAITLISTED",
        "WAITLISTED",
    ]
    gone = api.delete(f"/events/{event_id}/registrations/me", by=guests[0])
    assert gone.body["status"] == "CANCELED"
    eventually(seen, ["CANCELED", "CONFIRMED", "WAITLISTED"])

    change_capacity(api, event_id, owner, 2)
    eventually(seen, ["CANCELED", "CONFIRMED", "CONFIRMED"])

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


def test_an_event_that_gets_a_limit_opens_once_everybody_has_a_seat(api, pool, stage):
    owner, *guests = pool.make("Olga Owner"), *(pool.make(name) for name in NAMES)
    event_id = published(api, owner, None)
    assert [register(api, event_id, guest) for guest in guests[:2]] == ["CONFIRMED"] * 2

    change_capacity(api, event_id, owner, 2)

    def is_open() -> tuple[bool, bool]:
        found = SeatPool.find_pool(event_id)
        return found.adopting, found.closed

    eventually(is_open, (False, False))
    # A function may take the pool for what it was a second ago; who slips in then is adopted.
    time.sleep(1.2)
    assert register(api, event_id, guests[2]) == "WAITLISTED"
    assert waiting_failures(stage) == "0"


def test_an_event_called_off_takes_every_place_back(api, pool, stage):
    owner, *guests = pool.make("Olga Owner"), *(pool.make(name) for name in NAMES)
    event_id = published(api, owner, 1)
    for guest in guests:
        register(api, event_id, guest)

    assert api.delete(f"/events/{event_id}", by=owner).status == 200

    eventually(lambda: [status_of(api, event_id, g) for g in guests], ["CANCELED"] * 3)
    assert waiting_failures(stage) == "0"
