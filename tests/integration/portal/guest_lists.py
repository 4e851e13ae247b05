"""Guests of an event, as tests of the organiser's list make and read them."""

from backend.registrations import guests
from backend.registrations.models import Registration
from tests.factories.registrations import make_registration


def guest_of(event, name, **values) -> Registration:
    email = f"g{abs(hash(name))}@example.com"
    return make_registration(
        **{"event_id": event.uuid, "user_email": email, "name": name, **values}
    )


def named(response) -> list[str]:
    return [one.name for one in response.context["trail"].items]


def everybody(event) -> list[Registration]:
    shard = guests.name_shards_of(event.uuid, shards=1)[0]
    entries = Registration.list_by_name(shard, prefix="", after=None, limit=100).items
    return Registration.find_many([(entry.shard, entry.guest) for entry in entries])


def list_of(event) -> str:
    return f"/o/e/{event.uuid}/registrations"
