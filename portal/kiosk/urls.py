"""Addresses of the door: the desk of an event, for people who are signed in."""

from django.urls import path

from portal.kiosk.views import desk

app_name = "kiosk"
urlpatterns = [
    path("o/e/<str:event_id>/desk", desk.DeskView.as_view(), name="scan"),
    path("o/e/<str:event_id>/desk/gate", desk.GateView.as_view(), name="gate"),
    path("o/e/<str:event_id>/desk/count", desk.CountView.as_view(), name="count"),
    path("o/e/<str:event_id>/desk/scans", desk.ScansView.as_view(), name="scans"),
    path("o/e/<str:event_id>/desk/undo", desk.UndoView.as_view(), name="undo"),
]
