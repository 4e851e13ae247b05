"""All addresses of the portal: accounts here, each face in its own ``urls.py``."""

from django.urls import include, path
from django.views.i18n import set_language

from portal.public.views import password, sign_in, sign_up
from portal.public.views.events import ExploreView

urlpatterns = [
    path("", ExploreView.as_view(), name="home"),
    path("signin", sign_in.SignInView.as_view(), name="sign-in"),
    path("signin/step", sign_in.SignInStepView.as_view(), name="sign-in-step"),
    path("signout", sign_in.SignOutView.as_view(), name="sign-out"),
    path("signup", sign_up.SignUpView.as_view(), name="sign-up"),
    path("signup/confirm", sign_up.ConfirmSignUpView.as_view(), name="sign-up-confirm"),
    path("signup/code", sign_up.ResendCodeView.as_view(), name="sign-up-resend"),
    path("forgot", password.ForgotView.as_view(), name="forgot"),
    path("reset", password.ResetView.as_view(), name="reset"),
    path("language", set_language, name="language"),
    path("", include("portal.public.urls")),
    path("o/", include("portal.organiser.urls")),
    path("", include("portal.kiosk.urls")),
]

handler400 = "portal.common.views.errors.bad_request"
handler403 = "portal.common.views.errors.forbidden"
handler404 = "portal.common.views.errors.not_found"
handler500 = "portal.common.views.errors.server_error"
