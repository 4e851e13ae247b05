"""What the deployed functions do together, each with its own rights and nobody's help."""

import json
import urllib.request
import uuid
from datetime import UTC, datetime, timedelta

import boto3
import pytest

from backend.activity.queries import list_for_event, totals
from backend.seats import services as seats
from backend.seats.models import Summary
from tests.factories.kiosks import pair_device
from tests.support.api import Api, Person, Pool
from tests.support.eventual import eventually

SHARDS_OF_A_SMALL_EVENT = 1


@pytest.fixture(scope="module")
def api(stage: dict[str, str]) -> Api:
    return Api(stage["APIEndpoint"])


@pytest.fixture(scope="module")
def pool(stage: dict[str, str]) -> Pool:
    return Pool()


def published_event(api: Api, owner: Person) -> str:
    now = datetime.now(UTC)
    made = api.post(
        "/events",
        {
            "title": "Harbour Conference",
            "startsAt": (now - timedelta(hours=1)).isoformat(),
            "endsAt": (now + timedelta(hours=5)).isoformat(),
            "location": "Pier 2, Hamburg",
            "capacity": 50,
        },
        by=owner,
    )
    event_id: str = made.body["eventId"]
    assert api.post(f"/events/{event_id}/publish", by=owner).status == 200
    return event_id


def test_registration_is_mailed_counted_admitted_and_counted_again(api, pool, stage, stage_cloud):
    owner, guest = pool.make("Olga Owner"), pool.make("Grace Guest")
    event_id = published_event(api, owner)

    def counted() -> tuple[int, int]:
        found = totals(event_id=event_id, shards=SHARDS_OF_A_SMALL_EVENT)
        return found.confirmed, found.admitted

    def mails() -> int:
        url = f"{stage_cloud.endpoint}/_ministack/ses/messages"
        with urllib.request.urlopen(url) as answer:
            return int(guest.email in answer.read().decode())

    assert api.post(f"/events/{event_id}/registrations", {}, by=guest).status == 201
    eventually(counted, (1, 0))
    eventually(mails, 1)

    ticket = api.get(f"/events/{event_id}/registrations/me", by=guest).body["ticket"]
    scan = {"ticket": ticket, "scanId": uuid.uuid4().hex, "gate": "North"}
    answer = api.post(f"/events/{event_id}/scans", scan, by=owner)

    assert [one["result"] for one in answer.body["results"]] == ["ADMITTED"]
    eventually(counted, (1, 1))
    assert waiting_failures(stage) == "0"


def test_change_of_an_event_is_put_on_record(api, pool, stage):
    since = datetime.now(UTC)
    event_id = published_event(api, pool.make("Olga Owner"))

    def kinds() -> list[str]:
        found = list_for_event(event_id=event_id, since=since, limit=10, now=datetime.now(UTC))
        return sorted(one.kind for one in found.items)

    eventually(kinds, ["EVENT_CREATED", "EVENT_PUBLISHED", "MEMBER_JOINED"])


def test_change_of_a_kiosk_and_what_passes_at_it_are_put_on_record(api, pool, stage):
    since, guest = datetime.now(UTC), pool.make("Grace Guest")
    event_id = published_event(api, pool.make("Olga Owner"))
    kiosk = f"Kiosk {pair_device(event_id=event_id, gate='East').credential}"
    api.post(f"/events/{event_id}/registrations", {}, by=guest)
    ticket = api.get(f"/events/{event_id}/registrations/me", by=guest).body["ticket"]
    scan = {"ticket": ticket, "scanId": uuid.uuid4().hex}
    assert api.post(f"/events/{event_id}/scans", scan, token=kiosk).status == 200

    def kinds() -> set[str]:
        found = list_for_event(event_id=event_id, since=since, limit=20, now=datetime.now(UTC))
        return {one.kind for one in found.items} & {"KIOSK_ADDED", "KIOSK_PAIRED", "GUEST_ADMITTED"}

    def gates() -> dict[str, int]:
        return totals(event_id=event_id, shards=SHARDS_OF_A_SMALL_EVENT).gates

    eventually(kinds, {"KIOSK_ADDED", "KIOSK_PAIRED", "GUEST_ADMITTED"})
    eventually(gates, {"East": 1})


def test_audit_frees_with_its_own_rights_what_nobody_confirmed(api, pool, stage):
    event_id = published_event(api, pool.make("Olga Owner"))
    earlier = datetime.now(UTC) - timedelta(minutes=5)
    seats.claim(pool=event_id, guest="0123456789ABCDEF", now=earlier)
    Summary.schedule(event_id, 0, due_at=earlier)

    answer = boto3.client("lambda").invoke(FunctionName=stage["SeatAuditFunction"], Payload=b"{}")

    assert answer.get("FunctionError") is None
    assert json.loads(answer["Payload"].read())["seats_released"] == 1


def waiting_failures(stage: dict[str, str]) -> str:
    """How many changes no function could follow."""
    attributes = boto3.client("sqs").get_queue_attributes(
        QueueUrl=stage["FailedChangesQueue"], AttributeNames=["ApproximateNumberOfMessages"]
    )["Attributes"]
    return str(attributes["ApproximateNumberOfMessages"])
