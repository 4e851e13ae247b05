"""The messages of an event that did not arrive, and sending one again."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views import View
from django.views.generic import TemplateView

from backend.announcements import quiet_hours, undelivered
from backend.announcements.quiet_hours import Quiet
from backend.announcements.undelivered import FAILED, HELD_BACK
from backend.events.policies import EventAction
from portal.common.forms import ServiceFormView
from portal.organiser.forms.messages import QuietHoursForm
from portal.organiser.message_words import CHANNELS, about, reason_of
from portal.organiser.pages import EventPageMixin
from portal.organiser.trail import walk

PER_PAGE = 25
TABS = {"": (FAILED, gettext_lazy("Failed")), "held": (HELD_BACK, gettext_lazy("Held back"))}


class MessagesView(EventPageMixin, TemplateView):
    template_name = "organiser/messages/page.html"
    action = EventAction.SEE_GUESTS
    section = "messages"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        tab = self.request.GET.get("tab", "")
        tab = tab if tab in TABS else ""
        filters = {"tab": tab} if tab else {}
        trail = walk(
            self.request.GET.get("page", ""),
            lambda start: undelivered.list_undelivered(
                event_id=self.event.uuid,
                status=TABS[tab][0],
                limit=PER_PAGE,
                start=start,
                actor=self.request.actor,
                now=self.now,
            ),
            query=f"messages of {self.event.uuid} {tab}",
            filters=filters,
        )
        return super().get_context_data(**kwargs) | {
            "tab": tab,
            "tabs": [(key, label, key == tab) for key, (_status, label) in TABS.items()],
            "trail": trail,
            "rows": [
                (one, about(one), CHANNELS[one.channel], reason_of(one)) for one in trail.items
            ],
        }


class QuietHoursView(EventPageMixin, ServiceFormView):
    """When this event's messages wait; empty times: never."""

    form_class = QuietHoursForm
    template_name = "organiser/messages/quiet.html"
    action = EventAction.MANAGE_GUESTS
    section = "messages"

    def get_initial(self) -> dict[str, Any]:
        quiet = quiet_hours.fetch_quiet_hours(
            event_id=self.event.uuid, actor=self.request.actor, now=self.now
        )
        return {"since": quiet.since, "until": quiet.until} if quiet else {}

    def act(self, data: dict[str, Any]) -> HttpResponse:
        quiet = Quiet(data["since"], data["until"]) if data["since"] else None
        quiet_hours.set_quiet_hours(
            event_id=self.event.uuid, quiet=quiet, actor=self.request.actor, now=self.now
        )
        messages.success(self.request, _("Saved.") if quiet else _("Messages go out at any time."))
        return redirect("organiser:messages", event_id=self.event.uuid)


class SendAgainView(EventPageMixin, View):
    http_method_names = ("post",)
    action = EventAction.MANAGE_GUESTS

    def post(self, request: HttpRequest, event_id: str) -> HttpResponse:
        undelivered.send_again(
            event_id=event_id, key=request.POST.get("key", ""), actor=request.actor, now=self.now
        )
        messages.success(request, _("It is on its way again."))
        return redirect("organiser:messages", event_id=event_id)
