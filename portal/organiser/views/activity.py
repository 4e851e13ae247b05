"""Who did what at an event, the newest first. Names are looked up nowhere: ids only."""

from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView

from backend.activity import queries
from backend.activity.kinds import ActivityKind
from backend.activity.models import Activity
from backend.events.policies import EventAction
from backend.registrations.guests import is_guest_key
from backend.shared.actor import Actor, ActorKind
from backend.team.roles import Role
from portal.common.words import ROLES
from portal.organiser.pages import EventPageMixin
from portal.organiser.trail import walk

K = ActivityKind
PER_PAGE = 30


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
}


@dataclass(frozen=True, slots=True)
class Line:
    """``guest`` is the key of the guest it is about, or empty."""

    activity: Activity
    look: Look
    detail: str
    who: str
    guest: str


class ActivityView(EventPageMixin, TemplateView):
    template_name = "organiser/activity.html"
    action = EventAction.SEE_ACTIVITY
    section = "activity"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        trail = walk(
            self.request.GET.get("page", ""),
            lambda start: queries.list_for_event(
                event_id=self.event.uuid,
                since=self.event.created_at,
                limit=PER_PAGE,
                start=start,
                now=self.now,
            ),
            query=f"activity of {self.event.uuid}",
            filters={},
        )
        lines = [line_of(one, actor=self.request.actor) for one in trail.items]
        return {**super().get_context_data(**kwargs), "trail": trail, "lines": lines}


def line_of(activity: Activity, *, actor: Actor) -> Line:
    about_guest = is_guest_key(activity.subject)
    return Line(
        activity=activity,
        look=LOOKS[activity.kind],
        detail=_detail(activity.details or {}),
        who=_who(activity, actor),
        guest=activity.subject if about_guest else "",
    )


def _detail(details: dict[str, str]) -> str:
    if changed := details.get("fields"):
        return ", ".join(str(FIELDS.get(name, name)) for name in changed.split())
    if role := details.get("role"):
        return str(ROLES[Role(role)])
    return details.get("gate", "")


def _who(activity: Activity, actor: Actor) -> str:
    if activity.actor_label == actor.label:
        return _("by you")
    kind = activity.actor_label.partition(":")[0]
    if kind == ActorKind.KIOSK:
        return _("at a kiosk")
    if kind == ActorKind.SYSTEM:
        return _("automatic")
    if activity.kind in (K.GUEST_REGISTERED, K.GUEST_CANCELED):
        return _("by the guest or the team")
    return _("by the team")
