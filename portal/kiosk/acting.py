"""What is done at a door, for its pages with and without scripts."""

from datetime import datetime
from typing import Any

from django.forms import Form
from django.http import HttpRequest
from django.utils.translation import gettext as _

from backend.activity import queries as activity
from backend.checkin import services as checkin
from backend.checkin.kinds import ScanResult
from portal.common.event_times import local_text
from portal.kiosk.answers import answer_of
from portal.kiosk.doors import Door


def scan(
    request: HttpRequest, door: Door, form: Form, *, resent: bool, now: datetime
) -> dict[str, Any]:
    """Admit the holder of a ticket, or say why not, as the page shows it."""
    gate = form.cleaned_data["gate"] or door.gate
    outcome = checkin.admit(
        event_id=door.event.uuid,
        ticket=form.cleaned_data["ticket"],
        scan_id=form.cleaned_data["scan_id"],
        gate=gate,
        actor=door.actor,
        now=now,
        resent=resent,
    )
    if outcome.result is not ScanResult.ADMITTED:
        request.outcome = outcome.result.lower()
    return answer_of(outcome, door.event, gate=gate, now=now)


def undo(door: Door, form: Form, *, now: datetime) -> dict[str, str]:
    """Take an admission back, and say so."""
    registration = checkin.undo(
        event_id=door.event.uuid,
        guest=form.cleaned_data["guest"],
        scan_id=form.cleaned_data["scan_id"],
        actor=door.actor,
        now=now,
    )
    message = _("Undone: %(name)s is expected again.") % {"name": registration.name}
    return {"scan_id": form.cleaned_data["scan_id"], "message": message}


def count_of(door: Door, *, now: datetime) -> dict[str, Any]:
    """How many are in, and when that was counted."""
    event = door.event
    totals = activity.totals(event_id=event.uuid, shards=event.shards)
    return {"admitted": totals.admitted, "as_of": local_text(now, event.time_zone, "time")}
