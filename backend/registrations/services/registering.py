"""Registering: claim a seat, commit the registration, release what is left; or join the list.

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
from backend.registrations.services.changing import checked_note
from backend.registrations.states import Admission, RegistrationStatus
from backend.seats import services as seats
from backend.seats.claims import Claim
from backend.seats.errors import PoolBusy, PoolClosed
from backend.seats.states import Availability
from backend.shared import db
from backend.shared.actor import Actor
from backend.shared.errors import BadInput
from backend.shared.outcomes import counts

TRIES = 5
S = RegistrationStatus


@dataclass(frozen=True, slots=True)
class Outcome:
    """What registering led to; ``created`` is false when the guest was registered already."""

    registration: Registration
    created: bool


def _word_of(outcome: Outcome) -> str:
    return outcome.registration.status if outcome.created else "REPEATED"


@counts("Registration", _word_of)
def register(
    *,
    event_id: str,
    name: str,
    answers: Mapping[str, object] | None = None,
    may_wait: bool = True,
    actor: Actor,
    now: datetime,
) -> Outcome:
    """The actor's place at the event or on its waiting list, a new one or the one there is.

    Without ``may_wait`` the list is joined by nobody new, as if the event had none.
    At most 4.1 write units; a full event without a list costs one read. Refuses with ``SignInNeeded``,
    ``EmailNotVerified``, ``EventNotFound``, ``BadInput`` (``name``, ``answers.<id>``; required
    questions want an answer), ``RegistrationClosed``, ``SoldOut``, ``PoolBusy`` and ``TryAgain``.
    """
    email = policies.own_email(actor)
    event = events.settings_of(event_id, now=now)
    if not event_policies.is_open_to_strangers(event):
        events.authorize(event_id=event_id, actor=actor, action=EventAction.READ, now=now)
    policies.check_open(event, now=now)
    draft = draft_of(event, guests.guest_key(event_id, email), name=name, actor=actor, now=now)
    try:
        draft.answers = checked_answers(questions_of(event), answers or {}) or None
    except BadInput:
        stored = Registration.find(draft.shard, draft.guest)
        if stored is not None and stored.is_active:
            # Whoever is registered already, perhaps by the team, need not answer any more.
            return Outcome(stored, created=False)
        raise
    draft.user_email, draft.user_id = guests.address_key(email), actor.user_id
    return take_place(draft, event=event, may_wait=may_wait, now=now)


@counts("Registration", _word_of)
def add_guest(
    *,
    event_id: str,
    name: str,
    email: str | None,
    answers: Mapping[str, object] | None = None,
    note: str = "",
    attention: bool = False,
    once: str = "",
    action: EventAction = EventAction.MANAGE_GUESTS,
    actor: Actor,
    now: datetime,
) -> Outcome:
    """A place for somebody else, by the event's team; without ``email`` a new one each time.

    Unless ``once`` says which form it was: the same name sent again with it is the same guest.
    The desk adds walk-ins (``action`` ``ADD_WALK_IN``). Required questions may stay unanswered.
    Refuses as ``register`` does, and with ``EventForbidden`` and ``BadInput`` (``email``,
    ``note``).
    """
    event = events.authorize(event_id=event_id, actor=actor, action=action, now=now)
    policies.check_open(event, now=now)
    given = checked_answers(questions_of(event), answers or {}, complete=False)
    address = guests.checked_email(email) if email else None
    draft = draft_of(event, _key_of(event_id, address, name, once), name=name, actor=actor, now=now)
    draft.user_email, draft.answers = address, given or None
    draft.note, draft.attention = checked_note(note) or None, attention or None
    return take_place(draft, event=event, now=now)


def _key_of(event_id: str, address: str | None, name: str, once: str) -> str:
    if address:
        return guests.guest_key(event_id, address)
    return guests.key_of_form(event_id, once, name) if once else guests.random_guest()


def draft_of(event: Event, guest: str, *, name: str, actor: Actor, now: datetime) -> Registration:
    """A registration of this guest, not written yet; refuses with ``BadInput`` (name)."""
    shards = int(event.shards)
    called = guests.checked_name(name)
    return Registration(
        guests.shard_of(event.uuid, guest, shards=shards),
        guest,
        event_id=event.uuid,
        status=S.CONFIRMED,
        name=called,
        name_shard=guests.name_shard_of(event.uuid, guest, shards=shards),
        name_key=guests.name_key(called, guest),
        ticket_no=tickets.new_ticket_no(),
        registered_at=now,
        admission=Admission.EXPECTED,
        changed_by=actor.label,
    )


def take_place(
    draft: Registration,
    *,
    event: Event,
    waits: bool = False,
    may_wait: bool = True,
    now: datetime,
) -> Outcome:
    """Claim, commit, and on a refused commit release and decide by what is stored.

    Without a seat the guest joins the waiting list, where the event has one and the guest
    ``may_wait``; with ``waits`` in any case. Any other error leaves the claim alone: the commit may have landed. The audit
    finds it. Refuses with ``SoldOut``, ``PoolBusy`` and ``TryAgain``.
    """
    seen = 0
    has_list = may_wait and bool(event.waiting_list)
    for _ in range(TRIES):
        status, held = (
            (S.WAITLISTED, None) if waits else _look_for_seat(draft, event, has_list, now=now)
        )
        if status is None:
            return _already_there(draft)
        try:
            _commit(draft, event, status, held, seen=seen, now=now)
        except db.StaleWrite as refusal:
            stored: Registration = refusal.old
        else:
            if status is S.WAITLISTED:
                seats.note_waiting(pool=event.uuid, now=now)
            return Outcome(draft, created=True)
        if held is not None and not stored.confirms(held):
            seats.release(pool=event.uuid, claim=held, now=now)
        landed = _landed(draft, stored)
        if stored.is_active or (landed and stored.status is not S.TOMBSTONE):
            return Outcome(stored, created=landed)
        if landed:
            break  # it was made, and moved to another address since
        seen = int(stored.version)
    raise TryAgain("This registration was being changed elsewhere. Please try again.")


def _look_for_seat(
    draft: Registration, event: Event, has_list: bool, *, now: datetime
) -> tuple[RegistrationStatus | None, Claim | None]:
    """What the guest can have, and the claim that goes with it; no status: nothing is left."""
    if seats.availability(pool=event.uuid, now=now) is Availability.UNLIMITED:
        return S.CONFIRMED, None
    try:
        held = seats.claim(pool=event.uuid, guest=draft.guest, now=now)
    except PoolClosed:
        if not has_list:
            raise
        return S.WAITLISTED, None
    except PoolBusy:
        if seats.availability(pool=event.uuid, now=now) is not Availability.UNLIMITED:
            raise
        return S.CONFIRMED, None  # the limit was lifted a moment ago
    if held is not None:
        return S.CONFIRMED, held
    return (S.WAITLISTED if has_list else None), None


def _already_there(draft: Registration) -> Outcome:
    stored = Registration.find(draft.shard, draft.guest)
    if stored is None or not stored.is_active:
        raise SoldOut("This event is sold out.")
    return Outcome(stored, created=False)


def _commit(
    draft: Registration,
    event: Event,
    status: RegistrationStatus,
    held: Claim | None,
    *,
    seen: int,
    now: datetime,
) -> None:
    waits = status is S.WAITLISTED
    shards = int(event.shards)
    draft.status = status
    draft.claim_block = held.block if held else None
    draft.claim_attempt = held.attempt if held else None
    draft.waiting_since = now if waits else None
    draft.waiting_shard = (
        guests.waiting_shard_of(event.uuid, draft.guest, shards=shards) if waits else None
    )
    draft.commit(seen=seen)


def _landed(draft: Registration, stored: Registration) -> bool:
    """Whether this call's commit took effect, whatever became of it since."""
    return draft.ticket_no in (stored.ticket_no, stored.first_ticket_no)
