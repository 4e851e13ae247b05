"""What the door says for each result of a scan: colour, icon, word, and why.

The colour says what to do: green let in, amber stop and look, red send to the help desk,
slate right ticket at the wrong time. A ticket of another event never tells which one.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from backend.checkin.kinds import ScanResult
from backend.checkin.services import ScanOutcome
from backend.events.details import admission_closes_at, admission_opens_at
from backend.events.models import Event
from backend.events.questions import questions_of
from backend.events.states import EventStatus
from backend.registrations import queries as registrations
from backend.registrations.models import Registration
from portal.common.event_times import local_text
from portal.kiosk.doors import Door

R = ScanResult


@dataclass(frozen=True, slots=True)
class Look:
    """``look`` names the colour: ok, warn, bad, or empty for slate."""

    look: str
    icon: str
    word: str | Promise


LOOKS = {
    R.ADMITTED: Look("ok", "circle-check", gettext_lazy("Admitted")),
    R.ALREADY_IN: Look("warn", "history", gettext_lazy("Already in")),
    R.WAITLISTED: Look("warn", "hourglass", gettext_lazy("Waiting list")),
    R.CANCELED: Look("bad", "ban", gettext_lazy("Canceled")),
    R.WRONG_EVENT: Look("bad", "arrows-exchange", gettext_lazy("Wrong event")),
    R.INVALID: Look("bad", "alert-octagon", gettext_lazy("Invalid")),
    R.REVOKED: Look("bad", "ticket-off", gettext_lazy("Revoked")),
    R.NOT_YET: Look("", "clock", gettext_lazy("Not yet")),
    R.OVER: Look("", "calendar-off", gettext_lazy("Over")),
    R.LEFT: Look("ok", "logout", gettext_lazy("Left")),
    R.NOT_IN: Look("warn", "login", gettext_lazy("Not in")),
    R.NO_REENTRY: Look("bad", "lock", gettext_lazy("No re-entry")),
}


def answer_of(outcome: ScanOutcome, door: Door, *, gate: str, now: datetime) -> dict[str, Any]:
    """The answer as the page and its scripts take it; all values are plain texts or lists of them.

    ``guest`` is set where the scan can be undone, ``admit`` names whom a tap lets in: the guests a
    typed code fits. ``alert`` is what the crew wrote, ``urgent`` that it must be read before the
    guest goes on. ``time`` is the scan's, in the event's zone.
    """
    look = LOOKS[outcome.result]
    name, why = _sentences(outcome, door.event, gate=gate, now=now)
    admitted = outcome.result is R.ADMITTED and outcome.registration is not None
    return {
        "scan_id": outcome.scan_id,
        "result": outcome.result.value,
        "look": look.look,
        "icon": look.icon,
        "word": str(look.word),
        "name": name,
        "who": _who(outcome),
        "why": why,
        "guest": outcome.registration.guest if admitted and outcome.registration else "",
        "admit": [{"guest": one.guest, "name": one.name or ""} for one in outcome.candidates],
        "facts": [],
        "time": f"{now.astimezone(ZoneInfo(door.event.time_zone)):%H:%M:%S}",
        **alert_of(outcome.registration, door),
    }


def looked_up(outcome: ScanOutcome, door: Door, *, now: datetime) -> dict[str, Any]:
    """The same for a ticket that was only looked up: slate whatever it says, as nobody moved.

    ``admit`` names the guest who may come in, ``facts`` are label and value of what they answered.
    """
    answer = answer_of(outcome, door, gate="", now=now)
    found = outcome.registration
    if outcome.result is R.ADMITTED and found is not None:
        why = _("Has a place and may come in.")
        admit = [{"guest": found.guest, "name": found.name or ""}]
    else:
        why = f"{answer['word']}. {answer['why']}"
        admit = answer["admit"]
    return answer | {
        "result": "LOOKED_UP",
        "look": "",
        "icon": "eye",
        "word": _("Looked up"),
        "why": why,
        "guest": "",
        "admit": admit,
        "facts": _facts(found, door),
    }


def alert_of(found: Registration | None, door: Door) -> dict[str, Any]:
    """``alert`` and ``urgent``: the note as this door may know it. Anybody may stand at a kiosk."""
    if found is None:
        return {"alert": "", "urgent": False}
    note = "" if door.kiosk else str(found.note or "")
    unseen = _("Needs attention: ask the help desk.") if found.attention else ""
    return {"alert": note or unseen, "urgent": bool(found.attention)}


def _facts(found: Registration | None, door: Door) -> list[list[str]]:
    """What the guest answered, for the team's own eyes."""
    if found is None or door.kiosk:
        return []
    answers = found.answers or {}
    return [
        [question.label, _shown(answers[question.id])]
        for question in questions_of(door.event)
        if question.id in answers
    ]


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    return str(value)


