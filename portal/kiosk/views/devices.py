"""A device of its own at the door: pairing it, setting it up, its state, signing it out, and taking
it back from the guests by its PIN.
"""

from typing import Any, cast

from django.conf import settings
from django.contrib.staticfiles.storage import staticfiles_storage
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from backend.kiosks import services
from backend.kiosks.credentials import UNLOCKED_FOR
from backend.kiosks.errors import KioskRevoked, NotPaired
from backend.kiosks.models import Kiosk
from backend.shared.errors import DomainError
from portal.common.attempts import count_attempt
from portal.common.forms import ServiceFormView
from portal.kiosk.doors import AT_KIOSK, HEARD_AT_KIOSK, Door, OtherHands
from portal.kiosk.forms.pairing import PairForm, UnlockForm
from portal.kiosk.views.answering import DoorPage

WHY = {
    KioskRevoked.code: _("This device was revoked, so it admits nobody any more."),
    NotPaired.code: _("This device is not paired, or was paired anew elsewhere."),
}


class PairView(ServiceFormView):
    """Takes the code of an organiser's page, typed or by its QR code's address.

    The credential goes into a cookie that scripts cannot read; it is shown nowhere. Guests at a
    self-service kiosk get no further than its own page; a new one is the crew's until it starts.
    """

    form_class = PairForm
    template_name = "kiosk/pair.html"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            return super().dispatch(request, *args, **kwargs)
        except OtherHands as refusal:
            return redirect(str(refusal.details["home"]))

    def get_initial(self) -> dict[str, Any]:
        return {"code": self.request.GET.get("code", "")[:20]}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        why = WHY.get(self.request.GET.get("why", ""), "")
        return super().get_context_data(why=why, door=self.current(), **kwargs)

    def current(self) -> Door | None:
        """The door that this device is paired with already."""
        try:
            return AT_KIOSK.open(self.request, now=timezone.now())
        except OtherHands:
            raise
        except DomainError:
            return None

    def act(self, data: dict[str, Any]) -> HttpResponse:
        now = timezone.now()
        self.current()
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
        if paired.kiosk.is_self_service:
            keep_proof(response, paired.proof)
        return response


class UnlockView(DoorPage, ServiceFormView):
    """The PIN that takes a self-service kiosk out of the guests' hands for a while."""

    doorway = HEARD_AT_KIOSK
    form_class = UnlockForm
    template_name = "kiosk/unlock.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(door=self.door, event=self.door.event, **kwargs)

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not self.door.is_guests:
            return redirect(self.door.addresses["status"])
        return super().get(request, *args, **kwargs)

    def act(self, data: dict[str, Any]) -> HttpResponse:
        kiosk = cast("Kiosk", self.door.kiosk)  # this doorway opens to kiosks only
        # Another PIN starts anew: whoever set it may type it at once.
        about = f"{kiosk.event_id} {kiosk.kiosk_id} {kiosk.pin_hash}"
        count_attempt(self.request, what="unlock", device=about, now=self.now)
        proof = services.unlock(kiosk=kiosk, pin=data["pin"], now=self.now)
        response = redirect(self.door.addresses["status"])
        keep_proof(response, proof)
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
        response.delete_cookie(settings.KIOSK_UNLOCK_COOKIE_NAME, samesite="Strict")
        return response


def keep_proof(response: HttpResponse, proof: str) -> None:
    """Let this browser show that the crew has the device, for as long as the proof holds."""
    response.set_cookie(
        settings.KIOSK_UNLOCK_COOKIE_NAME,
        proof,
        max_age=int(UNLOCKED_FOR.total_seconds()),
        secure=settings.KIOSK_COOKIE_SECURE,
        httponly=True,
        samesite="Strict",
    )


def version() -> str:
    """Which build of the pages this is; a device reports the one it runs."""
    return str(getattr(staticfiles_storage, "manifest_hash", ""))
