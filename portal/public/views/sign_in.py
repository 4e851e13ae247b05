from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views import View

from portal.common import signed_in
from portal.common.safe_next import next_path, safe_path
from portal.public.forms.accounts import AppCodeForm, FirstPasswordForm, SignInForm
from portal.public.views.account_pages import ADDRESS, AccountView

HALFWAY = "halfway"  # session field: a sign-in that waits for one more step


class SignInView(AccountView):
    form_class = SignInForm
    template_name = "public/accounts/sign_in.html"
    attempt = "sign-in"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.method == "GET" and request.actor.is_signed_in:
            return redirect(next_path(request))
        return super().dispatch(request, *args, **kwargs)

    def act(self, data: dict[str, Any]) -> HttpResponse:
        from portal.common import cognito

        self.count(data["email"])
        try:
            outcome = cognito.sign_in(email=data["email"], password=data["password"])
        except cognito.WrongCredentials as refusal:
            refusal.fields["password"] = _(
                "This e-mail and password do not match. "
                "Check for capital letters, or reset the password."
            )
            raise
        except cognito.NotConfirmed as refusal:
            messages.info(self.request, refusal.message)
            return redirect(f"{reverse('sign-up-confirm')}?{urlencode({'next': self.next})}")
        except cognito.ResetRequired as refusal:
            messages.info(self.request, refusal.message)
            return redirect("forgot")
        return proceed(self.request, outcome, stay=data["stay"], to=self.next)


class SignInStepView(AccountView):
    """The first password of an invited person, or the code of an authenticator app."""

    template_name = "public/accounts/sign_in_step.html"
    attempt = "sign-in step"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if HALFWAY not in request.session:
            return redirect("sign-in")
        return super().dispatch(request, *args, **kwargs)

    @property
    def halfway(self) -> dict[str, Any]:
        return self.request.session[HALFWAY]

    def get_form_class(self) -> type[FirstPasswordForm | AppCodeForm]:
        first_password = self.halfway["step"] == "NEW_PASSWORD_REQUIRED"
        return FirstPasswordForm if first_password else AppCodeForm

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(step=self.halfway["step"], **kwargs)

    def act(self, data: dict[str, Any]) -> HttpResponse:
        from portal.common import cognito

        halfway = self.halfway
        challenge = cognito.Challenge(
            cognito.Step(halfway["step"]), halfway["session"], halfway["username"]
        )
        self.count(halfway["username"])
        try:
            if "password" in data:
                outcome = cognito.set_first_password(challenge, password=data["password"])
            else:
                outcome = cognito.give_code(challenge, code=data["code"].strip())
        except cognito.ChallengeOver as refusal:
            del self.request.session[HALFWAY]
            messages.error(self.request, refusal.message)
            return redirect("sign-in")
        except (cognito.WrongCode, cognito.WeakPassword) as refusal:
            refusal.fields["password" if "password" in data else "code"] = refusal.message
            raise
        del self.request.session[HALFWAY]
        return proceed(self.request, outcome, stay=halfway["stay"], to=halfway["next"])


class SignOutView(View):
    """POST only: a link on another site must not sign anyone out."""

    http_method_names = ("post",)

    def post(self, request: HttpRequest) -> HttpResponse:
        tokens = request.session.get(signed_in.TOKENS)
        signed_in.forget(request)
        if tokens:
            _revoke(tokens["refresh"])
        messages.success(request, _("You are signed out."))
        return redirect("home")


def proceed(request: HttpRequest, outcome: Any, *, stay: bool, to: str) -> HttpResponse:
    """Let the person in, or ask for the next step."""
    from portal.common import cognito

    if isinstance(outcome, cognito.SignedIn):
        signed_in.remember(request, outcome, stay=stay)
        request.session.pop(ADDRESS, None)
        return redirect(safe_path(to))
    request.session[HALFWAY] = {
        "step": outcome.step.value,
        "session": outcome.session,
        "username": outcome.username,
        "stay": stay,
        "next": to,
    }
    return redirect("sign-in-step")


def _revoke(refresh_token: str) -> None:
    """The session is gone already; Cognito being out of reach must not keep anyone signed in."""
    import logging

    from portal.common import cognito

    try:
        cognito.sign_out(refresh_token)
    except cognito.Unavailable:
        logging.getLogger("portal").warning("tokens were not revoked")
