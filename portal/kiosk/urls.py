"""Addresses of the door: an event's desk, for people who are signed in, and paired devices."""

from django.urls import path
from django.views.generic import RedirectView

from portal.kiosk.doors import AT_KIOSK, AT_SELF_SERVICE
from portal.kiosk.views import devices, scanning, scans

app_name = "kiosk"
urlpatterns = [
    path("o/e/<str:event_id>/desk", scanning.ScanView.as_view(), name="scan"),
    path("o/e/<str:event_id>/desk/find", scanning.FindView.as_view(), name="find"),
    path("o/e/<str:event_id>/desk/look-up", scans.LookUpView.as_view(), name="look-up"),
    path("o/e/<str:event_id>/desk/gate", scans.GateView.as_view(), name="gate"),
    path("o/e/<str:event_id>/desk/count", scans.CountView.as_view(), name="count"),
    path("o/e/<str:event_id>/desk/scans", scans.ScansView.as_view(), name="scans"),
    path("o/e/<str:event_id>/desk/undo", scanning.UndoEitherView.as_view(), name="undo"),
    path("k", RedirectView.as_view(pattern_name="kiosk:device-scan"), name="device"),
    path("k/pair", devices.PairView.as_view(), name="device-pair"),
    path("k/setup", devices.SetupView.as_view(), name="device-setup"),
    path("k/self", scanning.SelfServiceView.as_view(), name="device-self"),
    path(
        "k/self/scans",
        scans.ScansView.as_view(doorway=AT_SELF_SERVICE),
        name="device-self-scans",
    ),
    path("k/unlock", devices.UnlockView.as_view(), name="device-unlock"),
    path("k/scan", scanning.ScanView.as_view(doorway=AT_KIOSK), name="device-scan"),
    path("k/search", scanning.FindView.as_view(doorway=AT_KIOSK), name="device-find"),
    path("k/look-up", scans.LookUpView.as_view(doorway=AT_KIOSK), name="device-look-up"),
    path("k/scans", scans.ScansView.as_view(doorway=AT_KIOSK), name="device-scans"),
    path("k/undo", scanning.UndoEitherView.as_view(doorway=AT_KIOSK), name="device-undo"),
    path("k/beat", scans.BeatView.as_view(), name="device-beat"),
    path("k/status", devices.StatusView.as_view(), name="device-status"),
    path("k/leave", devices.LeaveView.as_view(), name="device-leave"),
]
