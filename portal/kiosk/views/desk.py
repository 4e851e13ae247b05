"""The desk of an event: scan tickets by camera, by hand scanner or by typing, and undo.

The page works without scripts, too: its form posts a typed code to the page itself. With
scripts, scans go to ``scans`` as JSON; each carries an id that the device made, so sending
one again repeats its answer and never admits twice.
"""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views import View
from ulid import ULID

from backend.activity import queries as activity
from backend.checkin import services as checkin
from backend.checkin.kinds import ScanResult
from backend.checkin.policies import LONGEST_GATE
from backend.events import queries as events
from backend.events.models import Event
from backend.events.policies import EventAction
from backend.shared.errors import BadInput
from portal.common import kept_form
from portal.common.access import SignInRequiredMixin
from portal.common.event_times import local_text
from portal.common.json_body import posted
from portal.kiosk.answers import LOOKS, answer_of
from portal.kiosk.forms.desk import GateForm, ScanForm, UndoForm
from portal.kiosk.gates import gate_of, keep_gate
from portal.kiosk.views.answering import JsonView

# What the scripts draw: every result, and the states that only the page knows.
ICONS = sorted(
    {look.icon for look in LOOKS.values()} | {"arrow-back-up", "check", "lock", "refresh-alert"}
)


class DeskView(SignInRequiredMixin, View):
    """The page; and what a typed code comes to where scripts do not run."""

    def get(self, request: HttpRequest, event_id: str) -> HttpResponse:
        now = timezone.now()
        event = _event_at_desk(request, event_id, now=now)
        kept = kept_form.take(request)
        return self.page(request, event, ticket=kept.get("ticket", "") if kept else "", now=now)

    def post(self, request: HttpRequest, event_id: str) -> HttpResponse:
        now = timezone.now()
        event = _event_at_desk(request, event_id, now=now)
        form = ScanForm(request.POST)
        if not form.is_valid():
            error = next(iter(form.errors.values()))[0]
            return self.page(request, event, error=error, now=now, status=400)
        if form.cleaned_data["gate"]:
            keep_gate(request, event_id, form.cleaned_data["gate"])
        # A page that was reloaded sends the same scan again: the stored answer, if there is one.
        answer = _admit(request, event, form, resent=True, now=now)
        return render(request, "kiosk/desk/answer.html", {"event": event, "answer": answer})

    def page(
        self,
        request: HttpRequest,
        event: Event,
        *,
        ticket: str = "",
        error: str = "",
        now: datetime,
        status: int = 200,
    ) -> HttpResponse:
        context = {
            "event": event,
            "gate": gate_of(request, event.uuid),
            "gate_length": LONGEST_GATE,
            "ticket": ticket,
            "error": error,
            "scan_id": str(ULID()),
            "icons": ICONS,
            **_count(event, now=now),
        }
        return render(request, "kiosk/desk/scan.html", context, status=status)


class ScansView(JsonView):
    def post(self, request: HttpRequest, event_id: str) -> JsonResponse:
        now = timezone.now()
        event = _event_at_desk(request, event_id, now=now)
        form = _checked(ScanForm(posted(request)))
        return JsonResponse(
            _admit(request, event, form, resent=form.cleaned_data["resent"], now=now)
        )


class UndoView(JsonView):
    """Takes an admission back; a plain form is sent back to the page with a message."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.content_type == "application/json":
            return super().dispatch(request, *args, **kwargs)
        return _PlainUndoView.as_view()(request, *args, **kwargs)

    def post(self, request: HttpRequest, event_id: str) -> JsonResponse:
        return JsonResponse(_undo(request, event_id, _checked(UndoForm(posted(request)))))


class _PlainUndoView(SignInRequiredMixin, View):
    http_method_names = ("post",)

    def post(self, request: HttpRequest, event_id: str) -> HttpResponse:
        undone = _undo(request, event_id, _checked(UndoForm(request.POST)))
        messages.success(request, undone["message"])
        return redirect("kiosk:scan", event_id=event_id)


class GateView(JsonView):
    """Keeps where this desk stands; it is part of every scan from here."""

    def post(self, request: HttpRequest, event_id: str) -> JsonResponse:
        _event_at_desk(request, event_id, now=timezone.now())
        gate = _checked(GateForm(posted(request))).cleaned_data["gate"]
        keep_gate(request, event_id, gate)
        return JsonResponse({"gate": gate})


class CountView(JsonView):
    """How many are in, for the page to ask now and then."""

    def get(self, request: HttpRequest, event_id: str) -> JsonResponse:
        now = timezone.now()
        return JsonResponse(_count(_event_at_desk(request, event_id, now=now), now=now))


def _event_at_desk(request: HttpRequest, event_id: str, *, now: datetime) -> Event:
    return events.authorize(
        event_id=event_id, actor=request.actor, action=EventAction.SCAN, now=now
    )


def _checked(form: Form) -> Form:
    if not form.is_valid():
        raise BadInput({name: rules[0] for name, rules in form.errors.items()})
    return form


def _admit(
    request: HttpRequest, event: Event, form: Form, *, resent: bool, now: datetime
) -> dict[str, Any]:
    gate = form.cleaned_data["gate"] or gate_of(request, event.uuid)
    outcome = checkin.admit(
        event_id=event.uuid,
        ticket=form.cleaned_data["ticket"],
        scan_id=form.cleaned_data["scan_id"],
        gate=gate,
        actor=request.actor,
        now=now,
        resent=resent,
    )
    if outcome.result is not ScanResult.ADMITTED:
        request.outcome = outcome.result.lower()
    return answer_of(outcome, event, gate=gate, now=now)


def _undo(request: HttpRequest, event_id: str, form: Form) -> dict[str, str]:
    registration = checkin.undo(
        event_id=event_id,
        guest=form.cleaned_data["guest"],
        scan_id=form.cleaned_data["scan_id"],
        actor=request.actor,
        now=timezone.now(),
    )
    message = _("Undone: %(name)s is expected again.") % {"name": registration.name}
    return {"scan_id": form.cleaned_data["scan_id"], "message": message}


def _count(event: Event, *, now: datetime) -> dict[str, Any]:
    totals = activity.totals(event_id=event.uuid, shards=event.shards)
    return {"admitted": totals.admitted, "as_of": local_text(now, event.time_zone, "time")}
