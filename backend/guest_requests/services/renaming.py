"""Requests of a guest under another key: the same requests."""

from backend.guest_requests.queries import list_of_guest
from backend.registrations import guests
from backend.registrations.models import Registration
from backend.registrations.states import RegistrationStatus


def move_requests(*, registration: Registration, former: str, shards: int) -> int:
    """Give what a guest asked for under a former key to the present one; says how many.

    What somebody else asked, who has taken the former address since, stays theirs. ``shards`` are
    the event's. Bears being repeated.
    """
    event_id = str(registration.event_id)
    found = list_of_guest(event_id=event_id, guest=former)
    if not found:
        return 0
    taken = Registration.find(guests.shard_of(event_id, former, shards=shards), former)
    since = None
    if taken is not None and taken.status is not RegistrationStatus.TOMBSTONE:
        since = taken.registered_at
    moved = 0
    for one in found:
        if since is None or one.created_at < since:
            moved += one.move(guest=registration.guest, shard=registration.shard)
    return moved
