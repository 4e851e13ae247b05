"""The guests of an event: found by name, one opened beside the list, added, canceled."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views import View
from django.views.generic import TemplateView

from backend.activity import queries as activity
from backend.events.policies import EventAction
from backend.registrations import queries, services, tickets
from backend.registrations.guests import NAME_LENGTH
from backend.registrations.models import Registration
from backend.registrations.states import Admission, RegistrationStatus
from portal.common.forms import ServiceFormView
from portal.common.safe_next import page_asked_from
from portal.organiser.forms.guests import CancelGuestForm, GuestForm
from portal.organiser.pages import EventPageMixin
from portal.organiser.trail import Trail, walk

PER_PAGE = 25
TABS = [
    ("", gettext_lazy("All")),
    (RegistrationStatus.CONFIRMED, gettext_lazy("Confirmed")),
    (RegistrationStatus.WAITLISTED, gettext_lazy("Waiting list")),
    (RegistrationStatus.CANCELED, gettext_lazy("Canceled")),
]
PARTS = {  # what htmx swaps → the template that draws only that
    "guests": "organiser/registrations/list.html",
    "drawer-place": "organiser/registrations/drawer.html",
}


class RegistrationsView(EventPageMixin, TemplateView):
    """The list; with a guest in the address also the drawer beside it."""

    action = EventAction.SEE_GUESTS
    section = "registrations"

    def get_template_names(self) -> list[str]:
        asked = self.request.htmx
        if asked and not asked.history_restore_request and asked.target in PARTS:
            return [PARTS[asked.target]]
        return ["organiser/registrations/page.html"]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        filters = self.filters()
        base = reverse("organiser:registrations", kwargs={"event_id": self.event.uuid})
        page = {"page": token} if (token := self.request.GET.get("page")) else {}
        context |= {
            "filters": filters,
            "base": base,
            "here": _query({**filters, **page}),
            "template": self.get_template_names()[0],
        }
        if "guest" in self.kwargs:
            context |= {**self.drawer(), "close_href": base + context["here"]}
        if context["template"] != PARTS["drawer-place"]:
            context |= self.list(filters)
        return context

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

    def drawer(self) -> dict[str, Any]:
        guest: Registration = queries.fetch_guest(
            event_id=self.event.uuid,
            guest=self.kwargs["guest"],
            actor=self.request.actor,
            now=self.now,
        )
        shows_ticket = self.may["manage_guests"] and guest.is_confirmed
        code = tickets.short_code(guest.guest, guest.ticket_no) if shows_ticket else ""
        in_already = guest.admission is Admission.IN
        waits = guest.status is RegistrationStatus.WAITLISTED
        return {
            "guest": guest,
            "short_code": code,
            "is_in": in_already and guest.is_confirmed,
            "can_cancel": self.may["manage_guests"]
            and (waits or (guest.is_confirmed and not in_already)),
        }


class AddGuestView(EventPageMixin, ServiceFormView):
    form_class = GuestForm
    template_name = "organiser/registrations/add.html"
    action = EventAction.MANAGE_GUESTS
    section = "registrations"

    def act(self, data: dict[str, Any]) -> HttpResponse:
        outcome = services.add_guest(
            event_id=self.event.uuid,
            name=data["name"],
            email=data["email"] or None,
            actor=self.request.actor,
            now=self.now,
        )
        guest = outcome.registration
        if outcome.created:
            words = _("%(name)s has a place.") % {"name": guest.name}
            messages.success(self.request, words)
        else:
            words = _("This address is registered already, as %(name)s.") % {"name": guest.name}
            messages.info(self.request, words)
        return redirect("organiser:guest", event_id=self.event.uuid, guest=guest.guest)


class CancelGuestView(EventPageMixin, View):
    http_method_names = ("post",)
    action = EventAction.MANAGE_GUESTS

    def post(self, request: HttpRequest, event_id: str, guest: str) -> HttpResponse:
        form = CancelGuestForm(request.POST)
        canceled = services.cancel_guest(
            event_id=event_id,
            guest=guest,
            version=form.cleaned_data["version"] if form.is_valid() else 0,
            actor=request.actor,
            now=self.now,
        )
        words = _("The registration of %(name)s is canceled.") % {"name": canceled.name}
        messages.success(request, words)
        opened = reverse("organiser:guest", kwargs={"event_id": event_id, "guest": guest})
        return redirect(page_asked_from(request, otherwise=opened))


def _query(values: dict[str, str]) -> str:
    return f"?{urlencode(values)}" if values else "?"


def _without(filters: dict[str, str]) -> dict[str, str]:
    return {key: value for key, value in filters.items() if key != "status"}
