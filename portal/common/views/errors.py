"""Pages for what went wrong. Each says what happened and leads somewhere."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.translation import gettext as _


def error_page(request: HttpRequest, status: int, *, message: str = "") -> HttpResponse:
    """The page of one status; ``message`` is the domain's own sentence, if it has one."""
    context = {"status": status, "message": message}
    return render(request, f"errors/{status}.html", context, status=status)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return error_page(request, 400)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return error_page(request, 403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return error_page(request, 404)


def server_error(request: HttpRequest) -> HttpResponse:
    """Rendered without session and messages: they may be what failed."""
    return HttpResponse(render_to_string("errors/500.html"), status=500)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form that was opened before signing in or out elsewhere, or by another site."""
    message = _("This form is out of date. Go back, reload the page and send it again.")
    return error_page(request, 403, message=message)
