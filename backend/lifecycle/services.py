"""What touches everything: calling an event off, and the data of one guest."""

from datetime import datetime

from backend.events import queries as event_queries
from backend.events import services as events
from backend.events.policies import EventAction
from backend.jobs import services as jobs
from backend.jobs.kinds import JobKind
from backend.jobs.models import Job
from backend.registrations import policies
from backend.registrations import queries as registrations
from backend.registrations.models import Registration
from backend.shared.actor import SYSTEM, Actor
from backend.shared.clock import iso
from backend.team import services as team
from backend.users import administration, directory
from backend.users import policies as user_policies


def cancel_event(*, event_id: str, actor: Actor, now: datetime) -> Job | None:
    """Call an event off and start taking everybody's place back; ``None`` for a draft.

    Refuses as ``events.services.cancel_event`` does. Should the process die before the job is
    started, or somebody cancel the event otherwise, the events stream starts it.
    """
    event = events.cancel_event(event_id=event_id, actor=actor, now=now)
    if event.published_at is None:
        return None
    return start_cancellation(event_id=event_id, actor_label=actor.label, now=now)


def start_cancellation(*, event_id: str, actor_label: str, now: datetime) -> Job:
    """The one job that cancels the registrations of a canceled event; started once."""
    return jobs.start_job(
        kind=JobKind.CANCEL_EVENT,
        event_id=event_id,
        params={},
        actor_label=actor_label,
        user_id="",
        total=None,
        now=now,
        key="cancel",
    )


def start_export_guest(*, event_id: str, guest: str, actor: Actor, now: datetime) -> Job:
    """Have everything that the event holds about one guest written to files.

    Asked for twice within a minute it is one job. Refuses with ``EventNotFound``,
    ``EventForbidden``, ``RegistrationNotFound`` and ``GuestErased``.
    """
    return _start_for_guest(
        JobKind.EXPORT_GUEST,
        EventAction.EXPORT_GUESTS,
        event_id=event_id,
        guest=guest,
        actor=actor,
        now=now,
        moment=f"{now:%Y-%m-%dT%H:%M}",
    )


def start_erase_guest(*, event_id: str, guest: str, actor: Actor, now: datetime) -> Job:
    """Have everything that says who a guest is erased, for good; the guest stays counted.

    One job per registration, however often it is asked for. Refuses as ``start_export_guest``.
    """
    return _start_for_guest(
        JobKind.ERASE_GUEST,
        EventAction.ERASE_GUESTS,
        event_id=event_id,
        guest=guest,
        actor=actor,
        now=now,
        moment="",
    )


def _start_for_guest(
    kind: JobKind,
    action: EventAction,
    *,
    event_id: str,
    guest: str,
    actor: Actor,
    now: datetime,
    moment: str,
) -> Job:
    event = event_queries.authorize(event_id=event_id, actor=actor, action=action, now=now)
    registration = registrations.fetch_one(event, guest)
    policies.check_not_erased(registration)
    return _start(kind, registration, event_id=event_id, actor=actor, now=now, moment=moment)


def _start(
    kind: JobKind,
    registration: Registration,
    *,
    event_id: str,
    actor: Actor,
    now: datetime,
    moment: str,
) -> Job:
    # Who registers again after an erasure is to be erased again.
    since = iso(registration.registered_at) if registration.registered_at else ""
    return jobs.start_job(
        kind=kind,
        event_id=event_id,
        params={"guest": registration.guest},
        actor_label=actor.label,
        user_id=actor.user_id,
        total=None,
        now=now,
        key=f"{registration.guest}#{since}#{moment}",
    )


def erase_account(*, user_id: str, actor: Actor, now: datetime) -> None:
    """Erase a person: a job per place at an event, then names at own events, account, record.

    The account is deleted last of what tells the address, so whoever dies on the way, or runs
    out of time, is asked again and goes on. Who is gone already is no error. Refuses with
    ``Forbidden`` other people's accounts, and with ``SlowDown``.
    """
    user_policies.check_own_or_administrator(actor, user_id)
    account = directory.find_account(user_id)
    if account is not None and account.email:
        # A place must not remember by which account it was erased, if that is its own.
        asking = SYSTEM if user_policies.is_own(actor, user_id) else actor
        for place in registrations.list_of_address(account.email):
            _start(
                JobKind.ERASE_GUEST,
                place,
                event_id=place.event_id,
                actor=asking,
                now=now,
                moment="",
            )
    events.forget_creator(user_id=user_id)
    team.forget_person(user_id=user_id, now=now)
    administration.remove_user(user_id, account)


def start_recount(*, event_id: str, actor: Actor, now: datetime) -> Job:
    """Have an event's guests counted anew, while everything goes on.

    Refuses like ``authorize`` who may not edit the event, and with ``LaneBusy`` while a
    recount runs.
    """
    event_queries.authorize(event_id=event_id, actor=actor, action=EventAction.EDIT, now=now)
    return jobs.start_job(
        kind=JobKind.RECOUNT,
        event_id=event_id,
        params={},
        actor_label=actor.label,
        user_id=actor.user_id,
        total=None,
        now=now,
    )
