"""Giving a place up: the registration first, then its seat."""

from datetime import datetime

from backend.events import queries as events
from backend.events.policies import EventAction
from backend.registrations import policies, queries
from backend.registrations.models import Registration
from backend.registrations.states import Admission, RegistrationStatus
from backend.seats import places
from backend.seats import services as seats
from backend.shared import db
from backend.shared.actor import Actor


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
    registration = queries.fetch_seen(event, guest, version)
    return _cancel(registration, actor=actor, now=now)


def cancel_called_off(
    registration: Registration, *, changed_by: str, now: datetime
) -> RegistrationStatus:
    """Take a place back because its event is called off; answers what the registration is then.

    The caller knows that it is. Unlike the others this one goes on when the registration
    changes meanwhile: whatever it becomes, it is to be canceled. Who came stays
    ``CONFIRMED``: the guest was there.
    """
    while registration.is_active and registration.admission in (None, Admission.EXPECTED):
        try:
            canceled = registration.cancel(at=now, changed_by=changed_by)
        except db.StaleWrite as refusal:
            registration = refusal.old
            continue
        if registration.claim is not None:
            seats.release(pool=registration.event_id, claim=registration.claim, now=now)
        return canceled.status
    return registration.status


def _cancel(registration: Registration, *, actor: Actor, now: datetime) -> Registration:
    """Never tried again on a changed item: that could cancel a later registration."""
    policies.check_cancelable(registration)
    return places.give_up(registration, changed_by=actor.label, now=now)


def note_waiting(*, event_id: str, now: datetime) -> None:
    """Repeat that somebody waits: what the table's stream does."""
    seats.note_waiting(pool=event_id, now=now)
