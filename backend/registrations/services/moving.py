"""Organisers let a guest wait, so that the seat goes to who waits longest."""

from datetime import datetime

from backend.events import queries as events
from backend.events.policies import EventAction
from backend.registrations import guests, policies, queries
from backend.registrations.errors import NoLimit
from backend.registrations.models import Registration
from backend.seats import services as seats
from backend.seats.states import Availability
from backend.shared.actor import Actor


def move_to_waiting_list(
    *, event_id: str, guest: str, version: int, actor: Actor, now: datetime
) -> Registration:
    """Put a guest with a place at the end of the waiting list, as seen at ``version``.

    The seat goes to who waits longest: to the guest again, if nobody else waits. Refuses with
    ``EventNotFound``, ``EventForbidden``, ``RegistrationNotFound``, ``RegistrationClosed``,
    ``StaleWrite``, ``NotMovable`` (no place, or came already) and ``NoLimit``.
    """
    event = events.authorize(
        event_id=event_id, actor=actor, action=EventAction.MANAGE_GUESTS, now=now
    )
    policies.check_open(event, now=now)
    registration = queries.fetch_seen(event, guest, version)
    policies.check_movable(registration)
    if seats.availability(pool=event_id, now=now) is Availability.UNLIMITED:
        raise NoLimit("This event has no limit, so nobody waits.")
    # Never tried again on a changed item: that could move a later registration.
    moved = registration.move_to_waiting_list(
        waiting_shard=guests.waiting_shard_of(event_id, guest, shards=int(event.shards)),
        since=now,
        changed_by=actor.label,
    )
    if registration.claim is not None:
        seats.release(pool=event_id, claim=registration.claim, now=now)
    seats.note_waiting(pool=event_id, now=now)
    return moved
