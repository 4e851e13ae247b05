"""A device of its own at the door: pairing it, setting it up, its state, signing it out."""

from typing import Any

from django.conf import settings
from django.contrib.staticfiles.storage import staticfiles_storage
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from backend.kiosks import services
from backend.kiosks.errors import KioskRevoked, NotPaired
from backend.shared.errors import DomainError
from portal.common.attempts import count_attempt
from portal.common.forms import ServiceFormView
from portal.kiosk.doors import AT_KIOSK, Door
from portal.kiosk.forms.pairing import PairForm
from portal.kiosk.views.answering import DoorPage

WHY = {
    KioskRevoked.code: _("This device was revoked, so it admits nobody any more."),
    NotPaired.code: _("This device is not paired, or was paired anew elsewhere."),
}


class PairView(ServiceFormView):
    """Takes the code of an organiser's page, typed or by its QR code's address.

    The credential goes into a cookie that scripts cannot read; it is shown nowhere.
    """

    form_class = PairForm
    template_name = "kiosk/pair.html"

    def get_initial(self) -> dict[str, Any]:
        return {"code": self.request.GET.get("code", "")[:20]}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        why = WHY.get(self.request.GET.get("why", ""), "")
        return super().get_context_data(why=why, door=self.current(), **kwargs)

    def current(self) -> Door | None:
        """The door that this device is paired with already."""
        try:
            return AT_KIOSK.open(self.request, now=timezone.now())
        except DomainError:
            return None

    def act(self, data: dict[str, Any]) -> HttpResponse:
        now = timezone.now()
        count_attempt(self.request, what="pair", now=now)
        paired = services.claim_code(code=data["code"], now=now)
        response = redirect("kiosk:device-setup")
        response.set_cookie(
            settings.KIOSK_COOKIE_NAME,
            paired.credential,
            max_age=settings.KIOSK_COOKIE_AGE,
            secure=settings.KIOSK_COOKIE_SECURE,
            httponly=True,
            samesite="Strict",
        )
        return response


class _DevicePage(DoorPage):
    doorway = AT_KIOSK
    http_method_names = ("get",)
    template_name: str

    def get(self, request: HttpRequest) -> HttpResponse:
        known = {"door": self.door, "event": self.door.event, "version": version()}
        return render(request, self.template_name, known)


class SetupView(_DevicePage):
    """What the device needs, each line green or with what to do about it."""

    template_name = "kiosk/setup.html"


class StatusView(_DevicePage):
    """Connection, scans that wait, and the way out."""

    template_name = "kiosk/status.html"


class LeaveView(DoorPage):
    """Forget the credential here. The page asks only while no scan waits."""

    doorway = AT_KIOSK
    http_method_names = ("post",)

    def post(self, request: HttpRequest) -> HttpResponse:
        response = redirect("kiosk:device-pair")
        response.delete_cookie(settings.KIOSK_COOKIE_NAME, samesite="Strict")
        return response


def version() -> str:
    """Which build of the pages this is; a device reports the one it runs."""
    return str(getattr(staticfiles_storage, "manifest_hash", ""))
