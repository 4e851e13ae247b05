from typing import Any

from backend.registrations import guests, tickets
from backend.registrations.models import Registration
from backend.registrations.states import Admission, RegistrationStatus
from tests.factories.events import NOON


def build_registration(**values: Any) -> Registration:
    """A confirmed registration without a claim, not saved; override what the test is about.

    ``shards`` is the event's; ``user_email`` decides the guest unless one is given.
    """
    shards = values.pop("shards", 1)
    name = values.get("name", "Ada Lovelace")
    event_id = values.setdefault("event_id", "0190aaaa-0000-7000-8000-000000000001")
    email = values.setdefault("user_email", "ada@example.com")
    guest = values.setdefault("guest", guests.guest_key(event_id, email))
    defaults: dict[str, Any] = {
        "shard": guests.shard_of(event_id, guest, shards=shards),
        "status": RegistrationStatus.CONFIRMED,
        "version": 1,
        "user_id": "user-ada",
        "name": name,
        "name_shard": guests.name_shard_of(event_id, guest, shards=shards),
        "name_key": guests.name_key(name, guest),
        "ticket_no": tickets.new_ticket_no(),
        "registered_at": NOON,
        "admission": Admission.EXPECTED,
        "changed_by": "USER:user-ada",
    }
    return Registration(**defaults | values)


def make_registration(**values: Any) -> Registration:
    """The same, saved."""
    registration = build_registration(**values)
    registration.save()
    return registration
