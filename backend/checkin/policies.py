"""What a scan must say, when the door is open, what a refused ticket is called, and how long an
admission can be undone. Pure.
"""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from backend.checkin.errors import CrewOnly
from backend.checkin.kinds import SCAN_ID, ScanResult
from backend.events.details import admission_closes_at, admission_opens_at
from backend.events.models import Event
from backend.events.states import EventStatus
from backend.registrations.models import Registration
from backend.registrations.states import Admission, RegistrationStatus
from backend.shared.actor import Actor, ActorKind
from backend.shared.errors import BadInput
from backend.team.roles import Role

UNDO_MINUTES = 15
UNDO_WITHIN = timedelta(minutes=UNDO_MINUTES)
LONGEST_GATE = 60


def require_crew(actor: Actor) -> None:
    """Refuse (``CrewOnly``) all that a self-service kiosk may not: guests stand there alone.

    What is left to it is to admit by a ticket.
    """
    if actor.self_service:
        raise CrewOnly("Guests use this kiosk themselves. Ask the crew.")


def check_scan(*, scan_id: str, gate: str) -> None:
    """Refuse (``BadInput``) a scan id or a gate that cannot be stored or shown."""
    fields = {}
    if not re.fullmatch(SCAN_ID, scan_id):
        fields["scan_id"] = "A scan id has 1 to 64 letters, digits, dashes and underscores."
    if rule := rule_broken_by_gate(gate):
        fields["gate"] = rule
    if fields:
        raise BadInput(fields)


def rule_broken_by_gate(gate: str) -> str | None:
    """The rule that a gate's name breaks, if any."""
    if len(gate) <= LONGEST_GATE and gate.isprintable():
        return None
    return f"A gate's name is one line of at most {LONGEST_GATE} characters."


def refusal_of_door(event: Event, *, now: datetime) -> ScanResult | None:
    """Why nobody is admitted now, or ``None`` while the door is open.

    It is open during the event's admission window; an archived event, which may have been
    canceled long before its end, admits nobody.
    """
    if event.status is EventStatus.CANCELED:
        return ScanResult.CANCELED
    if event.status is EventStatus.ARCHIVED:
        return ScanResult.OVER
    if now < admission_opens_at(event):
        return ScanResult.NOT_YET
    if now >= admission_closes_at(event):
        return ScanResult.OVER
    return None


def result_of_refusal(
    stored: Registration | None, ticket_no: str | None, *, reentry: bool = False
) -> ScanResult:
    """Why the registration as it is ``stored`` did not let this ticket in.

    Without ``ticket_no`` no ticket was shown: the guest was picked from the list.
    """
    if refusal := _refusal_of_place(stored, ticket_no):
        return refusal
    is_out = stored is not None and stored.admission is Admission.OUT
    return ScanResult.NO_REENTRY if is_out and not reentry else ScanResult.ALREADY_IN


def result_of_refused_exit(stored: Registration | None, ticket_no: str | None) -> ScanResult:
    """Why the registration as it is ``stored`` did not let this ticket out."""
    return _refusal_of_place(stored, ticket_no) or ScanResult.NOT_IN


def result_now(
    event: Event, stored: Registration | None, ticket_no: str | None, *, now: datetime
) -> ScanResult:
    """What a scan would answer now; ``ADMITTED`` means that the guest may come in."""
    if closed := refusal_of_door(event, now=now):
        return closed
    if refusal := _refusal_of_place(stored, ticket_no):
        return refusal
    may_come = {Admission.EXPECTED, Admission.OUT} if event.reentry else {Admission.EXPECTED}
    if stored is not None and stored.admission in may_come:
        return ScanResult.ADMITTED
    return result_of_refusal(stored, ticket_no, reentry=bool(event.reentry))


def _refusal_of_place(stored: Registration | None, ticket_no: str | None) -> ScanResult | None:
    if stored is None:
        return ScanResult.INVALID
    if stored.status is RegistrationStatus.TOMBSTONE:
        # One with a ticket was left by a change of address, which gave another ticket.
        return ScanResult.REVOKED if stored.ticket_no else ScanResult.INVALID
    if ticket_no is not None and stored.ticket_no != ticket_no:
        return ScanResult.REVOKED
    if stored.status is RegistrationStatus.CANCELED:
        return ScanResult.CANCELED
    if stored.status is RegistrationStatus.WAITLISTED:
        return ScanResult.WAITLISTED
    return None


@dataclass(frozen=True, slots=True)
class UndoLimit:
    """Which admissions may be undone: those since a moment, and with ``own_only`` own ones."""

    since: datetime | None
    own_only: bool


def undo_limit(actor: Actor, role: Role | None, *, now: datetime) -> UndoLimit:
    """A mistake is seen at once, so the door undoes for a quarter of an hour, a device only what
    it did itself; organisers undo at any time.
    """
    if actor.kind is ActorKind.KIOSK:
        return UndoLimit(now - UNDO_WITHIN, own_only=True)
    if role is Role.DESK and not actor.is_administrator:
        return UndoLimit(now - UNDO_WITHIN, own_only=False)
    return UndoLimit(None, own_only=False)
