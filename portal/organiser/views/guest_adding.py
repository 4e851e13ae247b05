"""Guests whom the team adds, before the day and at the desk."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from ulid import ULID

from backend.checkin import services as checkin
from backend.checkin.kinds import ScanResult
from backend.events.policies import EventAction
from backend.events.questions import questions_of
from backend.registrations import queries, services
from backend.registrations.errors import RegistrationNotFound, SoldOut
from backend.registrations.models import Registration
from backend.registrations.services import Outcome
from portal.common.answers import answers_of, initial_answers
from portal.common.forms import ServiceFormView
from portal.kiosk.gates import gate_of
from portal.organiser.forms.guests import GuestForm, WalkInForm
from portal.organiser.pages import EventPageMixin

REFUSED = {
    ScanResult.NOT_YET: gettext_lazy("Nobody is admitted yet: the door is not open."),
    ScanResult.OVER: gettext_lazy("Nobody is admitted any more: the door is closed."),
}


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
        once = {"once": str(ULID())}
        before = self.again
        if before is None or before.erased_at:
            return once
        known = once | {"name": before.name, "email": before.user_email or ""}
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
            note=data["note"],
            attention=data["attention"],
            once=data["once"],
            action=self.action,
            actor=self.request.actor,
            now=self.now,
        )
        self.tell(outcome, data)
        return redirect(
            "organiser:guest", event_id=self.event.uuid, guest=outcome.registration.guest
        )

    def tell(self, outcome: Outcome, data: dict[str, Any]) -> None:
        named = {"name": outcome.registration.name}
        if not outcome.created:
            words = _("This address is registered already, as %(name)s.") % named
            messages.info(self.request, words)
        elif outcome.registration.is_confirmed:
            messages.success(self.request, _("%(name)s has a place.") % named)
        else:
            words = _("Every seat is taken: %(name)s is on the waiting list.") % named
            messages.info(self.request, words)


class WalkInView(AddGuestView):
    """Somebody stands at the desk: a place, and in, in one step."""

    form_class = WalkInForm
    template_name = "organiser/guests/walk_in.html"
    action = EventAction.ADD_WALK_IN
    again = None

    def act(self, data: dict[str, Any]) -> HttpResponse:
        try:
            return super().act(data)
        except SoldOut as refusal:
            what_to_do = _("Ask an organiser to raise the capacity, or to cancel somebody.")
            raise SoldOut(f"{refusal.message} {what_to_do}") from None

    def tell(self, outcome: Outcome, data: dict[str, Any]) -> None:
        guest = outcome.registration
        # An address may be another guest's: that one is not let in unseen.
        is_new = outcome.created or not data["email"]
        if not (data["admit"] and is_new and guest.is_confirmed):
            super().tell(outcome, data)
            return
        scan = checkin.admit_guest(
            event_id=self.event.uuid,
            guest=guest.guest,
            scan_id=data["once"],
            gate=gate_of(self.request, self.event.uuid),
            actor=self.request.actor,
            now=self.now,
        )
        if scan.result is ScanResult.ADMITTED:
            messages.success(self.request, _("%(name)s is in.") % {"name": guest.name})
            return
        super().tell(outcome, data)
        words = REFUSED.get(scan.result, _("The desk says why nobody was admitted."))
        messages.info(self.request, words)
