"""Guest requests as their table holds them, and events at which something can be asked for."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from backend.events.models import Event
from backend.guest_requests import services
from backend.guest_requests.kinds import BUILT_IN, Kind
from backend.guest_requests.models import GuestRequest, due_bucket, guest_key, queue_key
from backend.guest_requests.queries import OfferedKinds
from backend.guest_requests.states import RequestStatus
from backend.registrations import guests
from backend.shared import base32
from backend.shared.actor import SYSTEM
from tests.factories.events import NOON

S = RequestStatus


def offer(event: Event, *own: Kind, **changes: Any) -> OfferedKinds:
    """Switch the built-in kinds on, each with these ``changes``, and add ``own`` ones."""
    kinds = [replace(kind, **{"enabled": True, **changes}) for kind in BUILT_IN]
    version = services_version(event)
    return services.save_kinds(
        event_id=event.uuid, kinds=[*kinds, *own], version=version, actor=SYSTEM, now=NOON
    )


def services_version(event: Event) -> int:
    """The version to save an event's kinds over."""
    from backend.guest_requests.queries import kinds_of

    return kinds_of(event.uuid, consistent=True).version


def build_request(**values: Any) -> GuestRequest:
    """A vegetarian meal that Ada waits for, not saved; override what the test is about.

    ``number`` tells several apart; ``status`` brings the keys of its indexes.
    """
    number = values.pop("number", 1)
    event_id = values.setdefault("event_id", "0190aaaa-0000-7000-8000-000000000001")
    kind = values.setdefault("kind", "FOOD")
    status = values.setdefault("status", S.OPEN)
    guest = values.setdefault("guest", guests.guest_key(event_id, "ada@example.com"))
    request_id = values.setdefault("request_id", base32.encode(number.to_bytes(15, "big")))
    created_at = values.setdefault("created_at", NOON)
    waits = status in (S.OPEN, S.CLAIMED)
    done = status in (S.FULFILLED, S.DECLINED)
    defaults: dict[str, Any] = {
        "kind_name": "Food",
        "team": "Kitchen",
        "version": 1,
        "shard": guests.shard_of(event_id, guest, shards=1),
        "guest_key": guest_key(event_id, guest),
        "user_id": "user-ada",
        "guest_name": "Ada Lovelace",
        "text": "",
        "option": "Vegetarian",
        "due_at": created_at + timedelta(minutes=15),
        "held_by": "user-fay" if status in (S.CLAIMED, S.FULFILLED) else None,
        "done_at": None if waits else created_at + timedelta(minutes=5),
        "changed_at": created_at,
        "changed_by": "USER:user-ada",
        "open_queue": queue_key(event_id, kind) if waits else None,
        "due_bucket": due_bucket(request_id) if waits else None,
        "done_event": event_id if done else None,
    }
    return GuestRequest(**defaults | values)


def make_request(**values: Any) -> GuestRequest:
    """The same, saved."""
    request = build_request(**values)
    request.put()
    return request
