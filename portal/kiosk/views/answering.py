"""How the views of a door answer: pages to people, JSON to the page's own requests."""

from datetime import datetime
from typing import Any

from django.forms import Form
from django.http import HttpRequest, HttpResponseBase, JsonResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.cache import cache_control

from backend.shared.errors import BadInput, DomainError, Unauthorized
from portal.common.refusals import PAGES
from portal.kiosk.doors import AT_DESK, Door, Doorway, OtherHands


@method_decorator(cache_control(private=True, no_store=True), name="dispatch")
class _AtDoor(View):
    """Opens the door before anything else. ``as_view(doorway=…)`` says which kind it is.

    Answers hold names, and a device's are not kept from caches by a session.
    """

    doorway: Doorway = AT_DESK
    http_method_names: tuple[str, ...] = ("get", "post")
    door: Door
    now: datetime

    def open_door(self, request: HttpRequest, keys: dict[str, Any]) -> None:
        self.now = timezone.now()
        self.door = self.doorway.open(request, now=self.now, **keys)


class DoorPage(_AtDoor):
    """A page at a door; who may not stand there is led to where one gets the right to."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            self.open_door(request, kwargs)
        except Unauthorized as refusal:
            request.outcome = refusal.code
            has_page = hasattr(self, "get")
            return self.doorway.show_way_in(request, refusal, has_page=has_page)
        except OtherHands as refusal:
            request.outcome = refusal.code
            return redirect(str(refusal.details["home"]))
        return super().dispatch(request, *args, **kwargs)


class DoorJson(_AtDoor):
    """Takes and gives JSON.

    A refusal says ``code`` and ``message``; 401 where to sign in, and ``home`` leads a device that
    is in other hands by now to their page.
    """

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            self.open_door(request, kwargs)
            return super().dispatch(request, *args, **kwargs)
        except DomainError as refusal:
            request.outcome = refusal.code
            return self.refused(refusal)

    def refused(self, refusal: DomainError) -> JsonResponse:
        body: dict[str, Any] = {"code": refusal.code, "message": refusal.message}
        if refusal.fields:
            body["fields"] = refusal.fields
        if isinstance(refusal, OtherHands):
            body["home"] = refusal.details["home"]
        if isinstance(refusal, Unauthorized):
            body["sign_in"] = self.doorway.way_in(self.kwargs, refusal)
            return JsonResponse(body, status=401)
        status = next((s for kind, s in PAGES.items() if isinstance(refusal, kind)), 400)
        return JsonResponse(body, status=status)


def checked(form: Form) -> Form:
    """The form if it holds; refuses with ``BadInput`` by field."""
    if not form.is_valid():
        raise BadInput({name: rules[0] for name, rules in form.errors.items()})
    return form
