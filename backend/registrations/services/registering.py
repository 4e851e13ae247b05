"""Registering: a seat and the registration that names it, or a place on the waiting list.

Never more confirmed registrations than seats, and one active one per guest and event: that is
what ``seats.places`` sees to.
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
from backend.registrations.errors import SoldOut
from backend.registrations.models import Registration
from backend.registrations.services.changing import checked_note
from backend.registrations.states import Admission, RegistrationStatus
from backend.seats import places
from backend.shared.actor import Actor
from backend.shared.errors import BadInput
from backend.shared.outcomes import counts

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
    """A place for this draft; without a seat on the waiting list; see ``seats.places.take``.

    The list is joined where the event has one and the guest ``may_wait``; with ``waits`` in any
    case. Refuses with ``SoldOut``, ``PoolBusy`` and ``TryAgain``.
    """
    taken = places.take(
        draft,
        waiting_shard=guests.waiting_shard_of(event.uuid, draft.guest, shards=int(event.shards)),
        waits=waits,
        may_wait=may_wait and bool(event.waiting_list),
        now=now,
    )
    if taken is None:
        return _already_there(draft)
    return Outcome(taken.place, created=taken.is_new)


def _already_there(draft: Registration) -> Outcome:
    stored = Registration.find(draft.shard, draft.guest)
    if stored is None or not stored.is_active:
        raise SoldOut("This event is sold out.")
    return Outcome(stored, created=False)
