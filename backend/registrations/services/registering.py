"""Registering: claim a seat, commit the registration, release what is left.

Never more confirmed registrations than seats, and one active one per guest and event,
whatever crashes, is sent again or arrives late. ``tests/model`` explores the protocol.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from backend.events import policies as event_policies
from backend.events import queries as events
from backend.events.models import Event
from backend.events.policies import EventAction
from backend.events.questions import checked_answers, questions_of
from backend.registrations import guests, policies, tickets
from backend.registrations.errors import SoldOut, TryAgain
from backend.registrations.models import Registration
from backend.registrations.states import ACTIVE, Admission, RegistrationStatus
from backend.seats import services as seats
from backend.seats.claims import Claim
from backend.seats.states import Availability
from backend.shared import db
from backend.shared.actor import Actor
from backend.shared.errors import BadInput

TRIES = 5


@dataclass(frozen=True, slots=True)
class Outcome:
    """What registering led to; ``created`` is false when the guest was registered already."""

    registration: Registration
    created: bool


def register(
    *,
    event_id: str,
    name: str,
    answers: Mapping[str, object] | None = None,
    actor: Actor,
    now: datetime,
) -> Outcome:
    """The actor's place at the event, a new one or the one there is.

    At most 4.1 write units; a full event costs one read. Refuses with ``SignInNeeded``,
    ``EmailNotVerified``, ``EventNotFound``, ``BadInput`` (``name``, ``answers.<id>``; required
    questions want an answer), ``RegistrationClosed``, ``SoldOut``, ``PoolBusy`` and ``TryAgain``.
    """
    email = policies.own_email(actor)
    event = events.settings_of(event_id, now=now)
    if not event_policies.is_open_to_strangers(event):
        events.authorize(event_id=event_id, actor=actor, action=EventAction.READ, now=now)
    policies.check_open(event, now=now)
    draft = _draft(event, guests.guest_key(event_id, email), name=name, actor=actor, now=now)
    try:
        draft.answers = checked_answers(questions_of(event), answers or {}) or None
    except BadInput:
        stored = Registration.find(draft.shard, draft.guest)
        if stored is not None and stored.is_active:
            # Whoever is registered already, perhaps by the team, need not answer any more.
            return Outcome(stored, created=False)
        raise
    draft.user_email, draft.user_id = guests.address_key(email), actor.user_id
    return _take_place(draft, now=now)


def add_guest(
    *,
    event_id: str,
    name: str,
    email: str | None,
    answers: Mapping[str, object] | None = None,
    action: EventAction = EventAction.MANAGE_GUESTS,
    actor: Actor,
    now: datetime,
) -> Outcome:
    """A place for somebody else, by the event's team; without ``email`` a new one each time.

    The desk adds walk-ins (``action`` ``ADD_WALK_IN``). Required questions may stay unanswered.
    Refuses as ``register`` does, and with ``EventForbidden`` and ``BadInput`` (e-mail).
    """
    event = events.authorize(event_id=event_id, actor=actor, action=action, now=now)
    policies.check_open(event, now=now)
    given = checked_answers(questions_of(event), answers or {}, complete=False)
    address = guests.checked_email(email) if email else None
    guest = guests.guest_key(event_id, address) if address else guests.random_guest()
    draft = _draft(event, guest, name=name, actor=actor, now=now)
    draft.user_email, draft.answers = address, given or None
    return _take_place(draft, now=now)


def _draft(event: Event, guest: str, *, name: str, actor: Actor, now: datetime) -> Registration:
    shards = int(event.shards)
    called = guests.checked_name(name)
    return Registration(
        guests.shard_of(event.uuid, guest, shards=shards),
        guest,
        event_id=event.uuid,
        status=RegistrationStatus.CONFIRMED,
        name=called,
        name_shard=guests.name_shard_of(event.uuid, guest, shards=shards),
        name_key=guests.name_key(called, guest),
        ticket_no=tickets.new_ticket_no(),
        registered_at=now,
        admission=Admission.EXPECTED,
        changed_by=actor.label,
    )


def _take_place(draft: Registration, *, now: datetime) -> Outcome:
    """Claim, commit, and on a refused commit release and decide by what is stored.

    Any other error leaves the claim alone: the commit may have landed. The audit finds it.
    """
    pool, seen = draft.event_id, 0
    for _ in range(TRIES):
        if seats.availability(pool=pool, now=now) is Availability.UNLIMITED:
            held = None
        else:
            held = seats.claim(pool=pool, guest=draft.guest, now=now)
            if held is None:
                return _already_there(draft)
        try:
            _commit(draft, held, seen=seen)
            return Outcome(draft, created=True)
        except db.StaleWrite as refusal:
            stored: Registration = refusal.old
        landed = _landed(draft, stored)
        if held is not None and not stored.confirms(held):
            seats.release(pool=pool, claim=held, now=now)
        if landed or stored.status in ACTIVE:
            return Outcome(stored, created=landed)
        seen = int(stored.version)
    raise TryAgain("This registration was being changed elsewhere. Please try again.")


def _already_there(draft: Registration) -> Outcome:
    stored = Registration.find(draft.shard, draft.guest)
    if stored is None or stored.status not in ACTIVE:
        raise SoldOut("This event is sold out.")
    return Outcome(stored, created=False)


def _commit(draft: Registration, held: Claim | None, *, seen: int) -> None:
    draft.claim_block = held.block if held else None
    draft.claim_attempt = held.attempt if held else None
    draft.commit(seen=seen)


def _landed(draft: Registration, stored: Registration) -> bool:
    """Whether this call's commit took effect, whatever became of it since."""
    return stored.ticket_no == draft.ticket_no
