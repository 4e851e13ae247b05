"""Guests whom the team adds, before the day and at the desk."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from backend.events.policies import EventAction
from backend.events.questions import questions_of
from backend.registrations import queries, services
from backend.registrations.errors import RegistrationNotFound
from backend.registrations.models import Registration
from backend.registrations.services import Outcome
from portal.common.answers import answers_of, initial_answers
from portal.common.forms import ServiceFormView
from portal.organiser.forms.guests import GuestForm
from portal.organiser.pages import EventPageMixin


class AddGuestView(EventPageMixin, ServiceFormView):
    """With ``?again=<guest>`` the form starts with what is known of somebody who canceled."""

    form_class = GuestForm
    template_name = "organiser/guests/add.html"
    action = EventAction.MANAGE_GUESTS
    section = "registrations"

    @cached_property
    def again(self) -> Registration | None:
        try:
            return queries.fetch_guest(
                event_id=self.event.uuid,
                guest=self.request.GET.get("again", ""),
                actor=self.request.actor,
                now=self.now,
            )
        except RegistrationNotFound:
            return None

    def get_initial(self) -> dict[str, Any]:
        before = self.again
        if before is None or before.erased_at:
            return {}
        known = {"name": before.name, "email": before.user_email or ""}
        return {**known, **initial_answers(before)}

    def get_form_kwargs(self) -> dict[str, Any]:
        asked = {"questions": questions_of(self.event), "complete": False}
        return {**super().get_form_kwargs(), **asked}

    def act(self, data: dict[str, Any]) -> HttpResponse:
        outcome = services.add_guest(
            event_id=self.event.uuid,
            name=data["name"],
            email=data["email"] or None,
            answers=answers_of(data, questions_of(self.event)),
            actor=self.request.actor,
            now=self.now,
        )
        self.tell(outcome)
        return redirect(
            "organiser:guest", event_id=self.event.uuid, guest=outcome.registration.guest
        )

    def tell(self, outcome: Outcome) -> None:
        named = {"name": outcome.registration.name}
        if not outcome.created:
            words = _("This address is registered already, as %(name)s.") % named
            messages.info(self.request, words)
        elif outcome.registration.is_confirmed:
            messages.success(self.request, _("%(name)s has a place.") % named)
        else:
            words = _("Every seat is taken: %(name)s is on the waiting list.") % named
            messages.info(self.request, words)
