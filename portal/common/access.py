"""Pages for signed-in people only: a decorator for views, a mixin for class-based ones."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from portal.common.kept_form import keep
from portal.common.safe_next import page_asked_from

View = Callable[..., HttpResponseBase]


def sign_in_required(view: View) -> View:
    """Send visitors to the sign-in page and back; what they posted waits for them."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.actor.is_signed_in:
            return view(request, *args, **kwargs)
        return to_sign_in(request, has_page=_answers_get(view))

    return guarded


class SignInRequiredMixin:
    """First base of a class-based view; the same as ``sign_in_required``."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.actor.is_signed_in:
            return super().dispatch(request, *args, **kwargs)  # type: ignore[misc]
        return to_sign_in(request, has_page=hasattr(self, "get"))


def to_sign_in(request: HttpRequest, *, has_page: bool = True) -> HttpResponse:
    """Redirect to the sign-in page, to return to the page that was asked for.

    A posted form returns to the page it stands on: its own address where that answers
    GET, else the page that sent it.
    """
    page = request.get_full_path() if has_page else page_asked_from(request)
    if request.headers.get("HX-Request"):
        page = page_asked_from(request, otherwise=page)
    if request.method == "POST":
        _tell_signed_out(request, kept=keep(request, page=page))
    elif request.method != "GET":
        page = page_asked_from(request)
    target = f"{reverse('sign-in')}?{urlencode({'next': page})}"
    if request.headers.get("HX-Request"):
        return HttpResponse(status=204, headers={"HX-Redirect": target})
    return redirect(target)


def _tell_signed_out(request: HttpRequest, *, kept: bool) -> None:
    """Nobody should wonder why a form led to the sign-in page."""
    if kept:
        messages.info(request, _("You were signed out. Sign in: what you typed comes back."))
    else:
        messages.info(request, _("You were signed out. Sign in, then try again."))


def _answers_get(view: View) -> bool:
    view_class = getattr(view, "view_class", None)
    return view_class is None or hasattr(view_class, "get")
