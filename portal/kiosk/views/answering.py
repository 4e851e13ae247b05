"""Answers for the page's own requests: JSON, also when the domain refuses."""

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponseBase, JsonResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views import View

from backend.shared.errors import DomainError, Unauthorized
from portal.common.refusals import PAGES


class JsonView(View):
    """Takes and gives JSON. A refusal says ``code`` and ``message``, and 401 where to sign in."""

    http_method_names = ("get", "post")

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            if not request.actor.is_signed_in:
                raise Unauthorized(_("You are signed out. Sign in to go on."))
            return super().dispatch(request, *args, **kwargs)
        except DomainError as refusal:
            request.outcome = refusal.code
            return self.refused(refusal)

    def refused(self, refusal: DomainError) -> JsonResponse:
        body: dict[str, Any] = {"code": refusal.code, "message": refusal.message}
        if refusal.fields:
            body["fields"] = refusal.fields
        if isinstance(refusal, Unauthorized):
            page = reverse("kiosk:scan", kwargs={"event_id": self.kwargs["event_id"]})
            body["sign_in"] = f"{reverse('sign-in')}?{urlencode({'next': page})}"
            return JsonResponse(body, status=401)
        status = next((s for kind, s in PAGES.items() if isinstance(refusal, kind)), 400)
        return JsonResponse(body, status=status)
