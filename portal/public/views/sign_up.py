from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views import View

from backend.shared.config import config
from backend.users import services
from portal.common.attempts import count_attempt
from portal.common.safe_next import next_path
from portal.public.forms.accounts import ConfirmSignUpForm, SignUpForm
from portal.public.views.account_pages import ADDRESS, AccountView


def _to(name: str, next_page: str) -> HttpResponse:
    return redirect(f"{reverse(name)}?{urlencode({'next': next_page})}")


class SignUpView(AccountView):
    """Answers alike for new and for known addresses: the mailbox tells which it was."""

    form_class = SignUpForm
    template_name = "public/accounts/sign_up.html"
    attempt = "sign-up"

    def act(self, data: dict[str, Any]) -> HttpResponse:
        self.count(data["email"])
        services.sign_up(
            email=data["email"], password=data["password"], name=data["name"], now=timezone.now()
        )
        if config().auto_confirm:
            messages.success(self.request, _("Your account is ready. Please sign in."))
            return _to("sign-in", self.next)
        return _to("sign-up-confirm", self.next)


class ConfirmSignUpView(AccountView):
    form_class = ConfirmSignUpForm
    template_name = "public/accounts/confirm.html"
    attempt = "confirm"

    def act(self, data: dict[str, Any]) -> HttpResponse:
        self.count(data["email"])
        services.confirm_sign_up(email=data["email"], code=data["code"].strip())
        messages.success(self.request, _("Your address is confirmed. Please sign in."))
        return _to("sign-in", self.next)


class ResendCodeView(View):
    """Sends the code once more to the address typed on the page before."""

    http_method_names = ("post",)

    def post(self, request: HttpRequest) -> HttpResponse:
        if email := request.session.get(ADDRESS):
            count_attempt(request, what="resend", email=email, now=timezone.now())
            services.resend_code(email=email)
        messages.info(request, _("If the address waits for a code, a new one is on its way."))
        return _to("sign-up-confirm", next_path(request))
