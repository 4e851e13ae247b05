"""Where one guest of an event left traces: the keys the guest ever had there, and what was done."""

from collections.abc import Iterator
from datetime import datetime

from backend.activity.models import Activity
from backend.events.models import Event
from backend.registrations import guests
from backend.registrations.models import Registration
from backend.registrations.states import RegistrationStatus

_PER_PAGE = 100
_MOST_KEYS = 20


def keys_of(event: Event, guest: str) -> list[str]:
    """The guest's key and those from before changes of the address, the present one first.

    What leads on from a former key that has become somebody else's is theirs, so it ends there.
    """
    keys = [guest]
    while len(keys) < _MOST_KEYS:
        found = Registration.find(shard_of(event, keys[-1]), keys[-1])
        if found is None or (len(keys) > 1 and not _is_left(found)):
            break
        former = found.former_guest
        if former is None or former in keys:
            break
        keys.append(former)
    return keys


def others_since(event: Event, keys: list[str]) -> dict[str, datetime]:
    """Since when former ones of a guest's ``keys`` are somebody else's, who took the address.

    To the second, as DynamoDB says when an activity happened.
    """
    found = (Registration.find(shard_of(event, key), key) for key in keys[1:])
    return {
        one.guest: one.registered_at.replace(microsecond=0)
        for one in found
        if one is not None and not _is_left(one) and one.registered_at is not None
    }


def own_keys(event: Event, keys: list[str]) -> list[str]:
    """Those of a guest's ``keys`` that are nobody else's: where the guest's bookings are.

    Bookings follow a change of the address, so none is left under a former key.
    """
    taken = others_since(event, keys)
    return [key for key in keys if key not in taken]


def _is_left(registration: Registration) -> bool:
    """Whether nothing but the mark of a change of the address is there."""
    return registration.status is RegistrationStatus.TOMBSTONE


def shard_of(event: Event, guest: str) -> str:
    """The partition of the guest's registration."""
    return guests.shard_of(event.uuid, guest, shards=int(event.shards))


def list_activity(event: Event, keys: list[str]) -> Iterator[Activity]:
    """Everything that befell the guest, the newest first under each key."""
    taken = others_since(event, keys)
    for key in keys:
        for one in _befell(event, key):
            if key not in taken or one.at < taken[key]:
                yield one


def _befell(event: Event, key: str) -> Iterator[Activity]:
    page = Activity.list_of_subject(event.uuid, key, limit=_PER_PAGE)
    yield from page.items
    while page.next_key:
        page = Activity.list_of_subject(event.uuid, key, limit=_PER_PAGE, start=page.next_key)
        yield from page.items
