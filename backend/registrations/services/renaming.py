"""A registration under another address: another key, the same place."""

from datetime import datetime

from backend.events import queries as events
from backend.events.models import Event
from backend.events.policies import EventAction
from backend.registrations import guests, policies, queries, tickets
from backend.registrations.errors import GuestAlreadyRegistered
from backend.registrations.models import Registration
from backend.seats import services as seats
from backend.shared import db
from backend.shared.actor import Actor

_KEPT = (
    "event_id",
    "status",
    "name",
    "registered_at",
    "waiting_since",
    "admission",
    "admitted_at",
    "admitted_scan",
    "admitted_gate",
    "admitted_by",
    "undone_scan",
    "arrived_at",
    "arrived_gate",
    "left_at",
    "left_gate",
    "left_scan",
    "answers",
    "note",
    "attention",
    "import_id",
)
_TRIES = 3


def change_email(
    *, event_id: str, guest: str, version: int, email: str, actor: Actor, now: datetime
) -> Registration:
    """Give a registration another address, and thereby another key and another ticket.

    One transaction: the new item, a tombstone for the old one, the seat's claim renamed. Place,
    admission and the time of waiting stay; the old ticket opens no door any more. The table's
    stream mails the new address only. Refuses with ``EventNotFound``, ``EventForbidden``,
    ``RegistrationNotFound``, ``GuestErased``, ``NotMovable`` (canceled), ``BadInput``
    (``email``), ``GuestAlreadyRegistered`` and ``StaleWrite`` (it changed since ``version``).
    """
    event = events.authorize(
        event_id=event_id, actor=actor, action=EventAction.MANAGE_GUESTS, now=now
    )
    address = guests.checked_email(email)
    registration = queries.fetch_seen(event, guest, version)
    policies.check_not_erased(registration)
    policies.check_active(registration)
    key = guests.guest_key(event_id, address)
    if key == guest:
        return registration
    for _ in range(_TRIES):
        there = _free_place(event, key)
        renamed = _renamed(event, registration, key, address, changed_by=actor.label)
        try:
            _write(registration, renamed, over=there, changed_by=actor.label, now=now)
        except db.StaleWrite:
            landed = Registration.find(renamed.shard, renamed.guest)
            if landed is not None and landed.ticket_no == renamed.ticket_no:
                return landed  # sent again by the client after its answer was lost
            # Somebody came in, or the new key was fenced: look again.
            registration = _unchanged(registration)
        else:
            return renamed
    raise db.StaleWrite(old=registration)


def _free_place(event: Event, key: str) -> Registration | None:
    """What is left under this key, if anything, where nobody is registered."""
    shard = guests.shard_of(event.uuid, key, shards=int(event.shards))
    there = Registration.find(shard, key)
    if there is not None and there.is_active:
        raise GuestAlreadyRegistered("Another guest of this event has this address.")
    return there


def _renamed(
    event: Event, registration: Registration, key: str, address: str, *, changed_by: str
) -> Registration:
    shards = int(event.shards)
    name = str(registration.name)
    waits = registration.waiting_since is not None
    return Registration(
        guests.shard_of(event.uuid, key, shards=shards),
        key,
        **{kept: getattr(registration, kept) for kept in _KEPT},
        user_email=address,
        name_shard=guests.name_shard_of(event.uuid, key, shards=shards),
        name_key=guests.name_key(name, key),
        waiting_shard=guests.waiting_shard_of(event.uuid, key, shards=shards) if waits else None,
        ticket_no=tickets.new_ticket_no(),
        former_guest=registration.guest,
        changed_by=changed_by,
    )


def _write(
    registration: Registration,
    renamed: Registration,
    *,
    over: Registration | None,
    changed_by: str,
    now: datetime,
) -> None:
    if over is not None:
        renamed.succeed(over)
    claim = registration.claim
    with db.transaction() as write:
        if claim is not None:
            new = seats.rename_within(
                write, pool=registration.event_id, claim=claim, guest=renamed.guest, now=now
            )
            renamed.claim_block, renamed.claim_attempt = new.block, new.attempt
        renamed.add_within(write, seen=int(over.version) if over else 0)
        registration.leave_within(write, changed_by=changed_by)


def _unchanged(registration: Registration) -> Registration:
    """The same version as it is now; refuses with ``StaleWrite`` when there is another."""
    stored = Registration.find(registration.shard, registration.guest)
    if stored is None or stored.version != registration.version or not stored.is_active:
        raise db.StaleWrite(old=stored)
    return stored
