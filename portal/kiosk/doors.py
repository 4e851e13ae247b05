"""Where somebody scans: at the desk, signed in, or at a paired kiosk. One set of pages serves both."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import ClassVar, Protocol
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from backend.events import queries as events
from backend.events.models import Event
from backend.events.policies import EventAction
from backend.kiosks import services as kiosks
from backend.kiosks.errors import NotPaired
from backend.kiosks.models import Kiosk
from backend.shared.actor import Actor
from backend.shared.errors import Forbidden, Unauthorized
from portal.common.access import to_sign_in
from portal.kiosk.gates import gate_of


class Hands(StrEnum):
    """Who holds a device now."""

    CREW = "CREW"
    GUESTS = "GUESTS"


class OtherHands(Forbidden):
    """The device is in other hands than this page is for; its detail ``home`` is the right one."""

    code = "other_hands"


@dataclass(frozen=True, slots=True)
class Door:
    """One event's door as one actor stands at it; ``addresses`` are those of its pages.

    ``kiosk`` is the paired device, ``None`` at a desk, where a person chooses the gate.
    """

    event: Event
    actor: Actor
    gate: str
    addresses: Mapping[str, str]
    kiosk: Kiosk | None = None

    @property
    def standing(self) -> str:
        """Who keeps scans in a browser: another person's are not shown, nor another device's."""
        return self.actor.user_id or self.actor.device

    @property
    def is_guests(self) -> bool:
        """Whether guests hold the device now: in self-service, unless the crew unlocked it."""
        return self.actor.self_service

    @property
    def home(self) -> str:
        """The page of whoever holds the device now."""
        return self.addresses["self" if self.is_guests else "scan"]

    @property
    def start(self) -> str:
        """The page that the device is there for."""
        is_alone = self.kiosk is not None and self.kiosk.is_self_service
        return self.addresses["self" if is_alone else "scan"]


class Doorway(Protocol):
    """How one comes to stand at a door, and where those are sent who may not."""

    def open(self, request: HttpRequest, *, now: datetime, **keys: str) -> Door:
        """The door; refuses with ``Unauthorized`` or as ``events.authorize`` does."""

    def way_in(self, keys: Mapping[str, str], refusal: Unauthorized) -> str:
        """The address of the page that lets one in."""

    def show_way_in(
        self, request: HttpRequest, refusal: Unauthorized, *, has_page: bool
    ) -> HttpResponse:
        """Send a browser there."""


class DeskDoorway:
    """For people of the event's team."""

    PAGES = ("scan", "find", "gate", "count", "scans", "look_up", "undo")

    def open(self, request: HttpRequest, *, now: datetime, **keys: str) -> Door:
        if not request.actor.is_signed_in:
            raise Unauthorized(_("You are signed out. Sign in to go on."))
        event = _event_of(request.actor, keys["event_id"], now=now)
        gate = gate_of(request, event.uuid)
        addresses = {page: reverse(f"kiosk:{_named(page)}", kwargs=keys) for page in self.PAGES}
        return Door(event, request.actor, gate, addresses)

    def way_in(self, keys: Mapping[str, str], refusal: Unauthorized) -> str:
        page = reverse("kiosk:scan", kwargs=dict(keys))
        return f"{reverse('sign-in')}?{urlencode({'next': page})}"

    def show_way_in(
        self, request: HttpRequest, refusal: Unauthorized, *, has_page: bool
    ) -> HttpResponse:
        return to_sign_in(request, has_page=has_page)


@dataclass(frozen=True, slots=True)
class KioskDoorway:
    """For a paired device: who acts is in its own cookie, whoever is signed in beside it.

    ``hands`` says whose page it is, ``None`` either's; the others are sent to theirs (``OtherHands``).
    ``fresh`` asks the table each time, so that a device hears at once that it was revoked; so does
    every page that is opened, or two processes could send a browser to and fro.
    """

    fresh: bool = False
    hands: Hands | None = Hands.CREW

    PAGES: ClassVar = (
        "pair",
        "setup",
        "self",
        "self_scans",
        "unlock",
        "scan",
        "find",
        "status",
        "leave",
        "beat",
        "scans",
        "look_up",
        "undo",
    )

    def open(self, request: HttpRequest, *, now: datetime, **keys: str) -> Door:
        credential = request.COOKIES.get(settings.KIOSK_COOKIE_NAME, "")
        if not credential:
            raise NotPaired(_("This device is not paired. Ask the organisers for a code."))
        fresh = self.fresh or request.method == "GET"
        door = self._stand(request, credential, now=now, fresh=fresh)
        if not fresh and not self._is_for(door):
            # Nobody is turned away by what another process changed since.
            door = self._stand(request, credential, now=now, fresh=True)
        if not self._is_for(door):
            raise OtherHands(_("Somebody else holds this device now."), home=door.home)
        return door

    def _stand(self, request: HttpRequest, credential: str, *, now: datetime, fresh: bool) -> Door:
        kiosk = kiosks.authenticate(credential=credential, now=now, fresh=fresh)
        proof = request.COOKIES.get(settings.KIOSK_UNLOCK_COOKIE_NAME, "")
        unlocked = self.hands is not Hands.GUESTS and kiosks.is_unlocked(
            kiosk=kiosk, proof=proof, now=now
        )
        request.actor = kiosks.actor_of(kiosk, unlocked=unlocked)
        event = _event_of(request.actor, kiosk.event_id, now=now)
        addresses = {page: reverse(f"kiosk:device-{_named(page)}") for page in self.PAGES}
        return Door(event, request.actor, kiosk.gate, addresses, kiosk)

    def _is_for(self, door: Door) -> bool:
        return self.hands is None or (self.hands is Hands.GUESTS) is door.is_guests

    def way_in(self, keys: Mapping[str, str], refusal: Unauthorized) -> str:
        return f"{reverse('kiosk:device-pair')}?{urlencode({'why': refusal.code})}"

    def show_way_in(
        self, request: HttpRequest, refusal: Unauthorized, *, has_page: bool
    ) -> HttpResponse:
        return redirect(self.way_in({}, refusal))


AT_DESK = DeskDoorway()
AT_KIOSK = KioskDoorway()
AT_SELF_SERVICE = KioskDoorway(hands=Hands.GUESTS)
HEARD_AT_KIOSK = KioskDoorway(fresh=True, hands=None)


def _event_of(actor: Actor, event_id: str, *, now: datetime) -> Event:
    return events.authorize(event_id=event_id, actor=actor, action=EventAction.SCAN, now=now)


def _named(page: str) -> str:
    """A page's part of its pattern's name; templates know it by an attribute."""
    return page.replace("_", "-")
