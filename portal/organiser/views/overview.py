"""One event at a glance: what is missing before the day, who is coming in on it."""

import hashlib
import json
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views import View
from django.views.generic import TemplateView

from backend.activity import queries as activity
from backend.announcements import undelivered
from backend.checkin import queries as checkin
from backend.events.models import Event
from backend.events.policies import EventAction
from backend.events.states import EventStatus
from backend.team import queries as team
from portal.common.event_times import local_text
from portal.organiser.numbers import numbers_of
from portal.organiser.pages import EventPageMixin
from portal.organiser.readiness import steps_of

S = EventStatus
MOST_HELPERS_COUNTED = 50
COMING_IN = timedelta(hours=12)


class _NumbersMixin(EventPageMixin):
    action = EventAction.SEE_OVERVIEW
    section = "overview"

    def numbers(self) -> dict[str, Any]:
        event, now = self.event, self.now
        totals = checkin.totals(event_id=event.uuid, actor=self.request.actor, now=now)
        shown = numbers_of(totals, zone=event.time_zone, now=now)
        begun = event.starts_at <= now or bool(shown.spans)
        asked = activity.requests_of(event.uuid) if begun and self.may["serve_requests"] else {}
        parts = {
            "numbers": shown,
            "asked": asked,
            "getting_ready": event.status is S.DRAFT or (event.status is S.PUBLISHED and not begun),
            "days_left": _days_until(event, now=now),
        }
        return {
            **parts,
            "event": event,
            "as_of": local_text(now, event.time_zone, "time"),
            "seen": hashlib.sha256(repr((event.version, parts)).encode()).hexdigest()[:16],
            "polls": _seconds_between_polls(event, now=now),
        }


def _days_until(event: Event, *, now: datetime) -> int:
    """Midnights between now and the start, where the event is."""
    zone = ZoneInfo(event.time_zone)
    return (event.starts_at.astimezone(zone).date() - now.astimezone(zone).date()).days


def _seconds_between_polls(event: Event, *, now: datetime) -> int:
    """Often while people come in, now and then before, not at all when nothing can change."""
    if event.status not in (S.PUBLISHED, S.FINISHED) or now > event.ends_at + COMING_IN:
        return 0
    return 5 if now > event.starts_at - COMING_IN else 30


class OverviewView(_NumbersMixin, TemplateView):
    template_name = "organiser/overview/page.html"
    fresh = True

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = {**super().get_context_data(**kwargs), **self.numbers()}
        event = self.event
        context |= {
            "is_live": event.status in (S.PUBLISHED, S.FINISHED),
            "is_over": event.ends_at <= self.now,
            "messages_failed": undelivered.count_failed(event) if self.may["see_guests"] else 0,
            **self._next_steps(),
        }
        if context["getting_ready"] and self.may["edit"]:
            members = team.list_for_event(event_id=event.uuid, limit=MOST_HELPERS_COUNTED).items
            steps = steps_of(event, members=members)
            context |= {"steps": steps, "steps_done": sum(step.done for step in steps)}
        return context

    def _next_steps(self) -> dict[str, bool]:
        event, may, is_over = self.event, self.may, self.event.ends_at <= self.now
        is_open = event.status in (S.DRAFT, S.PUBLISHED)
        begun = event.status is S.PUBLISHED and event.starts_at <= self.now
        return {
            "can_cancel": may["cancel"] and is_open and not is_over,
            "can_finish": may["finish"] and begun,
            "can_archive": may["archive"] and event.status in (S.FINISHED, S.CANCELED),
            "is_overdue": event.status is S.PUBLISHED and is_over,
        }


class NumbersView(_NumbersMixin, View):
    """The counters alone, for the page to ask again; 204 while nothing changed."""

    def get(self, request: HttpRequest, event_id: str) -> HttpResponse:
        context = self.numbers()
        if request.GET.get("seen") == context["seen"]:
            news = {"foyer:unchanged": {"asOf": context["as_of"]}}
            return HttpResponse(status=204, headers={"HX-Trigger": json.dumps(news)})
        return render(request, "organiser/overview/numbers.html", context)
