"""Taking a place at an event, and giving it up."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views import View

from backend.events.models import Event
from backend.events.questions import questions_of
from backend.registrations import queries, services
from backend.registrations.errors import SentJustNow
from backend.registrations.models import Registration
from portal.common.access import SignInRequiredMixin
from portal.common.answers import answers_of
from portal.common.forms import ServiceFormView
from portal.common.refusals import back_with_message
from portal.public.cards import card_of
from portal.public.forms.registrations import RegisterForm


class RegisterView(SignInRequiredMixin, ServiceFormView):
    """Pressing twice, or coming back, leads to the same ticket."""

    form_class = RegisterForm
    template_name = "public/events/register.html"

    @cached_property
    def shown(self) -> tuple[Event, Registration | None]:
        return queries.fetch_shown(
            event_id=self.kwargs["event_id"], actor=self.request.actor, now=timezone.now()
        )

    @property
    def event(self) -> Event:
        return self.shown[0]

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if self.shown[1] is not None:
            return redirect("public:ticket", event_id=self.event.uuid)
        return super().get(request, *args, **kwargs)

    def get_initial(self) -> dict[str, Any]:
        return {"name": self.request.actor.name}

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "questions": questions_of(self.event)}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        card = card_of(self.event, now=timezone.now())
        return super().get_context_data(
            event=None, shown=self.event, card=card, section="events", **kwargs
        )

    def act(self, data: dict[str, Any]) -> HttpResponse:
        outcome = services.register(
            event_id=self.event.uuid,
            name=data["name"],
            answers=answers_of(data, questions_of(self.event)),
            actor=self.request.actor,
            now=timezone.now(),
        )
        if outcome.created and outcome.registration.is_confirmed:
            words = _("You are in. The ticket is on its way to your mailbox, too.")
            messages.success(self.request, words)
        elif outcome.created:
            words = _("You are on the waiting list. We e-mail you when a place is yours.")
            messages.success(self.request, words)
        return redirect("public:ticket", event_id=self.event.uuid)


class ResendView(SignInRequiredMixin, View):
    """Mails the guest's own ticket once more."""

    def post(self, request: HttpRequest, event_id: str) -> HttpResponse:
        try:
            services.resend_mine(event_id=event_id, actor=request.actor, now=timezone.now())
        except SentJustNow as refusal:
            request.outcome = refusal.code
            return back_with_message(request, refusal)
        messages.success(request, _("The ticket is on its way to your mailbox."))
        return redirect("public:ticket", event_id=event_id)


class GiveUpView(SignInRequiredMixin, View):
    """Gives the place back; doing it again changes nothing."""

    def post(self, request: HttpRequest, event_id: str) -> HttpResponse:
        services.cancel_mine(event_id=event_id, actor=request.actor, now=timezone.now())
        # Which of the two it was, the page that asked knows: the registration no longer does.
        waited = request.POST.get("from") == "waiting-list"
        words = _("Your place is given up. You can register again.")
        messages.success(request, _("You left the waiting list.") if waited else words)
        return redirect("public:event", event_id=event_id)
