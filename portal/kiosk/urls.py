"""Addresses of the kiosk pages."""

from django.urls import URLPattern

app_name = "kiosk"
urlpatterns: list[URLPattern] = []
