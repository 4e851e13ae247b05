"""Explore, and the page of one event."""

from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.formats import date_format
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
from portal.public.forms.explore import EARLIER, ExploreForm, month_after
from portal.public.session_cards import agenda_of

EVENTS_PER_PAGE = 20
Choice = tuple[str, str, bool]
"""A word, the address it leads to, and whether that is the page one is on."""


class ExploreView(TemplateView):
    """Public events by day; the filters stay in the address."""

    template_name = "public/events/explore.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        now = timezone.now()
        form = ExploreForm(self.request.GET)
        form.is_valid()  # a filter that makes no sense is shown with its error and left out
        query = f"explore|{form.picked_category or ''}|{form.since or ''}|{form.until or ''}"
        start = self._start(query)
        page = queries.list_upcoming(
            category=form.picked_category,
            since=form.since,
            until=form.until,
            latest_first=form.goes_back,
            limit=EVENTS_PER_PAGE,
            start=start,
            now=now,
        )
        found = reversed(page.items) if form.goes_back else page.items
        following = encode_token(page.next_key, query=query)
        return super().get_context_data(
            form=form,
            section="events",
            days=by_day(card_of(event, now=now) for event in found),
            pills=self._pills(form.picked_category),
            spans=self._spans(form, today=now.date()),
            months=self._months_around(form.picked_month, today=now.date()),
            following=self._address(page=following) if following else "",
            first=self._address(page=None) if start else "",
            earlier=self._address(direction=EARLIER, page=None),
            later=self._address(direction=None, page=None),
            filtered=bool(form.picked_category or form.since or form.until),
            **kwargs,
        )

    def _start(self, query: str) -> dict[str, Any] | None:
        try:
            return decode_token(self.request.GET.get("page"), query=query)
        except BadInput:
            return None  # an address of another day: the first page is as good

    def _pills(self, current: Category | None) -> list[Choice]:
        pills = [(_("All"), self._address(category=None, page=None), current is None)]
        for category, word in CATEGORIES.items():
            address = self._address(category=category, page=None)
            pills.append((str(word), address, category is current))
        return pills

    def _spans(self, form: ExploreForm, *, today: date) -> list[Choice]:
        """Any date, this month, the next, and the month that is shown if it is another."""
        this = today.replace(day=1)
        known = {this: _("This month"), month_after(this): _("Next month")}
        picked = form.picked_month
        if picked and picked not in known:
            known[picked] = date_format(picked, "F Y")
        months = [
            (word, self._month_address(month), month == picked) for month, word in known.items()
        ]
        return [
            (_("Any date"), self._month_address(None), not (picked or form.picked_day)),
            *months,
        ]

    def _months_around(self, picked: date | None, *, today: date) -> dict[str, tuple[date, str]]:
        """The months before and after the one that is shown, as far as the list goes."""
        if picked is None:
            return {}
        this = today.replace(day=1)
        around = {"before": month_after(picked, -1), "after": month_after(picked)}
        last = month_after(this, queries.MONTHS_AHEAD)
        return {
            name: (month, self._month_address(month))
            for name, month in around.items()
            if this <= month <= last
        }

    def _month_address(self, month: date | None) -> str:
        text = f"{month:%Y-%m}" if month else None
        return self._address(month=text, near=None, direction=None, page=None)

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
            **agenda_of(event, mine, now=now),
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
