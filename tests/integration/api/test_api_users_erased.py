"""What is left of a person who was erased over the API."""

import json

import boto3

from backend.team.roles import Role
from tests.factories.team import make_member
from tests.support.eventual import eventually


def test_erased_account_leaves_nameless_places_at_events(suite, pool, event):
    guest = pool.make("Gerda Gone")
    event_id = event()
    place = f"/events/{event_id}/registrations"
    assert suite.api.post(place, {"name": guest.name}, by=guest).status == 201
    table = boto3.resource("dynamodb").Table("test-registrations")

    def stored() -> str:
        kept = [one for one in table.scan()["Items"] if one.get("event_id") == event_id]
        return json.dumps(kept, default=str)

    assert guest.email in stored()
    assert suite.api.delete(f"/users/{guest.user_id}", by=guest).status == 200

    told = (guest.email, guest.name, guest.user_id)
    eventually(lambda: not any(text in stored() for text in told))
    assert '"CONFIRMED"' in stored()


def test_erased_person_leaves_every_team_and_no_name_where_they_own_an_event(suite, pool, event):
    gone = pool.make("Gerda Gone")
    own, joined = event(by=gone), event()
    make_member(event_id=joined, member=gone.user_id, name=gone.name, role=Role.DESK)

    assert suite.api.delete(f"/users/{gone.user_id}", by=gone).status == 200

    table = boto3.resource("dynamodb").Table("test-team")
    kept = [one for one in table.scan()["Items"] if one["member"] == gone.user_id]
    assert [(one["event_id"], one["name"]) for one in kept] == [(own, "Erased person")]
    events = boto3.resource("dynamodb").Table("test-events")
    assert events.get_item(Key={"uuid": own})["Item"]["creator_name"] == "Erased person"


def test_address_that_was_never_proved_erases_nobody_elses_place(suite, pool, event, owner):
    """Whoever has the address owns the places, not who typed it into an account."""
    event_id = event()
    table = boto3.resource("dynamodb").Table("test-registrations")
    impostor = pool.make("Ivo Impostor", verified=False)
    added = suite.api.post(
        f"/events/{event_id}/registrations", {"name": "Ivo"}, by=pool.make("Vera Victim")
    )
    assert added.status == 201
    (item,) = [one for one in table.scan()["Items"] if one.get("event_id") == event_id]
    table.update_item(
        Key={"shard": item["shard"], "guest": item["guest"]},
        UpdateExpression="SET user_email = :address",
        ExpressionAttributeValues={":address": impostor.email},
    )

    assert suite.api.delete(f"/users/{impostor.user_id}", by=impostor).status == 200

    jobs = boto3.resource("dynamodb").Table("test-jobs").scan()["Items"]
    assert [job for job in jobs if job.get("event_id") == event_id] == []