def _who(outcome: ScanOutcome) -> str:
    """Who the scan was about, for the list of the last ones."""
    if outcome.registration is not None and outcome.registration.name:
        return str(outcome.registration.name)
    return _("Unknown code") if outcome.result is R.INVALID else _("Ticket")


def _sentences(outcome: ScanOutcome, event: Event, *, gate: str, now: datetime) -> tuple[str, str]:
    """The large line, a name as a rule, and the one that says why and what to do."""
    name = str(outcome.registration.name or "") if outcome.registration else ""
    match outcome.result:
        case R.ADMITTED:
            return name, outcome.gate or gate
        case R.ALREADY_IN:
            return name, _already_in(outcome, event, now=now)
        case R.WAITLISTED:
            return name, _waiting(outcome.registration, now=now)
        case R.CANCELED:
            return _canceled(name, event)
        case R.WRONG_EVENT:
            return _("This ticket is for another event."), _(
                "The guest may hold a second ticket. Ask for it before sending them to the "
                "help desk."
            )
        case R.REVOKED:
            return name or _("This ticket was replaced."), _(
                "The guest was sent a newer ticket. Ask for that one."
            )
        case R.NOT_YET:
            opens = local_text(admission_opens_at(event), event.time_zone, "long")
            return name or event.title, _("Admission starts on %(when)s.") % {"when": opens}
        case R.OVER:
            ended = local_text(admission_closes_at(event), event.time_zone, "long")
            return name or event.title, _("Admission ended on %(when)s.") % {"when": ended}
        case R.LEFT | R.NOT_IN | R.NO_REENTRY:
            return name, _at_the_exit(outcome, gate=gate)
        case _:
            return _invalid(outcome)


def _waiting(found: Registration | None, *, now: datetime) -> str:
    advice = _("The help desk decides.")
    if found is None or found.waiting_since is None:
        return f"{_('No seat yet.')} {advice}"
    place = registrations.waiting_position(found, now=now)
    return f"{_('No seat yet, number %(place)s in line.') % {'place': place}} {advice}"


def _at_the_exit(outcome: ScanOutcome, *, gate: str) -> str:
    if outcome.result is R.NOT_IN:
        return _("This guest is not inside by our record. Let them go: nothing was changed.")
    if outcome.result is R.NO_REENTRY:
        return _("The guest left, and this event lets nobody in twice. The help desk decides.")
    return outcome.gate or gate


def _already_in(outcome: ScanOutcome, event: Event, *, now: datetime) -> str:
    advice = _("If this is a different person, send them to the help desk.")
    if outcome.at is None:
        return advice
    zone = ZoneInfo(event.time_zone)
    same_day = outcome.at.astimezone(zone).date() == now.astimezone(zone).date()
    facts = {
        "when": local_text(outcome.at, event.time_zone, "time" if same_day else "full"),
        "gate": outcome.gate,
    }
    since = _("Since %(when)s, %(gate)s.") if outcome.gate else _("Since %(when)s.")
    return f"{since % facts} {advice}"


def _canceled(name: str, event: Event) -> tuple[str, str]:
    if event.status is EventStatus.CANCELED:
        return _("This event is canceled."), _("Nobody is admitted. The help desk knows more.")
    return name, _("This registration was canceled. Send the guest to the help desk.")


def _invalid(outcome: ScanOutcome) -> tuple[str, str]:
    if outcome.candidates:
        names = " · ".join(str(one.name or "") for one in outcome.candidates)
        return names, _("This code fits more than one guest. Ask for the name and tap it.")
    return _("Not a ticket, or damaged."), _(
        "Check the eight characters under the QR code and type them, or find the guest by name."
    )
