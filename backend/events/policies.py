"""Who may do what with an event. Pure: the role is looked up by ``queries.authorize``."""

from datetime import datetime
from enum import StrEnum

from backend.events.errors import EventForbidden, EventNotFound, OtherAddress
from backend.events.kinds import Offer, Visibility
from backend.events.models import Event
from backend.events.states import EventStatus
from backend.seats.states import Availability
from backend.shared.actor import Actor, ActorKind, normalise_email
from backend.team.roles import Role


class EventAction(StrEnum):
    """What one can want to do with an event."""

    READ = "READ"
    SEE_TEAM = "SEE_TEAM"
    SEE_OVERVIEW = "SEE_OVERVIEW"
    EDIT = "EDIT"
    PUBLISH = "PUBLISH"
    FINISH = "FINISH"
    ARCHIVE = "ARCHIVE"
    CANCEL = "CANCEL"
    MANAGE_TEAM = "MANAGE_TEAM"
    SEE_GUESTS = "SEE_GUESTS"
    MANAGE_GUESTS = "MANAGE_GUESTS"
    EXPORT_GUESTS = "EXPORT_GUESTS"
    ERASE_GUESTS = "ERASE_GUESTS"
    ADD_WALK_IN = "ADD_WALK_IN"
    NOTE_GUESTS = "NOTE_GUESTS"
    SCAN = "SCAN"
    UNDO_SCAN = "UNDO_SCAN"
    MANAGE_KIOSKS = "MANAGE_KIOSKS"
    SEE_ACTIVITY = "SEE_ACTIVITY"
    SERVE_REQUESTS = "SERVE_REQUESTS"
    MANAGE_REQUESTS = "MANAGE_REQUESTS"


A = EventAction

_ANYBODY = frozenset({A.READ, A.SEE_TEAM})
_FLOOR = _ANYBODY | {A.SERVE_REQUESTS}
_DESK = _ANYBODY | {
    A.SEE_OVERVIEW,
    A.SEE_GUESTS,
    A.SCAN,
    A.UNDO_SCAN,
    A.ADD_WALK_IN,
    A.NOTE_GUESTS,
}
_OWNER = frozenset(EventAction)

RIGHTS: dict[Role, frozenset[EventAction]] = {
    Role.OWNER: _OWNER,
    Role.ORGANISER: _OWNER - {A.CANCEL, A.MANAGE_TEAM},
    Role.DESK: _DESK,
    Role.FLOOR: _FLOOR,
}
KIOSK_RIGHTS = frozenset({A.READ, A.SCAN, A.UNDO_SCAN})
"""What a paired device may at its own event. It never sees addresses, so not ``SEE_GUESTS``."""


def may(actor: Actor, event: Event, role: Role | None, action: EventAction) -> bool:
    """Whether the actor, having ``role`` in the event's team (or none), may do this."""
    if actor.is_administrator or actor.kind is ActorKind.SYSTEM:
        return True
    if role is not None and actor.is_signed_in and action in RIGHTS[role]:
        return True
    if actor.kind is ActorKind.KIOSK and actor.event_id == event.uuid and action in KIOSK_RIGHTS:
        return True
    return action is A.READ and is_open_to_strangers(event)


def is_open_to_strangers(event: Event) -> bool:
    """Whether somebody outside the team may know the event: it is, or was, published."""
    was_published = event.published_at is not None and event.status is not EventStatus.ARCHIVED
    return was_published and event.visibility is not Visibility.PRIVATE


def is_open(event: Event, *, now: datetime) -> bool:
    """Whether the event takes registrations: published, and not over."""
    return event.status is EventStatus.PUBLISHED and now < event.ends_at


def offer_of(event: Event, availability: Availability, *, now: datetime) -> Offer:
    """What a newcomer gets, by the seats that its pool says there are.

    With the waiting list on nobody is turned away: who finds no seat, or one that changes
    just now, waits.
    """
    if not is_open(event, now=now):
        return Offer.CLOSED
    if availability in (Availability.OPEN, Availability.UNLIMITED):
        return Offer.PLACE
    if event.waiting_list:
        return Offer.WAITING_LIST
    return Offer.LATER if availability is Availability.CLOSED else Offer.NOTHING


def require_own_address(email: str, actor: Actor) -> None:
    """Refuse (``OtherAddress``) an address that is not the actor's own, verified one."""
    if not actor.email or normalise_email(email) != actor.email:
        raise OtherAddress("This is not the confirmed address that you are signed in with.")


def require(actor: Actor, event: Event, role: Role | None, action: EventAction) -> None:
    """Refuse what the actor may not do.

    ``EventNotFound`` where the event's existence is itself private, else ``EventForbidden``.
    """
    if may(actor, event, role, action):
        return
    if not may(actor, event, role, A.READ):
        raise EventNotFound("There is no such event.")
    raise EventForbidden("Your role at this event does not allow this.")
