"""The guests of an event, found by name; one opens beside the list (``views/guests.py``)."""

from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView

from backend.activity import queries as activity
from backend.events.policies import EventAction
from backend.registrations import queries
from backend.registrations.guests import NAME_LENGTH
from backend.registrations.models import Registration
from backend.registrations.states import RegistrationStatus
from portal.organiser.pages import EventPageMixin
from portal.organiser.trail import Trail, walk

PER_PAGE = 25
TABS = [
    ("", gettext_lazy("All")),
    (RegistrationStatus.CONFIRMED, gettext_lazy("Confirmed")),
    (RegistrationStatus.WAITLISTED, gettext_lazy("Waiting list")),
    (RegistrationStatus.CANCELED, gettext_lazy("Canceled")),
]


class RegistrationsView(EventPageMixin, TemplateView):
    action = EventAction.SEE_GUESTS
    section = "registrations"

    def get_template_names(self) -> list[str]:
        asked = self.request.htmx
        if asked and not asked.history_restore_request and asked.target == "guests":
            return ["organiser/registrations/list.html"]
        return ["organiser/registrations/page.html"]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        filters = self.filters()
        base = reverse("organiser:registrations", kwargs={"event_id": self.event.uuid})
        page = {"page": token} if (token := self.request.GET.get("page")) else {}
        context |= {"filters": filters, "base": base, "here": _query({**filters, **page})}
        return context | self.list(filters)

    def filters(self) -> dict[str, str]:
        """What narrows the list, as it stands in the address; unknown values narrow nothing."""
        status = self.request.GET.get("status", "")
        name = self.request.GET.get("q", "").strip()[:NAME_LENGTH]
        known = {str(value) for value, _label in TABS}
        chosen = {"q": name, "status": status if status in known else ""}
        return {key: value for key, value in chosen.items() if value}

    def list(self, filters: dict[str, str]) -> dict[str, Any]:
        status = filters.get("status")
        trail: Trail[Registration] = walk(
            self.request.GET.get("page", ""),
            lambda start: queries.list_for_event(
                event_id=self.event.uuid,
                actor=self.request.actor,
                name_prefix=filters.get("q", ""),
                status=RegistrationStatus(status) if status else None,
                limit=PER_PAGE,
                start=start,
                now=self.now,
            ),
            query=f"guests of {self.event.uuid} {_query(filters)}",
            filters=filters,
        )
        totals = activity.totals(event_id=self.event.uuid, shards=self.event.shards)
        tabs = [
            {
                "label": label,
                "href": _query({**filters, "status": str(value)} if value else _without(filters)),
                "current": str(value) == filters.get("status", ""),
                "count": totals.confirmed if value == RegistrationStatus.CONFIRMED else None,
            }
            for value, label in TABS
        ]
        return {"trail": trail, "tabs": tabs, "totals": totals}


def _query(values: dict[str, str]) -> str:
    return f"?{urlencode(values)}" if values else "?"


def _without(filters: dict[str, str]) -> dict[str, str]:
    return {key: value for key, value in filters.items() if key != "status"}
