"""What a scan must say, when the door is open, and what a refused ticket is called. Pure."""

import re
from datetime import datetime, timedelta

from backend.checkin.kinds import SCAN_ID, ScanResult
from backend.events.models import Event
from backend.events.states import EventStatus
from backend.registrations.models import Registration
from backend.registrations.states import RegistrationStatus
from backend.shared.errors import BadInput

OPENS_BEFORE_START = timedelta(hours=12)
LONGEST_GATE = 60


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

    It opens twelve hours before the event starts and closes when it ends; an archived event,
    which may have been canceled long before its end, admits nobody.
    """
    if event.status is EventStatus.CANCELED:
        return ScanResult.CANCELED
    if event.status is EventStatus.ARCHIVED:
        return ScanResult.OVER
    if now < event.starts_at - OPENS_BEFORE_START:
        return ScanResult.NOT_YET
    if now >= event.ends_at:
        return ScanResult.OVER
    return None


def result_of_refusal(stored: Registration | None, ticket_no: str) -> ScanResult:
    """Why the registration as it is ``stored`` did not let this ticket in."""
    if stored is None or stored.status is RegistrationStatus.TOMBSTONE:
        return ScanResult.INVALID
    if stored.ticket_no != ticket_no:
        return ScanResult.REVOKED
    if stored.status is RegistrationStatus.CANCELED:
        return ScanResult.CANCELED
    if stored.status is RegistrationStatus.WAITLISTED:
        return ScanResult.WAITLISTED
    return ScanResult.ALREADY_IN
