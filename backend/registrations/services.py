"""Registering and cancelling: claim a seat, commit the registration, release what is left.

Never more confirmed registrations than seats, and one active one per guest and event,
whatever crashes, is sent again or arrives late. ``tests/model`` explores the protocol.
Mails, counters and the repeated release of a canceled seat hang on the table's stream.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from backend.events import policies as event_policies
from backend.events import queries as events
from backend.events.models import Event
from backend.events.policies import EventAction
from backend.registrations import guests, policies, queries, tickets
from backend.registrations.errors import SoldOut, TryAgain
from backend.registrations.models import Registration
from backend.registrations.states import ACTIVE, Admission, RegistrationStatus
from backend.seats import queries as seat_queries
from backend.seats import services as seats
from backend.seats.claims import Claim
from backend.seats.models import AuditState
from backend.seats.services import AuditReport, Standing
from backend.seats.states import Availability
from backend.shared import db
from backend.shared.actor import Actor

TRIES = 5
AUDITED_AFTER_END = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What registering led to; ``created`` is false when the guest was registered already."""

    registration: Registration
    created: bool


def register(*, event_id: str, name: str, actor: Actor, now: datetime) -> Outcome:
    """The actor's place at the event, a new one or the one there is.

    At most 4.1 write units; a full event costs one read. Refuses with ``SignInNeeded``,
    ``EmailNotVerified``, ``EventNotFound``, ``BadInput`` (name), ``RegistrationClosed``,
    ``SoldOut``, ``PoolBusy`` and ``TryAgain``.
    """
    email = policies.own_email(actor)
    event = events.settings_of(event_id, now=now)
    if not event_policies.is_open_to_strangers(event):
        events.authorize(event_id=event_id, actor=actor, action=EventAction.READ, now=now)
    policies.check_open(event, now=now)
    draft = _draft(event, guests.guest_key(event_id, email), name=name, actor=actor, now=now)
    draft.user_email, draft.user_id = guests.address_key(email), actor.user_id
    return _take_place(draft, now=now)


def add_guest(
    *, event_id: str, name: str, email: str | None, actor: Actor, now: datetime
) -> Outcome:
    """A place for somebody else, by the event's organisers; without ``email`` a new one each time.

    Refuses as ``register`` does, and with ``EventForbidden`` and ``BadInput`` (e-mail).
    """
    event = events.authorize(
        event_id=event_id, actor=actor, action=EventAction.MANAGE_GUESTS, now=now
    )
    policies.check_open(event, now=now)
    address = guests.checked_email(email) if email else None
    guest = guests.guest_key(event_id, address) if address else guests.random_guest()
    draft = _draft(event, guest, name=name, actor=actor, now=now)
    draft.user_email = address
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
        if held is not None and not _confirms(stored, held):
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


def _confirms(stored: Registration, held: Claim) -> bool:
    return stored.is_confirmed and stored.claim == held


def cancel_mine(*, event_id: str, actor: Actor, now: datetime) -> Registration:
    """Give up the actor's own place; what is canceled already stays as it is.

    Refuses with ``SignInNeeded``, ``EmailNotVerified``, ``EventNotFound``,
    ``RegistrationNotFound``, ``NotCancelable`` (checked in) and ``StaleWrite``.
    """
    registration = queries.fetch_mine(event_id=event_id, actor=actor, now=now)
    if registration.status is RegistrationStatus.CANCELED:
        return registration
    return _cancel(registration, actor=actor, now=now)


def cancel_guest(
    *, event_id: str, guest: str, version: int, actor: Actor, now: datetime
) -> Registration:
    """Take a guest's place back, by the event's organisers, as they saw it at ``version``.

    Refuses with ``EventNotFound``, ``EventForbidden``, ``RegistrationNotFound``,
    ``StaleWrite`` (it changed meanwhile), ``IllegalTransition`` and ``NotCancelable``.
    """
    event = events.authorize(
        event_id=event_id, actor=actor, action=EventAction.MANAGE_GUESTS, now=now
    )
    registration = queries.fetch_one(event, guest)
    if registration.version != version:
        raise db.StaleWrite(old=registration)
    return _cancel(registration, actor=actor, now=now)


def _cancel(registration: Registration, *, actor: Actor, now: datetime) -> Registration:
    """Never tried again on a changed item: that could cancel a later registration."""
    policies.check_cancelable(registration)
    canceled = registration.cancel(at=now, changed_by=actor.label)
    if registration.claim is not None:
        seats.release(pool=registration.event_id, claim=registration.claim, now=now)
    return canceled


def release_seat(*, event_id: str, claim: Claim, now: datetime) -> None:
    """Repeat the release of a seat that a cancellation freed: what the table's stream does."""
    seats.release(pool=event_id, claim=claim, now=now)


def audit_seats(*, event_id: str, now: datetime, thorough: bool = False) -> AuditReport:
    """Free the seats of one event that a crash left claimed; see ``seats.services.audit``.

    A day after the event ended this was the last audit.
    """
    event = events.settings_of(event_id, now=now)
    shards = int(event.shards)
    over = event.ends_at + AUDITED_AFTER_END <= now

    def shard_of(claim: Claim) -> str:
        return guests.shard_of(event_id, claim.guest, shards=shards)

    def is_confirmed(claims: Sequence[Claim]) -> list[Standing]:
        keys = list({(shard_of(claim), claim.guest) for claim in claims})
        stored = Registration.find_current(keys)
        return [_standing(claim, stored.get(claim.guest)) for claim in claims]

    def fence(claim: Claim, version: int) -> bool:
        return Registration.fence(shard_of(claim), claim.guest, event_id=event_id, seen=version)

    report = seats.audit(
        pool=event_id, is_confirmed=is_confirmed, fence=fence, now=now, thorough=thorough or over
    )
    if over and not report.left:
        seats.retire(pool=event_id)
    return report


def _standing(claim: Claim, stored: Registration | None) -> Standing:
    if stored is None:
        return Standing(confirmed=False, settled=False, version=0)
    confirmed = _confirms(stored, claim)
    return Standing(
        confirmed=confirmed,
        settled=stored.is_confirmed and not confirmed,
        version=int(stored.version),
    )


def list_due_audits(*, now: datetime, limit: int = 50) -> list[str]:
    """Up to ``limit`` events of each kind of audit that are due, the longest due first."""
    due = [
        pool
        for state in AuditState
        for pool in seat_queries.list_due(state, now=now, limit=limit).items
    ]
    return list(dict.fromkeys(due))
