"""Taking a place at an event, and giving it up."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views import View

from backend.events import queries as events
from backend.registrations import services
from portal.common.access import SignInRequiredMixin
from portal.common.forms import ServiceFormView
from portal.public.cards import card_of
from portal.public.forms.registrations import RegisterForm
from portal.public.views.events import find_mine


class RegisterView(SignInRequiredMixin, ServiceFormView):
    """Pressing twice, or coming back, leads to the same ticket."""

    form_class = RegisterForm
    template_name = "public/events/register.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        now = timezone.now()
        event_id = self.kwargs["event_id"]
        event = events.fetch_visible(event_id=event_id, actor=request.actor, now=now)
        mine = find_mine(event, request.actor, now=now)
        if mine is not None and mine.is_active:
            return redirect("public:ticket", event_id=event_id)
        return super().get(request, *args, **kwargs)

    def get_initial(self) -> dict[str, Any]:
        return {"name": self.request.actor.name}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        now = timezone.now()
        event = events.fetch_visible(
            event_id=self.kwargs["event_id"], actor=self.request.actor, now=now
        )
        return super().get_context_data(
            event=None, shown=event, card=card_of(event, now=now), section="events", **kwargs
        )

    def act(self, data: dict[str, Any]) -> HttpResponse:
        outcome = services.register(
            event_id=self.kwargs["event_id"],
            name=data["name"],
            actor=self.request.actor,
            now=timezone.now(),
        )
        if outcome.created:
            messages.success(
                self.request, _("You are in. The ticket is on its way to your mailbox, too.")
            )
        return redirect("public:ticket", event_id=self.kwargs["event_id"])


class GiveUpView(SignInRequiredMixin, View):
    """Gives the place back; doing it again changes nothing."""

    def post(self, request: HttpRequest, event_id: str) -> HttpResponse:
        services.cancel_mine(event_id=event_id, actor=request.actor, now=timezone.now())
        messages.success(request, _("Your place is given up. You can register again."))
        return redirect("public:event", event_id=event_id)
