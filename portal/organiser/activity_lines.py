"""What happened at an event in words: what, who, from which device, and whether it can be undone."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from backend.activity.kinds import ActivityKind
from backend.activity.models import Activity
from backend.events import policies
from backend.events import queries as events
from backend.events.models import Event
from backend.events.policies import EventAction
from backend.kiosks import queries as kiosks
from backend.kiosks.models import Kiosk
from backend.registrations.guests import is_guest_key
from backend.registrations.states import RegistrationStatus
from backend.shared.actor import Actor, ActorKind, Label, parse_label
from backend.team import queries as team
from backend.team.roles import Role
from backend.team.services import LARGEST_TEAM
from portal.common.words import ROLES

K = ActivityKind
OWN = (
    K.GUEST_REGISTERED, K.GUEST_WAITLISTED, K.GUEST_CANCELED, K.TICKET_RESENT, K.REQUEST_MADE,
    K.REQUEST_CANCELED, K.BOOKING_MADE, K.BOOKING_WAITLISTED, K.BOOKING_CANCELED,
)  # fmt: skip
"""What guests do themselves; the rest only a team or an administrator does."""
UNDOABLE = (K.GUEST_ADMITTED, K.GUEST_WAITLISTED, K.GUEST_PROMOTED, K.GUEST_CANCELED)


@dataclass(frozen=True, slots=True)
class Look:
    words: str | Promise
    icon: str
    tone: str = ""


LOOKS = {
    K.EVENT_CREATED: Look(gettext_lazy("Event made"), "calendar-plus"),
    K.EVENT_EDITED: Look(gettext_lazy("Event changed"), "pencil"),
    K.BANNER_CHANGED: Look(gettext_lazy("New banner"), "photo"),
    K.EVENT_PUBLISHED: Look(gettext_lazy("Event published"), "send", "ok"),
    K.EVENT_FINISHED: Look(gettext_lazy("Event finished"), "clipboard-check"),
    K.EVENT_CANCELED: Look(gettext_lazy("Event canceled"), "ban", "warn"),
    K.EVENT_ARCHIVED: Look(gettext_lazy("Event archived"), "clipboard-check"),
    K.GUEST_REGISTERED: Look(gettext_lazy("Guest registered"), "user-plus", "ok"),
    K.GUEST_WAITLISTED: Look(gettext_lazy("Guest joined the waiting list"), "hourglass", "warn"),
    K.GUEST_PROMOTED: Look(gettext_lazy("Guest moved up from the waiting list"), "check", "ok"),
    K.GUEST_CHANGED: Look(gettext_lazy("Guest's details changed"), "pencil"),
    K.GUEST_NOTED: Look(gettext_lazy("Note about a guest changed"), "note"),
    K.TICKET_REISSUED: Look(gettext_lazy("Ticket re-issued"), "ticket"),
    K.TICKET_RESENT: Look(gettext_lazy("Ticket sent again"), "mail"),
    K.GUEST_CANCELED: Look(gettext_lazy("Registration canceled"), "ban", "warn"),
    K.GUEST_ERASED: Look(gettext_lazy("Guest’s data erased"), "user", "warn"),
    K.GUEST_ADMITTED: Look(gettext_lazy("Guest admitted"), "door-enter", "ok"),
    K.ADMISSION_UNDONE: Look(gettext_lazy("Admission undone"), "arrow-back-up", "warn"),
    K.GUEST_LEFT: Look(gettext_lazy("Guest left for now"), "logout"),
    K.KIOSK_ADDED: Look(gettext_lazy("Kiosk added"), "plus"),
    K.KIOSK_PAIRED: Look(gettext_lazy("Device paired with a kiosk"), "check", "ok"),
    K.KIOSK_CHANGED: Look(gettext_lazy("Kiosk changed"), "pencil"),
    K.KIOSK_REVOKED: Look(gettext_lazy("Kiosk revoked"), "ban", "warn"),
    K.MEMBER_INVITED: Look(gettext_lazy("Somebody invited to the team"), "send"),
    K.MEMBER_JOINED: Look(gettext_lazy("Joined the team"), "users-group", "ok"),
    K.MEMBER_CHANGED: Look(gettext_lazy("Role in the team changed"), "users-group"),
    K.MEMBER_LEFT: Look(gettext_lazy("Left the team"), "users-group", "warn"),
    K.INVITATION_ENDED: Look(gettext_lazy("Invitation declined or withdrawn"), "x"),
    K.SESSION_ADDED: Look(gettext_lazy("Session added"), "calendar-plus"),
    K.SESSION_CHANGED: Look(gettext_lazy("Session changed"), "pencil"),
    K.SESSION_MOVED: Look(gettext_lazy("Session moved"), "calendar"),
    K.SESSION_CANCELED: Look(gettext_lazy("Session canceled"), "ban", "warn"),
    K.SESSION_ATTENDED: Look(gettext_lazy("Guest came to a session"), "door-enter", "ok"),
    K.BOOKING_MADE: Look(gettext_lazy("Session booked"), "check", "ok"),
    K.BOOKING_WAITLISTED: Look(gettext_lazy("Guest waits for a session"), "hourglass", "warn"),
    K.BOOKING_PROMOTED: Look(gettext_lazy("Guest got a seat at a session"), "check", "ok"),
    K.BOOKING_CANCELED: Look(gettext_lazy("Booking canceled"), "ban", "warn"),
    K.REQUEST_MADE: Look(gettext_lazy("Guest asked for something"), "bell"),
    K.REQUEST_CLAIMED: Look(gettext_lazy("Request claimed"), "user-check"),
    K.REQUEST_RELEASED: Look(gettext_lazy("Request released"), "arrow-back-up"),
    K.REQUEST_FULFILLED: Look(gettext_lazy("Request fulfilled"), "check", "ok"),
    K.REQUEST_RECALLED: Look(gettext_lazy("Request recalled"), "arrow-back-up", "warn"),
    K.REQUEST_DECLINED: Look(gettext_lazy("Request declined"), "ban", "warn"),
    K.REQUEST_CANCELED: Look(gettext_lazy("Request taken back"), "x"),
    K.REQUEST_KINDS_CHANGED: Look(gettext_lazy("Kinds of requests changed"), "adjustments"),
}
FIELDS = {
    "title": gettext_lazy("title"),
    "description": gettext_lazy("description"),
    "starts_at": gettext_lazy("start"),
    "ends_at": gettext_lazy("end"),
    "time_zone": gettext_lazy("time zone"),
    "location_type": gettext_lazy("how guests take part"),
    "location": gettext_lazy("place"),
    "category": gettext_lazy("category"),
    "capacity": gettext_lazy("capacity"),
    "waiting_list": gettext_lazy("waiting list"),
    "visibility": gettext_lazy("who finds it"),
    "questions": gettext_lazy("questions"),
    "admission_opens_at": gettext_lazy("opening of admission"),
    "admission_closes_at": gettext_lazy("end of admission"),
    "reentry": gettext_lazy("coming in again"),
}
DEVICES = {
    "phone": gettext_lazy("on a phone"),
    "tablet": gettext_lazy("on a tablet"),
    "computer": gettext_lazy("on a computer"),
    "api": gettext_lazy("through the API"),
}


@dataclass(frozen=True, slots=True)
class People:
    """Whose ids have a name here: the team's and the kiosks'."""

    me: str = ""
    members: Mapping[str, str] = field(default_factory=dict)
    kiosks: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Line:
    """``guest`` is the key of the guest it is about, or empty; ``undo`` what undoing sends."""

    activity: Activity
    look: Look
    detail: str
    who: str
    guest: str
    undo: Mapping[str, str]


def people_of(event: Event, *, actor: Actor, now: datetime) -> People:
    """At most two queries, whatever the number of lines. Kiosks have names for who manages them."""
    members = team.list_for_event(event_id=event.uuid, limit=LARGEST_TEAM).items
    role = events.role_at(event=event, actor=actor, now=now)
    devices: list[Kiosk] = []
    if policies.may(actor, event, role, EventAction.MANAGE_KIOSKS):
        devices = kiosks.list_for_event(event_id=event.uuid, actor=actor, now=now).items
    return People(
        me=actor.user_id,
        members={member.member: member.name for member in members},
        kiosks={kiosk.kiosk_id: kiosk.name for kiosk in devices},
    )


def line_of(activity: Activity, *, people: People) -> Line:
    details = activity.details or {}
    guest = activity.subject if is_guest_key(activity.subject) else ""
    return Line(
        activity=activity,
        look=LOOKS[activity.kind],
        detail=_detail(activity, details, people),
        who=_who(activity, parse_label(activity.actor_label), people),
        guest=guest,
        undo=_undo(activity, details) if guest else {},
    )


def _detail(activity: Activity, details: Mapping[str, str], people: People) -> str:
    if changed := details.get("fields"):
        return ", ".join(str(FIELDS.get(name, name)) for name in changed.split())
    if role := details.get("role"):
        name = people.members.get(activity.subject, "")
        return f"{name}, {ROLES[Role(role)]}" if name else str(ROLES[Role(role)])
    if activity.subject in people.kiosks:
        return people.kiosks[activity.subject]
    return details.get("session") or details.get("request_kind") or details.get("gate", "")


def _who(activity: Activity, label: Label, people: People) -> str:
    device = str(DEVICES.get(label.device, ""))
    return " ".join(filter(None, [_name(activity, label, people), device]))


def _name(activity: Activity, label: Label, people: People) -> str:
    if label.kind == ActorKind.SYSTEM:
        return _("automatic")
    is_of_team = label.kind == ActorKind.KIOSK or label.id in {people.me, *people.members} - {""}
    if activity.kind in OWN and not is_of_team:
        return _("by the guest")
    return crew_name(label, people)


def crew_name(label: Label, people: People) -> str:
    """Who of the crew did something, or at which kiosk."""
    if label.kind == ActorKind.KIOSK:
        name = people.kiosks.get(label.id)
        return _("at kiosk %(name)s") % {"name": name} if name else _("at a kiosk")
    if label.id and label.id == people.me:
        return _("by you")
    if name := people.members.get(label.id):
        return _("by %(name)s") % {"name": name}
    return _("by somebody who is not in the team now")


def _undo(activity: Activity, details: Mapping[str, str]) -> dict[str, str]:
    """What must still be so for it to be undone; the services check it again."""
    if activity.kind not in UNDOABLE or _undoes_itself(activity, details):
        return {}
    known = {name: details[name] for name in ("scan", "version") if details.get(name)}
    return {"kind": activity.kind, "guest": activity.subject, **known} if known else {}


def _undoes_itself(activity: Activity, details: Mapping[str, str]) -> bool:
    """Who joined the list was not put there, and who was promoted in turn would be so again."""
    if activity.kind is K.GUEST_WAITLISTED:
        return details.get("from") != RegistrationStatus.CONFIRMED
    by_hand = parse_label(activity.actor_label).kind == ActorKind.USER
    return activity.kind is K.GUEST_PROMOTED and not by_hand
