"""What the page's scripts ask at a door: a scan, its undoing, how many are in.

Each scan carries an id that the device made, so sending one again repeats its answer and
never admits twice.
"""

from typing import cast

from django.http import HttpRequest, JsonResponse

from backend.kiosks import services
from backend.kiosks.models import Kiosk
from portal.common.json_body import posted
from portal.kiosk.acting import count_of, look_up, scan, undo
from portal.kiosk.doors import HEARD_AT_KIOSK
from portal.kiosk.forms.desk import BeatForm, GateForm, LookUpForm, ScanForm, UndoForm
from portal.kiosk.gates import keep_gate
from portal.kiosk.views.answering import DoorJson, checked


class ScansView(DoorJson):
    http_method_names = ("post",)

    def post(self, request: HttpRequest, **keys: str) -> JsonResponse:
        form = checked(ScanForm(posted(request)))
        resent = form.cleaned_data["resent"]
        return JsonResponse(scan(request, self.door, form, resent=resent, now=self.now))


class LookUpView(DoorJson):
    """What a ticket says, without admitting anybody."""

    http_method_names = ("post",)

    def post(self, request: HttpRequest, **keys: str) -> JsonResponse:
        form = checked(LookUpForm(posted(request)))
        return JsonResponse(look_up(self.door, form, now=self.now))


class UndoView(DoorJson):
    """Takes an admission back."""

    http_method_names = ("post",)

    def post(self, request: HttpRequest, **keys: str) -> JsonResponse:
        form = checked(UndoForm(posted(request)))
        return JsonResponse(undo(self.door, form, now=self.now))


class GateView(DoorJson):
    """Keeps where this desk stands; it is part of every scan from here."""

    http_method_names = ("post",)

    def post(self, request: HttpRequest, **keys: str) -> JsonResponse:
        gate = checked(GateForm(posted(request))).cleaned_data["gate"]
        keep_gate(request, self.door.event.uuid, gate)
        return JsonResponse({"gate": gate})


class BeatView(DoorJson):
    """A kiosk says that it is there and how many scans wait on it, and hears what changed."""

    doorway = HEARD_AT_KIOSK
    http_method_names = ("post",)

    def post(self, request: HttpRequest, **keys: str) -> JsonResponse:
        kiosk = cast("Kiosk", self.door.kiosk)  # this doorway opens to kiosks only
        report = checked(BeatForm(posted(request))).cleaned_data
        services.heartbeat(
            kiosk=kiosk,
            waiting_scans=report["waiting"],
            app_version=report["version"],
            now=self.now,
        )
        told = {
            "gate": kiosk.gate,
            "name": kiosk.name,
            "express": kiosk.express,
            "now": self.now.isoformat(),
            "guests": self.door.is_guests,
            "home": self.door.home,
        }
        counted = {} if self.door.is_guests else count_of(self.door, now=self.now)
        return JsonResponse(counted | told)


class CountView(DoorJson):
    """How many are in, for the page to ask now and then."""

    http_method_names = ("get",)

    def get(self, request: HttpRequest, **keys: str) -> JsonResponse:
        return JsonResponse(count_of(self.door, now=self.now))
