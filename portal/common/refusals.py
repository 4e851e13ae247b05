"""Refusals of the domain become pages: one rule per kind, none per error.

``NotFound`` 404 page · ``Forbidden`` 403 page · ``Unauthorized`` sign-in page ·
``Conflict`` and a ``Rejected`` that no form took: back to the page, which then shows a
fresh copy and the message · ``TooManyAttempts`` 429 page. A view with a form catches
``Rejected`` itself (``add_refusal``), so the sentence stands beside its field.
"""

from collections.abc import Callable
from http import HTTPStatus

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect

from backend.shared.errors import (
    Conflict,
    DomainError,
    Forbidden,
    NotFound,
    Rejected,
    TooManyAttempts,
    Unauthorized,
)
from portal.common.access import to_sign_in
from portal.common.safe_next import page_asked_from
from portal.common.views.errors import error_page

PAGES = {NotFound: 404, Forbidden: 403, TooManyAttempts: 429, Conflict: 409, Rejected: 400}


class RefusalMiddleware:
    """Answers a ``DomainError`` that a view let through, and who opens what is only for buttons."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if response.status_code != HTTPStatus.METHOD_NOT_ALLOWED or request.method != "GET":
            return response
        page = error_page(request, response.status_code)  # Django's own is blank
        page["Allow"] = response["Allow"]
        return page

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if not isinstance(error, DomainError):
            return None
        request.outcome = error.code
        if isinstance(error, Unauthorized):
            return to_sign_in(request)
        if isinstance(error, Conflict | Rejected) and request.method == "POST":
            return back_with_message(request, error)
        status = next((s for kind, s in PAGES.items() if isinstance(error, kind)), 400)
        return error_page(request, status, message=error.message)


def back_with_message(request: HttpRequest, error: DomainError) -> HttpResponse:
    """The page the form stood on, read anew, with what went wrong on top."""
    messages.error(request, " ".join([error.message, *error.fields.values()]))
    page = page_asked_from(request)
    if request.headers.get("HX-Request"):
        return HttpResponse(status=204, headers={"HX-Redirect": page})
    return redirect(page)


def add_refusal(form: BaseForm, refusal: DomainError) -> None:
    """Put a refusal where it belongs: by its fields, else above the form.

    A rule about a part (``questions.2.label``) goes to the field, its place as the code.
    """
    for name, rule in refusal.fields.items():
        head, _dot, part = name.partition(".")
        if name not in form.fields and head in form.fields:
            form.add_error(head, ValidationError(rule, code=part))
        else:
            form.add_error(name if name in form.fields else None, rule)
    if not refusal.fields:
        form.add_error(None, refusal.message)
