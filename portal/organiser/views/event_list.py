from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.views.generic import TemplateView

from backend.activity import queries as activity
from backend.activity.queries import Totals
from backend.events.models import Event
from backend.events.policies import EventAction, may
from backend.events.states import EventStatus
from backend.shared.actor import Actor
from backend.team import queries as team
from portal.common.access import SignInRequiredMixin
from portal.common.words import ROLES
from portal.organiser.event_tabs import TABS, list_in_tab, tab_named
from portal.organiser.numbers import percent
from portal.organiser.trail import walk


@dataclass(frozen=True, slots=True)
class Row:
    """``totals`` are ``None`` while nobody can be registered.

    ``mine`` are events that the person made; others may be copied from their overview.
    ``overdue`` ones are over and wait to be finished. Who only serves requests is led to
    their board, and sees no numbers.
    """

    event: Event
    totals: Totals | None
    mine: bool
    overdue: bool
    serves_only: bool

    @property
    def arrived(self) -> int:
        return percent(self.totals.admitted, self.totals.confirmed) if self.totals else 0


class EventsView(SignInRequiredMixin, TemplateView):
    """A person's events, in tabs."""

    template_name = "organiser/events/list.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        now, actor = timezone.now(), self.request.actor
        tab = tab_named(self.request.GET.get("tab"))
        trail = walk(
            self.request.GET.get("page", ""),
            lambda start: list_in_tab(tab, actor=actor, start=start, now=now),
            query=f"events of {actor.user_id} {tab.key}",
            filters={"tab": tab.key},
        )
        return {
            "section": "events",
            "tabs": TABS.values(),
            "tab": tab,
            "trail": trail,
            "rows": rows_of(trail.items, actor=actor, now=now),
            "invitations": invitations_of(actor, now=now),
        }


def rows_of(shown: list[Event], *, actor: Actor, now: datetime) -> list[Row]:
    others = [event.uuid for event in shown if event.creator_id != actor.user_id]
    roles = team.roles_of(user_id=actor.user_id, event_ids=others)
    serves_only = {
        event.uuid
        for event in shown
        if event.uuid in roles
        and not may(actor, event, roles[event.uuid], EventAction.SEE_OVERVIEW)
    }
    counted = [e for e in shown if e.status is not EventStatus.DRAFT and e.uuid not in serves_only]
    totals = activity.totals_of({event.uuid: event.shards for event in counted})
    return [
        Row(
            event,
            totals.get(event.uuid),
            mine=event.creator_id == actor.user_id,
            overdue=event.status is EventStatus.PUBLISHED and event.ends_at <= now,
            serves_only=event.uuid in serves_only,
        )
        for event in shown
    ]


def invitations_of(actor: Actor, *, now: datetime) -> list[dict[str, Any]]:
    """The teams that the person is asked to join: the event's title, its id and the role."""
    invited = team.list_my_invitations(actor=actor, now=now)
    events = {event.uuid: event for event in Event.find_many([one.event_id for one in invited])}
    return [
        {
            "title": events[one.event_id].title,
            "event_id": one.event_id,
            "role": ROLES[one.role],
        }
        for one in invited
        if one.event_id in events
    ]
