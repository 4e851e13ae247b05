"""Who waits gets the seat that is free: the promoter, and organisers out of order."""

from datetime import datetime

from backend.events import queries as events
from backend.events.policies import EventAction
from backend.events.states import EventStatus
from backend.registrations import policies, queries
from backend.registrations.errors import SoldOut
from backend.registrations.models import Registration
from backend.seats import places
from backend.seats.places import PROMOTED_AT_ONCE, NoSeat
from backend.shared.actor import Actor


def promote_waiting(*, event_id: str, now: datetime, limit: int = PROMOTED_AT_ONCE) -> int:
    """Give free seats to who waits longest, until none is free or nobody waits; says how many.

    Carries on a change of capacity first. At most ``limit``: each promotion passes through the
    table's stream, which calls this again. Any number may run at once. Nothing to do once the
    event is over.
    """
    event = events.settings_of(event_id, now=now)
    if event.status is not EventStatus.PUBLISHED or event.ends_at <= now:
        return 0
    return places.promote_line(
        pool=event_id, line=lambda: queries.iter_waiting(event), limit=limit, now=now
    )


def promote_guest(
    *, event_id: str, guest: str, version: int, actor: Actor, now: datetime
) -> Registration:
    """Give a guest who waits a free seat, whoever has waited longer, by the event's organisers.

    Refuses with ``EventNotFound``, ``EventForbidden``, ``RegistrationNotFound``,
    ``RegistrationClosed``, ``StaleWrite`` (it changed since ``version``), ``NotWaiting`` and
    ``SoldOut``.
    """
    event = events.authorize(
        event_id=event_id, actor=actor, action=EventAction.MANAGE_GUESTS, now=now
    )
    policies.check_open(event, now=now)
    registration = queries.fetch_seen(event, guest, version)
    policies.check_waiting(registration)
    try:
        return places.promote_one(registration, changed_by=actor.label, now=now)
    except NoSeat:
        raise SoldOut("No seat is free. Raise the capacity, or wait for one.") from None
