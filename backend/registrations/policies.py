"""Who may register, when, and what may be given up. Pure."""

from datetime import datetime
from typing import TYPE_CHECKING

from backend.events.errors import SignInNeeded
from backend.events.models import Event
from backend.events.states import EventStatus
from backend.registrations.errors import (
    EmailNotVerified,
    GuestErased,
    NotCancelable,
    NoTicket,
    NotMovable,
    NotWaiting,
    RegistrationClosed,
)
from backend.registrations.models import Registration
from backend.registrations.states import Admission, RegistrationStatus
from backend.shared.actor import Actor, ActorKind
from backend.shared.config import config

if TYPE_CHECKING:
    # Functions that answer guests start without the jobs' tables.
    from backend.jobs.models import Job


def own_email(actor: Actor) -> str:
    """The verified address that makes the actor a guest.

    Refuses with ``SignInNeeded`` or ``EmailNotVerified``.
    """
    if not actor.is_signed_in:
        raise SignInNeeded("Sign in to register.")
    if not actor.email:
        raise EmailNotVerified("Confirm your e-mail address first; then you can register.")
    return actor.email


def actor_of_job(job: "Job") -> Actor:
    """Who asked for a job: it may do what they may at the moment, not what they once might."""
    groups = frozenset({config().admin_group}) if job.params.get("administrator") else frozenset()
    return Actor(ActorKind.USER, user_id=str(job.user_id or ""), groups=groups)


def check_open(event: Event, *, now: datetime) -> None:
    """Refuse (``RegistrationClosed``) unless the event takes registrations."""
    if event.status is EventStatus.CANCELED:
        raise RegistrationClosed("This event was canceled.")
    if event.status is EventStatus.DRAFT:
        raise RegistrationClosed("This event is not published yet.")
    if event.status is not EventStatus.PUBLISHED or event.ends_at <= now:
        raise RegistrationClosed("This event is over.")


def check_cancelable(registration: Registration) -> None:
    """Refuse (``NotCancelable``) to give up the place of a guest who came."""
    if registration.admission not in (None, Admission.EXPECTED):
        raise NotCancelable("This guest is checked in already.")


def check_movable(registration: Registration) -> None:
    """Refuse (``NotMovable``) to let a guest wait who has no place, or was in."""
    if not registration.is_confirmed:
        raise NotMovable("Only a guest with a place can be moved to the waiting list.")
    if registration.admission not in (None, Admission.EXPECTED):
        raise NotMovable("This guest is checked in already.")


def check_active(registration: Registration) -> None:
    """Refuse (``NotMovable``) to give a canceled registration to another address."""
    if not registration.is_active:
        raise NotMovable("This registration is canceled.")


def check_waiting(registration: Registration) -> None:
    """Refuse (``NotWaiting``) to promote a guest who does not wait."""
    if registration.status is not RegistrationStatus.WAITLISTED:
        raise NotWaiting("This guest is not on the waiting list.")


def check_not_erased(registration: Registration) -> None:
    """Refuse (``GuestErased``) to write about somebody who was erased."""
    if registration.erased_at is not None:
        raise GuestErased("This guest's data was erased. Nothing can be added to it.")


def check_has_ticket(registration: Registration, event: Event, *, now: datetime) -> None:
    """Refuse (``NoTicket``) unless there is a ticket that still opens a door."""
    if not registration.is_confirmed:
        raise NoTicket("Only a guest with a place has a ticket.")
    if event.status is not EventStatus.PUBLISHED or event.ends_at <= now:
        raise NoTicket("This event takes no guests any more, so there is no ticket to send.")
