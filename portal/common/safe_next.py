"""Where to go after signing in: only to a page of ours, never to another site."""

from urllib.parse import urlsplit

from django.http import HttpRequest
from django.urls import get_script_prefix, reverse
from django.utils.http import url_has_allowed_host_and_scheme

NOT_BACK_TO = ("signin", "signup", "signout", "forgot", "reset")


def safe_path(candidate: str | None, *, otherwise: str = "") -> str:
    """``candidate`` if it is a path on this site, else ``otherwise`` (the start page)."""
    otherwise = otherwise or reverse("home")
    if not candidate or not candidate.startswith("/") or len(candidate) > 2000:
        return otherwise
    if not url_has_allowed_host_and_scheme(candidate, allowed_hosts=None):
        return otherwise
    page = urlsplit(candidate).path.removeprefix(get_script_prefix())
    return otherwise if page.startswith(NOT_BACK_TO) else candidate


def next_path(request: HttpRequest, *, otherwise: str = "") -> str:
    """The ``next`` of a form or an address, if it is safe."""
    return safe_path(request.POST.get("next") or request.GET.get("next"), otherwise=otherwise)


def page_asked_from(request: HttpRequest, *, otherwise: str = "") -> str:
    """The page of ours that sent this request, by its ``Referer`` or htmx's header."""
    sent_by = request.headers.get("HX-Current-URL") or request.headers.get("Referer", "")
    parts = urlsplit(sent_by)
    if parts.netloc and parts.netloc != request.get_host():
        return safe_path(None, otherwise=otherwise)
    path = parts.path + (f"?{parts.query}" if parts.query else "")
    return safe_path(path, otherwise=otherwise)
