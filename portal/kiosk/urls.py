"""Addresses of the door: the desk of an event, for people who are signed in."""

from django.urls import path

from portal.kiosk.views import scanning, scans

app_name = "kiosk"
urlpatterns = [
    path("o/e/<str:event_id>/desk", scanning.ScanView.as_view(), name="scan"),
    path("o/e/<str:event_id>/desk/gate", scans.GateView.as_view(), name="gate"),
    path("o/e/<str:event_id>/desk/count", scans.CountView.as_view(), name="count"),
    path("o/e/<str:event_id>/desk/scans", scans.ScansView.as_view(), name="scans"),
    path("o/e/<str:event_id>/desk/undo", scanning.UndoEitherView.as_view(), name="undo"),
]
