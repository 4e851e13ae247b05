"""What a kiosk says to the guest who stands there alone.

Somebody else may look on, or hold the ticket. So a refusal gives no reason that only the guest
should know, and names nobody: it says what to do, which mostly is to see the desk.
"""

from datetime import datetime
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from backend.checkin.kinds import ScanResult
from backend.checkin.services import ScanOutcome
from backend.events.details import admission_closes_at, admission_opens_at
from backend.events.models import Event
from backend.events.states import EventStatus
from portal.common.event_times import local_text
from portal.kiosk.answers import Look
from portal.kiosk.doors import Door

R = ScanResult


class Greeting(StrEnum):
    """What guests are told apart; all that is private is one."""

    WELCOME = "WELCOME"
    ALREADY_IN = "ALREADY_IN"
    SEE_DESK = "SEE_DESK"
    WRONG_EVENT = "WRONG_EVENT"
    INVALID = "INVALID"
    NOT_YET = "NOT_YET"
    OVER = "OVER"
    CALLED_OFF = "CALLED_OFF"


G = Greeting

GREETINGS = {
    G.WELCOME: Look("ok", "circle-check", gettext_lazy("Welcome!")),
    G.ALREADY_IN: Look("warn", "history", gettext_lazy("Already used")),
    G.SEE_DESK: Look("warn", "lifebuoy", gettext_lazy("Please see the desk")),
    G.WRONG_EVENT: Look("bad", "arrows-exchange", gettext_lazy("Another event")),
    G.INVALID: Look("warn", "qrcode", gettext_lazy("Please try again")),
    G.NOT_YET: Look("", "clock", gettext_lazy("Not yet")),
    G.OVER: Look("", "calendar-off", gettext_lazy("Admission is over")),
    G.CALLED_OFF: Look("", "calendar-off", gettext_lazy("Called off")),
}
_PUBLIC = {
    R.ADMITTED: G.WELCOME,
    R.ALREADY_IN: G.ALREADY_IN,
    R.WRONG_EVENT: G.WRONG_EVENT,
    R.INVALID: G.INVALID,
    R.NOT_YET: G.NOT_YET,
    R.OVER: G.OVER,
}


def greeting_of(outcome: ScanOutcome, door: Door, *, now: datetime) -> dict[str, Any]:
    """The answer in the shape of ``answers.answer_of``, as a guest may read it."""
    greeting = _kind_of(outcome.result, door.event)
    look = GREETINGS[greeting]
    guest = outcome.registration if greeting is G.WELCOME else None
    stop = _("Before you go on, please stop at the desk for a moment.")
    return {
        "scan_id": outcome.scan_id,
        "result": greeting.value,
        "look": look.look,
        "icon": look.icon,
        "word": str(look.word),
        "name": (guest.name or "") if guest else "",
        "why": _sentence(greeting, door.event),
        "alert": stop if guest and guest.attention else "",
        "time": f"{now.astimezone(ZoneInfo(door.event.time_zone)):%H:%M:%S}",
    }


def _kind_of(result: ScanResult, event: Event) -> Greeting:
    if result is R.CANCELED and event.status is EventStatus.CANCELED:
        return G.CALLED_OFF
    return _PUBLIC.get(result, G.SEE_DESK)


def _sentence(greeting: Greeting, event: Event) -> str:
    match greeting:
        case G.WELCOME:
            return _("You are checked in. Come on in.")
        case G.ALREADY_IN:
            return _("This ticket was scanned before. Please see the desk, they will help you.")
        case G.WRONG_EVENT:
            return _("This ticket is for another event. If you have a second one, show that one.")
        case G.INVALID:
            return _(
                "We do not know this code. Hold the ticket closer, or type the eight characters "
                "under its QR code. If that does not help, please see the desk."
            )
        case G.NOT_YET:
            opens = local_text(admission_opens_at(event), event.time_zone, "long")
            return _("Admission starts on %(when)s.") % {"when": opens}
        case G.OVER:
            ended = local_text(admission_closes_at(event), event.time_zone, "long")
            return _("It ended on %(when)s.") % {"when": ended}
        case G.CALLED_OFF:
            return _("This event does not take place. The desk knows more.")
        case _:
            return _("They will help you with this ticket.")
