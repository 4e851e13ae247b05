"""The guests of an event in tabs, searched, chosen; one opens beside the list (``views/guests.py``)."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.crypto import get_random_string
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views import View
from django.views.generic import TemplateView

from backend.activity import queries as activity
from backend.activity.queries import Totals
from backend.events.policies import EventAction
from backend.jobs.errors import LaneBusy
from backend.jobs.models import Job
from backend.registrations import bulk, selections
from backend.registrations.guests import NAME_LENGTH
from backend.registrations.models import Registration
from backend.registrations.selections import Group, Selection
from portal.organiser.bulk_words import offered
from portal.organiser.pages import EventPageMixin
from portal.organiser.trail import Trail, walk

PER_PAGE = 25
LONGEST_KEY = 64
G = Group
TABS: list[tuple[Group, Any, Callable[[Totals], int | None]]] = [
    (G.ALL, gettext_lazy("All"), lambda totals: totals.everybody),
    (G.CONFIRMED, gettext_lazy("Confirmed"), lambda totals: totals.confirmed),
    (G.WAITLISTED, gettext_lazy("Waiting list"), lambda totals: totals.waiting),
    (G.CHECKED_IN, gettext_lazy("Checked in"), lambda totals: totals.admitted),
    (G.ATTENTION, gettext_lazy("Needs attention"), lambda _totals: None),
    (G.CANCELED, gettext_lazy("Canceled"), lambda totals: totals.given_up),
]


class SelectionMixin(EventPageMixin):
    """A page about the guests of a tab and a search, as they stand in its address."""

    section = "registrations"

    def filters(self) -> dict[str, str]:
        """What narrows the list; unknown values narrow nothing."""
        asked = self.request.POST if self.request.method == "POST" else self.request.GET
        status = asked.get("status", "")
        known = status in Group.__members__ and status != Group.ALL
        search = asked.get("q", "").strip()[:NAME_LENGTH]
        chosen = {"q": search, "status": status if known else ""}
        return {key: value for key, value in chosen.items() if value}

    def selection(self) -> Selection:
        filters = self.filters()
        return Selection(Group(filters.get("status", Group.ALL)), filters.get("q", ""))

    def totals(self) -> Totals:
        return activity.totals(event_id=self.event.uuid, shards=self.event.shards)

    def expected(self, totals: Totals) -> int | None:
        """About how many the selection holds, where the counters tell."""
        selection = self.selection()
        if selection.search:
            return None
        count = next(count for group, _label, count in TABS if group is selection.group)
        return count(totals)

    def list_address(self) -> str:
        return reverse("organiser:registrations", kwargs={"event_id": self.event.uuid})


class RegistrationsView(SelectionMixin, TemplateView):
    action = EventAction.SEE_GUESTS

    def get_template_names(self) -> list[str]:
        asked = self.request.htmx
        if asked and not asked.history_restore_request and asked.target == "guests":
            return ["organiser/registrations/list.html"]
        return ["organiser/registrations/page.html"]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        filters = self.filters()
        page = {"page": token} if (token := self.request.GET.get("page")) else {}
        context |= {
            "filters": filters,
            "base": self.list_address(),
            "here": query_of({**filters, **page}),
            "query": query_of(filters) if filters else "",
        }
        return context | self.list(filters)

    def list(self, filters: dict[str, str]) -> dict[str, Any]:
        selection = self.selection()
        trail: Trail[Registration] = walk(
            self.request.GET.get("page", ""),
            lambda start: selections.list_selected(
                self.event,
                selection,
                with_addresses=self.may["manage_guests"],
                limit=PER_PAGE,
                start=start,
            ),
            query=f"guests of {self.event.uuid} {query_of(filters)}",
            filters=filters,
        )
        totals = self.totals()
        in_line = selection.group is G.WAITLISTED and not selection.search
        return {
            "trail": trail,
            "rows": [
                (one, number if in_line else None)
                for number, one in enumerate(trail.items, start=trail.first)
            ],
            "is_short": bool(trail.next) and len(trail.items) < PER_PAGE,
            "totals": totals,
            "tabs": [self._tab(group, label, count(totals)) for group, label, count in TABS],
            "changes": offered(selection.group, has_waiting_list=self.event.waiting_list),
            "matching": self.expected(totals),
            "key": get_random_string(20),
        }

    def _tab(self, group: Group, label: Any, count: int | None) -> dict[str, Any]:
        others = {key: value for key, value in self.filters().items() if key != "status"}
        return {
            "label": label,
            "href": query_of({**others, "status": str(group)} if group is not G.ALL else others),
            "current": group is self.selection().group,
            "count": count,
        }


class ChangeGuestsView(SelectionMixin, View):
    """Begins a change of the ticked guests, or of all that match; its job's page shows the rest."""

    http_method_names = ("post",)
    action = EventAction.MANAGE_GUESTS

    def post(self, request: HttpRequest, event_id: str) -> HttpResponse:
        everybody = request.POST.get("all") == "1"
        return to_job(
            self,
            lambda: bulk.start_change(
                event_id=event_id,
                change=bulk.change_named(request.POST.get("change", "")),
                chosen=self.selection() if everybody else request.POST.getlist("guest"),
                key=request.POST.get("key", "")[:LONGEST_KEY] or None,
                total=self.expected(self.totals()) if everybody else None,
                actor=request.actor,
                now=self.now,
            ),
        )


def to_job(view: EventPageMixin, start: Callable[[], Job]) -> HttpResponse:
    """To the page of the job that ``start`` begins, or of the one that has to end before."""
    try:
        job_id = start().job_id
    except LaneBusy as refusal:
        view.request.outcome = refusal.code
        job_id = str(refusal.details["job_id"])
        words = _("This is still running. Begin yours when it is done: nothing was changed.")
        messages.warning(view.request, words)
    return redirect("organiser:job", event_id=view.event.uuid, job_id=job_id)


def query_of(values: dict[str, str]) -> str:
    return f"?{urlencode(values)}" if values else "?"
