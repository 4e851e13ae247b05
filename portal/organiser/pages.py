"""What the pages of one event share: who may see them, and what they may offer."""

from collections.abc import Iterable
from datetime import datetime
from functools import cached_property
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone
from django.views import View

from backend.events import policies
from backend.events import queries as events
from backend.events.models import Event
from backend.events.policies import EventAction
from portal.common.access import SignInRequiredMixin

OFFERED = (
    EventAction.EDIT,
    EventAction.PUBLISH,
    EventAction.CANCEL,
    EventAction.FINISH,
    EventAction.ARCHIVE,
    EventAction.MANAGE_TEAM,
    EventAction.SEE_GUESTS,
    EventAction.MANAGE_GUESTS,
    EventAction.EXPORT_GUESTS,
    EventAction.ERASE_GUESTS,
    EventAction.ADD_WALK_IN,
    EventAction.SCAN,
    EventAction.MANAGE_KIOSKS,
    EventAction.SEE_ACTIVITY,
    EventAction.SERVE_REQUESTS,
    EventAction.MANAGE_REQUESTS,
)


class _AuthorizedMixin(View):
    """Refuses before anything else whoever may not do ``action`` with the event."""

    action: EventAction
    section = ""
    fresh = False

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        self.now: datetime = timezone.now()
        self.event: Event = events.authorize(
            event_id=kwargs["event_id"],
            actor=request.actor,
            action=self.action,
            now=self.now,
            fresh=self.fresh,
        )
        return super().dispatch(request, *args, **kwargs)

    @cached_property
    def may(self) -> dict[str, bool]:
        """``{"edit": True, …}``: what the page may offer; the services decide again."""
        return rights_of(self.request, self.event, OFFERED, now=self.now)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        known = {"event": self.event, "section": self.section, "may": self.may}
        return {**known, **super().get_context_data(**kwargs)}


class EventPageMixin(SignInRequiredMixin, _AuthorizedMixin):
    """First base of a page of one event; set ``action`` and ``section``."""


def rights_of(
    request: HttpRequest, event: Event, actions: Iterable[EventAction], *, now: datetime
) -> dict[str, bool]:
    role = events.role_at(event=event, actor=request.actor, now=now)
    return {action.lower(): policies.may(request.actor, event, role, action) for action in actions}
