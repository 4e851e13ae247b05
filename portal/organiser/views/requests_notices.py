"""Who serves requests says how they want to be told of new ones: by e-mail, by SMS, of which teams."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.contrib import messages
from django.forms import BaseForm
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views import View

from backend.events.policies import EventAction
from backend.guest_requests import queries, services
from backend.guest_requests.services import StaffSubscription
from backend.guest_requests.staff_topic import SubscriptionState
from backend.notifications.kinds import ChannelName
from portal.common.forms import ServiceFormView
from portal.organiser.forms.requests_notices import NoticeForm
from portal.organiser.pages import EventPageMixin


@dataclass(frozen=True, slots=True)
class Way:
    """One channel on the page: its form, and what is subscribed, if anything."""

    channel: str
    form: BaseForm
    subscribed: StaffSubscription | None


class NoticesView(EventPageMixin, ServiceFormView):
    """A form per channel over one address; each is sent by itself."""

    form_class = NoticeForm
    template_name = "organiser/requests/notices.html"
    action = EventAction.SERVE_REQUESTS
    section = "requests"

    @cached_property
    def teams(self) -> list[str]:
        return queries.kinds_of(self.event.uuid).teams

    def get_form_kwargs(self) -> dict[str, Any]:
        sent = self.request.POST.get("channel", "")
        return {**super().get_form_kwargs(), "teams": self.teams, "auto_id": f"id_{sent}_%s"}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        found = services.my_subscriptions(
            event_id=self.event.uuid, actor=self.request.actor, now=self.now
        )
        subscribed = {one.channel: one for one in found}
        sent = kwargs.get("form")
        ways = [
            Way(channel, self._form_of(channel, subscribed.get(channel), sent), one)
            for channel in ChannelName
            for one in [subscribed.get(channel)]
        ]
        return super().get_context_data(ways=ways, **kwargs)

    def _form_of(
        self, channel: ChannelName, one: StaffSubscription | None, sent: BaseForm | None
    ) -> BaseForm:
        if sent is not None and sent.is_bound and sent.data.get("channel") == channel:
            return sent
        initial = {"channel": channel, "teams": list(one.teams) if one else []}
        return NoticeForm(initial=initial, teams=self.teams, auto_id=f"id_{channel}_%s")

    def act(self, data: dict[str, Any]) -> HttpResponse:
        made = services.subscribe_staff(
            event_id=self.event.uuid,
            channel=ChannelName(data["channel"]),
            teams=data.get("teams", ()),
            actor=self.request.actor,
            now=self.now,
        )
        if made.state is SubscriptionState.PENDING:
            words = _("Asked. Open the message that went to %(address)s, and confirm it.")
        else:
            words = _("You are told at %(address)s when a guest asks for something.")
        messages.success(self.request, words % {"address": made.address})
        return redirect("organiser:request-notices", event_id=self.event.uuid)


class StopNoticesView(EventPageMixin, View):
    http_method_names = ("post",)
    action = EventAction.SERVE_REQUESTS

    def post(self, request: HttpRequest, event_id: str, channel: str) -> HttpResponse:
        if channel not in set(ChannelName):
            raise Http404
        services.unsubscribe_staff(
            event_id=event_id, channel=ChannelName(channel), actor=request.actor, now=self.now
        )
        messages.success(request, _("You are told of nothing that way any more."))
        return redirect("organiser:request-notices", event_id=event_id)
