"""The devices at an event's door: which there are, pairing one, changing it, ending it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.contrib import messages
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.views import View
from django.views.generic import TemplateView

from backend.events.policies import EventAction
from backend.kiosks import queries, services
from backend.kiosks.errors import KioskChanged
from backend.kiosks.models import Kiosk
from backend.kiosks.policies import MOST_KEPT
from backend.kiosks.services import PairingOffer
from backend.kiosks.states import KioskStatus
from backend.registrations.tickets import qr_svg
from portal.common.event_times import ago_text, local_text
from portal.common.forms import ServiceFormView
from portal.organiser.differences import differences
from portal.organiser.forms.kiosks import KioskForm, initial_of, settings_of
from portal.organiser.pages import EventPageMixin

S = KioskStatus
SILENT_AFTER = timedelta(minutes=3)
"""Devices report about every minute; one that missed two is worth a look."""
OFFERS = "pairing"


@dataclass(frozen=True, slots=True)
class Line:
    """A device as the list shows it; ``state`` is online, silent, waiting, expired or revoked."""

    kiosk: Kiosk
    state: str
    seen: str


class _KioskMixin(EventPageMixin):
    action = EventAction.MANAGE_KIOSKS
    section = "kiosks"

    def kiosk(self) -> Kiosk:
        return queries.fetch_kiosk(
            event_id=self.event.uuid,
            kiosk_id=self.kwargs["kiosk"],
            actor=self.request.actor,
            now=self.now,
        )


class KiosksView(_KioskMixin, TemplateView):
    """The list; htmx asks for its rows alone, again and again."""

    def get_template_names(self) -> list[str]:
        return [f"organiser/kiosks/{'list' if self.request.htmx else 'page'}.html"]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        found = queries.list_for_event(
            event_id=self.event.uuid, actor=self.request.actor, limit=MOST_KEPT, now=self.now
        ).items
        lines = [line_of(kiosk, now=self.now) for kiosk in sorted(found, key=_by_name)]
        return {
            **super().get_context_data(**kwargs),
            "lines": [line for line in lines if line.state != "revoked"],
            "revoked": [line for line in lines if line.state == "revoked"],
            "as_of": local_text(self.now, self.event.time_zone, "time"),
        }


class PairKioskView(_KioskMixin, ServiceFormView):
    """A new device: its name, gate and mode, then the code that makes it one."""

    form_class = KioskForm
    template_name = "organiser/kiosks/form.html"

    def act(self, data: dict[str, Any]) -> HttpResponse:
        offer = services.pair_kiosk(
            event_id=self.event.uuid,
            settings=settings_of(data),
            actor=self.request.actor,
            now=self.now,
        )
        return _show_code(self.request, offer)


class ChangeKioskView(_KioskMixin, ServiceFormView):
    """Another name, gate, mode, PIN or speed; the device follows within half a minute.

    Over what somebody else saved meanwhile one sees both, and keeps what was typed.
    """

    form_class = KioskForm
    template_name = "organiser/kiosks/form.html"

    def get_initial(self) -> dict[str, Any]:
        return initial_of(self.kiosk())

    def get_form_kwargs(self) -> dict[str, Any]:
        has_pin = self.kiosk().pin_hash is not None
        return {**super().get_form_kwargs(), "has_pin": has_pin}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        line = line_of(self.kiosk(), now=self.now)
        return super().get_context_data(**kwargs) | {"line": line, "kiosk": line.kiosk}

    def act(self, data: dict[str, Any]) -> HttpResponse:
        try:
            kiosk = services.change_kiosk(
                event_id=self.event.uuid,
                kiosk_id=self.kwargs["kiosk"],
                settings=settings_of(data),
                version=data["version"] or 0,
                actor=self.request.actor,
                now=self.now,
            )
        except KioskChanged as refusal:
            stored = refusal.details.get("stored")
            if not isinstance(stored, Kiosk):
                raise
            return self.overtaken(self.get_form(), refusal, stored)
        words = _("Saved. %(name)s follows within half a minute.") % {"name": kiosk.name}
        messages.success(self.request, words)
        return redirect("organiser:kiosks", event_id=self.event.uuid)

    def overtaken(self, form: BaseForm, refusal: KioskChanged, stored: Kiosk) -> HttpResponse:
        self.request.outcome = refusal.code
        form.is_valid()
        # Nobody knows the PIN that is stored; one that was typed stays in its field.
        names = form.fields.keys() - {"version", "pin"}
        found = differences(form, initial_of(stored), names)
        form.data = form.data.copy()
        form.data["version"] = str(stored.version)
        context = self.get_context_data(form=form, differences=found, stale=True)
        return self.render_to_response(context, status=409)


class PairingCodeView(_KioskMixin, TemplateView):
    """The code in large type and as QR, until the device has shown it; a post makes another.

    The code is known to this session only: the table keeps a hash of it.
    """

    def get_template_names(self) -> list[str]:
        return [f"organiser/kiosks/{'code' if self.request.htmx else 'pair'}.html"]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        kiosk = self.kiosk()
        offer = self.request.session.get(OFFERS, {})
        current = offer.get("kiosk") == kiosk.kiosk_id and offer.get("hash") == kiosk.pairing_hash
        waits = kiosk.status is S.PAIRING and current and kiosk.pairing_until > self.now
        known = {"kiosk": kiosk, "is_paired": kiosk.is_active, "waits": waits}
        if waits:
            known |= {
                "code": offer["code"],
                "address": offer["url"].partition("?")[0],
                "qr": mark_safe(qr_svg(offer["url"])),  # noqa: S308 - drawn by us from our address
                "until": kiosk.pairing_until,
            }
        return super().get_context_data(**kwargs) | known

    def post(self, request: HttpRequest, event_id: str, kiosk: str) -> HttpResponse:
        offer = services.pair_again(
            event_id=event_id, kiosk_id=kiosk, actor=request.actor, now=self.now
        )
        return _show_code(request, offer)


class RevokeKioskView(_KioskMixin, View):
    http_method_names = ("post",)

    def post(self, request: HttpRequest, event_id: str, kiosk: str) -> HttpResponse:
        ended = services.revoke(
            event_id=event_id, kiosk_id=kiosk, actor=request.actor, now=self.now
        )
        words = _("%(name)s is revoked. It admits nobody from now on.") % {"name": ended.name}
        messages.success(request, words)
        return redirect("organiser:kiosks", event_id=event_id)


def line_of(kiosk: Kiosk, *, now: datetime) -> Line:
    """What to say about a device."""
    seen = ago_text(kiosk.last_seen_at, now=now) if kiosk.last_seen_at else ""
    return Line(kiosk, _state_of(kiosk, now=now), seen)


def _state_of(kiosk: Kiosk, *, now: datetime) -> str:
    if kiosk.status is S.REVOKED:
        return "revoked"
    if kiosk.status is S.PAIRING:
        return "waiting" if kiosk.pairing_until and kiosk.pairing_until > now else "expired"
    heard = kiosk.last_seen_at or kiosk.paired_at
    return "online" if heard and now - heard <= SILENT_AFTER else "silent"


def _by_name(kiosk: Kiosk) -> tuple[str, str]:
    return kiosk.name.casefold(), kiosk.kiosk_id


def _show_code(request: HttpRequest, offer: PairingOffer) -> HttpResponse:
    kiosk = offer.kiosk
    request.session[OFFERS] = {
        "kiosk": kiosk.kiosk_id,
        "hash": kiosk.pairing_hash,
        "code": offer.code,
        "url": offer.url,
    }
    return redirect("organiser:kiosk-pair", event_id=kiosk.event_id, kiosk=kiosk.kiosk_id)
