"""What people say about themselves, what they want to be told, and the link in each mail."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.generic import TemplateView

from backend.notifications import choices
from backend.notifications.choices import Choices
from backend.notifications.kinds import SWITCHABLE
from portal.common.access import SignInRequiredMixin
from portal.common.forms import ServiceFormView
from portal.public.forms.profile import ProfileForm, choices_of, initial_of, seen_of
from portal.public.message_words import KINDS

OFF, ON, ALL = "off", "on", "all"


class ProfileView(SignInRequiredMixin, ServiceFormView):
    form_class = ProfileForm
    template_name = "public/me/profile.html"

    @cached_property
    def before(self) -> Choices:
        return choices.fetch_choices(actor=self.request.actor)

    def get_initial(self) -> dict[str, Any]:
        return initial_of(self.before)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(section="profile", **kwargs)

    def act(self, data: dict[str, Any]) -> HttpResponse:
        choices.change_choices(
            choices=choices_of(data, self.before),
            seen=seen_of(data, self.before),
            actor=self.request.actor,
            now=timezone.now(),
        )
        messages.success(self.request, _("Saved."))
        return redirect("public:profile")


@method_decorator(csrf_exempt, name="dispatch")
class UnsubscribeView(TemplateView):
    """Where the link of a mail leads, without signing in. The link is the right to do this.

    Mail programs post here by themselves (RFC 8058), without a form of ours; opening the
    page changes nothing, since programs that look for harmful links open it, too.
    """

    template_name = "public/me/unsubscribe.html"

    def get_context_data(self, token: str, **kwargs: Any) -> dict[str, Any]:
        link, off = choices.switched_off_by(token)
        return super().get_context_data(
            kind=KINDS[link.kind],
            is_off=link.kind in off,
            all_off=off >= set(SWITCHABLE),
            **kwargs,
        )

    def post(self, request: HttpRequest, token: str) -> HttpResponse:
        asked = request.POST.get("switch", OFF)
        everything = asked == ALL
        choices.switch(token, off=asked != ON, everything=everything, now=timezone.now())
        if "List-Unsubscribe" in request.POST:
            return self.get(request, token=token)  # a mail program follows no redirect
        return redirect("public:unsubscribe", token=token)
