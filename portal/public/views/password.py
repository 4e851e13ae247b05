from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from backend.users import services
from portal.common.signed_in import forget_everywhere
from portal.public.forms.accounts import ForgotForm, ResetForm
from portal.public.views.account_pages import AccountView


class ForgotView(AccountView):
    """Answers alike whether there is an account or not."""

    form_class = ForgotForm
    template_name = "public/accounts/forgot.html"
    attempt = "forgot"

    def act(self, data: dict[str, Any]) -> HttpResponse:
        self.count(data["email"])
        services.forgot_password(email=data["email"])
        return redirect("reset")


class ResetView(AccountView):
    """Whoever knew the old password is signed out with it."""

    form_class = ResetForm
    template_name = "public/accounts/reset.html"
    attempt = "reset"

    def act(self, data: dict[str, Any]) -> HttpResponse:
        self.count(data["email"])
        services.reset_password(
            email=data["email"], code=data["code"].strip(), password=data["password"]
        )
        forget_everywhere(email=data["email"], password=data["password"])
        messages.success(self.request, _("Your new password works now. Please sign in."))
        return redirect("sign-in")
