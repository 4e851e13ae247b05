"""``request.actor``: who acts, from the session's verified claims."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from portal.common.signed_in import actor_of


class ActorMiddleware:
    """Reads the session only when a view asks who acts: public pages need not."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        request.actor = SimpleLazyObject(lambda: actor_of(request, now=timezone.now()))
        return self.get_response(request)
