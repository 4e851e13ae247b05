"""Where one guest of an event left traces: the keys the guest ever had there, and what was done."""

from collections.abc import Iterator

from backend.activity.models import Activity
from backend.events.models import Event
from backend.registrations import guests
from backend.registrations.models import Registration

_PER_PAGE = 100
_MOST_KEYS = 20


def keys_of(event: Event, guest: str) -> list[str]:
    """The guest's key and those from before changes of the address, the present one first."""
    keys = [guest]
    while len(keys) < _MOST_KEYS:
        found = Registration.find(shard_of(event, keys[-1]), keys[-1])
        former = found.former_guest if found else None
        if former is None or former in keys:
            break
        keys.append(former)
    return keys


def shard_of(event: Event, guest: str) -> str:
    """The partition of the guest's registration."""
    return guests.shard_of(event.uuid, guest, shards=int(event.shards))


def list_activity(event: Event, keys: list[str]) -> Iterator[Activity]:
    """Everything that befell the guest, the newest first under each key."""
    for key in keys:
        page = Activity.list_of_subject(event.uuid, key, limit=_PER_PAGE)
        yield from page.items
        while page.next_key:
            page = Activity.list_of_subject(event.uuid, key, limit=_PER_PAGE, start=page.next_key)
            yield from page.items
