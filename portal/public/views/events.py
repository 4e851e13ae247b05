"""Explore, and the page of one event."""

from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views import View
from django.views.generic import TemplateView

from backend.events import queries
from backend.events.kinds import Category
from backend.registrations import queries as registrations
from backend.shared.config import config
from backend.shared.errors import BadInput
from backend.shared.paging import decode_token, encode_token
from portal.common.words import CATEGORIES
from portal.public.cards import by_day, card_of
from portal.public.forms.explore import ExploreForm

EVENTS_PER_PAGE = 20


class ExploreView(TemplateView):
    """Public events by day; the filters stay in the address."""

    template_name = "public/events/explore.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        now = timezone.now()
        form = ExploreForm(self.request.GET)
        form.is_valid()  # a filter that makes no sense is shown with its error and left out
        category, since = form.picked_category, form.picked_since
        query = f"explore|{category or ''}|{since or ''}"
        start = self._start(query)
        page = queries.list_upcoming(
            category=category, since=since, limit=EVENTS_PER_PAGE, start=start, now=now
        )
        following = encode_token(page.next_key, query=query)
        return super().get_context_data(
            form=form,
            section="events",
            days=by_day(card_of(event, now=now) for event in page.items),
            pills=self._pills(category),
            next=self._address(page=following) if following else "",
            first=self._address(page=None) if start else "",
            filtered=bool(category or since),
            **kwargs,
        )

    def _start(self, query: str) -> dict[str, Any] | None:
        try:
            return decode_token(self.request.GET.get("page"), query=query)
        except BadInput:
            return None  # an address of another day: the first page is as good

    def _pills(self, current: Category | None) -> list[tuple[str, str, bool]]:
        pills = [(_("All"), self._address(category=None, page=None), current is None)]
        for category, word in CATEGORIES.items():
            address = self._address(category=category, page=None)
            pills.append((str(word), address, category is current))
        return pills

    def _address(self, **changes: str | None) -> str:
        values = {key: value for key, value in self.request.GET.items() if value} | changes
        return "?" + urlencode({key: value for key, value in values.items() if value})


class EventView(TemplateView):
    """What a guest needs to know, and the way in."""

    template_name = "public/events/event.html"

    def get_context_data(self, event_id: str, **kwargs: Any) -> dict[str, Any]:
        now, actor = timezone.now(), self.request.actor
        event, mine = registrations.fetch_shown(event_id=event_id, actor=actor, now=now)
        role = queries.role_at(event=event, actor=actor, now=now)
        return super().get_context_data(
            event=None,  # the organiser's navigation is not for this page
            shown=event,
            card=card_of(event, now=now),
            mine=mine,
            left=registrations.places_left(event),
            over=event.ends_at <= now,
            manages=role is not None or actor.is_administrator,
            section="events",
            **kwargs,
        )


class CalendarView(View):
    """The event as a file for calendars."""

    def get(self, request: HttpRequest, event_id: str) -> HttpResponse:
        from backend.events.calendar import calendar_file

        now = datetime.now(UTC)
        event, _mine = registrations.fetch_shown(event_id=event_id, actor=request.actor, now=now)
        url = f"{config().public_base_url}/e/{event.uuid}"
        return HttpResponse(
            calendar_file(event, url=url, now=now),
            content_type="text/calendar; charset=utf-8",
            headers={"Content-Disposition": 'attachment; filename="event.ics"'},
        )
