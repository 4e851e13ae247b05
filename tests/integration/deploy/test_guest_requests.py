"""A guest request on a deployed stage, from asking to being told: each function with its own rights."""

import time
from datetime import UTC, datetime, timedelta

import boto3
import pytest

from backend.activity import queries as activity
from backend.events.models import Event
from backend.guest_requests import mails
from backend.guest_requests.models import GuestRequest
from backend.notifications.models import Notification
from backend.team.roles import Role
from tests.factories.guest_requests import offer
from tests.factories.team import make_member
from tests.integration.deploy.test_slice import waiting_failures
from tests.support.api import Api, Person, Pool
from tests.support.at_once import at_once
from tests.support.eventual import eventually
from tests.support.staff_queue import StaffQueue, attributes_of

WISH = {"kind": "BEVERAGE", "text": "Water, by the window"}


@pytest.fixture(scope="module")
def api(stage) -> Api:
    return Api(stage["APIEndpoint"])


@pytest.fixture(scope="module")
def pool(stage) -> Pool:
    return Pool()


@pytest.fixture(scope="module")
def venue(api, pool) -> str:
    """An event at which something can be asked for."""
    owner, now = pool.make("Olga Owner"), datetime.now(UTC)
    times = {"startsAt": now - timedelta(hours=1), "endsAt": now + timedelta(hours=5)}
    details = {"title": "Harbour Conference"} | {n: at.isoformat() for n, at in times.items()}
    event_id: str = api.post("/events", details, by=owner).body["eventId"]
    assert api.post(f"/events/{event_id}/publish", by=owner).status == 200
    offer(Event.fetch(event_id))
    return event_id


def floor(pool: Pool, event_id: str, name: str) -> Person:
    person = pool.make(name)
    make_member(event_id=event_id, member=person.user_id, name=name, role=Role.FLOOR)
    return person


def guest(api: Api, pool: Pool, event_id: str) -> Person:
    person = pool.make("Grace Guest")
    registered = api.post(f"/events/{event_id}/registrations", {}, by=person)
    assert registered.body["status"] == "CONFIRMED"
    return person


def test_request_reaches_the_staff_and_its_fulfilment_the_guest(api, pool, stage, venue):
    fay, finn = (floor(pool, venue, name) for name in ("Fay Floor", "Finn Floor"))
    grace = guest(api, pool, venue)
    bar = StaffQueue.subscribed(stage["StaffTopicArn"], event=venue, team="Bar")
    kitchen = StaffQueue.subscribed(stage["StaffTopicArn"], event=venue, team="Kitchen")
    requests = f"/events/{venue}/requests"

    began = time.monotonic()
    asked = api.post(requests, WISH, by=grace)
    answered = time.monotonic()
    (notice,) = bar.receive(seconds=20)
    heard = time.monotonic()

    assert asked.status == 201
    assert attributes_of(notice) == {
        "event": venue, "kind": "BEVERAGE", "team": "Bar", "notice": "NEW",
    }  # fmt: skip
    assert "Water, by the window" in notice["Message"]
    assert grace.email not in str(notice)
    one = f"{requests}/{asked.body['requestId']}"
    claims = at_once([lambda by=by: api.post(f"{one}/claim", by=by) for by in (fay, finn)])
    assert sorted(claim.status for claim in claims) == [200, 409]
    winner, loser = (fay, finn) if claims[0].status == 200 else (finn, fay)
    (lost,) = (claim for claim in claims if claim.status == 409)
    assert (lost.code, lost.body["error"]) == ("taken_by_somebody", f"Taken by {winner.name}.")
    assert api.post(f"{one}/fulfil", by=loser).said == (409, "taken_by_somebody")
    done_at = time.monotonic()
    assert api.post(f"{one}/fulfil", by=winner).body["status"] == "FULFILLED"
    told = eventually(lambda: told_of(asked.body["requestId"]) == "SENT" and time.monotonic())

    def counted():
        return activity.requests_of(venue)

    eventually(counted, {"FULFILLED": 1})
    assert kitchen.receive() == []
    assert waiting_failures(stage) == "0"
    print(  # noqa: T201 - how long it takes is for people to see
        f"asked in {answered - began:.2f} s; the staff's queue had it {heard - answered:.2f} s "
        f"later; fulfilled, and the guest's mail was sent after {told - done_at:.2f} s"
    )


def told_of(request_id: str) -> str:
    request = GuestRequest.find(request_id)
    found = Notification.find(mails.key_of(request))
    return str(found.status) if found else ""


def test_team_is_reminded_once_of_what_is_late(api, pool, stage, venue):
    grace = guest(api, pool, venue)
    desk = StaffQueue.subscribed(stage["StaffTopicArn"], event=venue, team="Desk", notice="LATE")
    asked = api.post(f"/events/{venue}/requests", {"kind": "HAND_OUT"}, by=grace)
    request = GuestRequest.find(asked.body["requestId"])
    GuestRequest.change(request.request_id, actions=[GuestRequest.due_at.set(request.created_at)])

    for _ in range(2):
        run = boto3.client("lambda").invoke(FunctionName=stage["RequestRemindersFunction"])
        assert run.get("FunctionError") is None
    (notice,) = desk.receive(seconds=20)

    assert notice["Message"].startswith("Waits too long: Hand-out")
    assert desk.receive(seconds=1) == []
    assert waiting_failures(stage) == "0"
