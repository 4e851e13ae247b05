"""Addresses of the organiser pages."""

from django.urls import URLPattern

app_name = "organiser"
urlpatterns: list[URLPattern] = []
