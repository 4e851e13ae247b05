"""What one button does to a guest: cancel, send the ticket again, replace it."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views import View

from backend.events.policies import EventAction
from backend.registrations import services
from backend.registrations.errors import SentJustNow
from backend.registrations.models import Registration
from portal.common.refusals import back_with_message
from portal.common.safe_next import page_asked_from
from portal.organiser.forms.guests import SeenForm
from portal.organiser.pages import EventPageMixin


class ChangeGuestView(EventPageMixin, View):
    """A button. What changed since the page was drawn is refused, and the page drawn anew."""

    http_method_names = ("post",)
    action = EventAction.MANAGE_GUESTS

    def change(self, asked: dict[str, Any]) -> tuple[Registration, str]:
        """The service call; the guest as it is then, and what to say."""
        raise NotImplementedError

    def post(self, request: HttpRequest, event_id: str, guest: str) -> HttpResponse:
        asked = {"event_id": event_id, "guest": guest, "actor": request.actor, "now": self.now}
        changed, words = self.change(asked)
        messages.success(request, words)
        opened = {"event_id": event_id, "guest": changed.guest}
        return redirect(
            page_asked_from(request, otherwise=reverse("organiser:guest", kwargs=opened))
        )

    def version(self) -> int:
        form = SeenForm(self.request.POST)
        return form.cleaned_data["version"] if form.is_valid() else 0


class CancelGuestView(ChangeGuestView):
    def change(self, asked: dict[str, Any]) -> tuple[Registration, str]:
        canceled = services.cancel_guest(**asked, version=self.version())
        words = _("The registration of %(name)s is canceled.")
        return canceled, words % {"name": canceled.name}


class MoveToWaitingListView(ChangeGuestView):
    def change(self, asked: dict[str, Any]) -> tuple[Registration, str]:
        moved = services.move_to_waiting_list(**asked, version=self.version())
        return moved, _("%(name)s waits now; the seat goes to who waited longest.") % {
            "name": moved.name
        }


class PromoteGuestView(ChangeGuestView):
    def change(self, asked: dict[str, Any]) -> tuple[Registration, str]:
        promoted = services.promote_guest(**asked, version=self.version())
        return promoted, _("%(name)s has a place.") % {"name": promoted.name}


class ReissueTicketView(ChangeGuestView):
    def change(self, asked: dict[str, Any]) -> tuple[Registration, str]:
        changed = services.reissue_ticket(**asked, version=self.version())
        if changed.user_email:
            return changed, _("The new ticket is on its way. The old one no longer admits.")
        return changed, _("This is the new ticket. The old one no longer admits.")


class ResendTicketView(ChangeGuestView):
    def post(self, request: HttpRequest, event_id: str, guest: str) -> HttpResponse:
        try:
            return super().post(request, event_id, guest)
        except SentJustNow as refusal:
            request.outcome = refusal.code
            return back_with_message(request, refusal)

    def change(self, asked: dict[str, Any]) -> tuple[Registration, str]:
        sent = services.resend_ticket(**asked)
        return sent, _("The ticket is on its way to %(email)s.") % {"email": sent.user_email}
