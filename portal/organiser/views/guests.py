"""One guest of an event: opened beside the list or on a page, added, canceled."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views import View
from django.views.generic import TemplateView

from backend.events.policies import EventAction
from backend.registrations import queries, services, tickets
from backend.registrations.models import Registration
from backend.registrations.states import Admission, RegistrationStatus
from portal.common.forms import ServiceFormView
from portal.common.safe_next import page_asked_from
from portal.organiser.forms.guests import CancelGuestForm, GuestForm
from portal.organiser.pages import EventPageMixin


class GuestView(EventPageMixin, TemplateView):
    """The page of a guest; a click in the list gets the drawer beside it instead."""

    action = EventAction.SEE_GUESTS
    section = "registrations"

    def get_template_names(self) -> list[str]:
        asked = self.request.htmx
        if asked and not asked.history_restore_request and asked.target == "drawer-place":
            return ["organiser/guests/drawer.html"]
        return ["organiser/guests/page.html"]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        base = reverse("organiser:registrations", kwargs={"event_id": self.event.uuid})
        query = urlencode(list(self.request.GET.items()))
        return context | self.facts() | {"close_href": f"{base}?{query}" if query else base}

    def facts(self) -> dict[str, Any]:
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
    template_name = "organiser/guests/add.html"
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
