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
from portal.kiosk.answers import answer_of, looked_up
from portal.kiosk.doors import Door
from portal.kiosk.greetings import greeting_of


def scan(
    request: HttpRequest, door: Door, form: Form, *, resent: bool, now: datetime
) -> dict[str, Any]:
    """Let somebody in or out by a ticket, or in by a guest's key; or say why not."""
    said = form.cleaned_data
    gate = door.gate if door.kiosk else said["gate"] or door.gate
    common = {
        "event_id": door.event.uuid,
        "scan_id": said["scan_id"],
        "gate": gate,
        "actor": door.actor,
        "now": now,
        "resent": resent,
    }
    if said["guest"]:
        outcome = checkin.admit_guest(guest=said["guest"], **common)
    elif said["out"]:
        outcome = checkin.leave(ticket=said["ticket"], **common)
    else:
        outcome = checkin.admit(ticket=said["ticket"], **common)
    if outcome.result not in (ScanResult.ADMITTED, ScanResult.LEFT):
        request.outcome = outcome.result.lower()
    if door.is_guests:
        return greeting_of(outcome, door, now=now)
    return answer_of(outcome, door, gate=gate, now=now)


def look_up(door: Door, form: Form, *, now: datetime) -> dict[str, Any]:
    """What a ticket says; nobody is admitted and nothing is kept."""
    outcome = checkin.look_up(
        event_id=door.event.uuid, ticket=form.cleaned_data["ticket"], actor=door.actor, now=now
    )
    return looked_up(outcome, door, now=now)


def undo(door: Door, form: Form, *, now: datetime) -> dict[str, str]:
    """Take an admission back, and say so."""
    registration = checkin.undo(
        event_id=door.event.uuid,
        guest=form.cleaned_data["guest"],
        scan_id=form.cleaned_data["scan_id"],
        actor=door.actor,
        now=now,
    )
    name = registration.name or _("the guest")
    message = _("Undone: %(name)s is expected again.") % {"name": name}
    return {"scan_id": form.cleaned_data["scan_id"], "message": message}


def count_of(door: Door, *, now: datetime) -> dict[str, Any]:
    """How many are inside, and when that was counted."""
    event = door.event
    totals = activity.totals(event_id=event.uuid, shards=event.shards)
    inside = totals.admitted - totals.out
    return {"admitted": inside, "as_of": local_text(now, event.time_zone, "time")}
