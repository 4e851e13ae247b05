"""Where somebody stands and scans: the desk of a signed-in person. One set of pages serves each."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from backend.events import queries as events
from backend.events.models import Event
from backend.events.policies import EventAction
from backend.shared.actor import Actor
from backend.shared.errors import Unauthorized
from portal.common.access import to_sign_in
from portal.kiosk.gates import gate_of


@dataclass(frozen=True, slots=True)
class Door:
    """One event's door as one actor stands at it; ``addresses`` are those of its pages."""

    event: Event
    actor: Actor
    gate: str
    addresses: Mapping[str, str]


class Doorway(Protocol):
    """How one comes to stand at a door, and where those are sent who may not."""

    def open(self, request: HttpRequest, *, now: datetime, **keys: str) -> Door:
        """The door; refuses with ``Unauthorized`` or as ``events.authorize`` does."""

    def way_in(self, keys: Mapping[str, str]) -> str:
        """The address of the page that lets one in."""

    def show_way_in(self, request: HttpRequest, *, has_page: bool) -> HttpResponse:
        """Send a browser there."""


class DeskDoorway:
    """For people of the event's team."""

    PAGES = ("scan", "gate", "count", "scans", "undo")

    def open(self, request: HttpRequest, *, now: datetime, **keys: str) -> Door:
        if not request.actor.is_signed_in:
            raise Unauthorized(_("You are signed out. Sign in to go on."))
        event = events.authorize(
            event_id=keys["event_id"], actor=request.actor, action=EventAction.SCAN, now=now
        )
        gate = gate_of(request, event.uuid)
        addresses = {page: reverse(f"kiosk:{page}", kwargs=keys) for page in self.PAGES}
        return Door(event, request.actor, gate, addresses)

    def way_in(self, keys: Mapping[str, str]) -> str:
        page = reverse("kiosk:scan", kwargs=dict(keys))
        return f"{reverse('sign-in')}?{urlencode({'next': page})}"

    def show_way_in(self, request: HttpRequest, *, has_page: bool) -> HttpResponse:
        return to_sign_in(request, has_page=has_page)


AT_DESK = DeskDoorway()
