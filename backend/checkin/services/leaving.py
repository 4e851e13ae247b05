"""Letting guests out who may come in again."""

from datetime import datetime

from backend.checkin.errors import ReentryNotAllowed
from backend.checkin.kinds import ScanKind, ScanResult
from backend.checkin.policies import require_crew, result_of_refused_exit
from backend.checkin.services.scanning import (
    ScanOutcome,
    begin,
    find_first,
    find_place,
    refuse,
    result_of,
)
from backend.registrations.models import Registration
from backend.shared.actor import Actor
from backend.shared.db import StaleWrite
from backend.shared.outcomes import counts

R = ScanResult


@counts("Exit", result_of)
def leave(
    *,
    event_id: str,
    ticket: str,
    scan_id: str,
    gate: str,
    actor: Actor,
    now: datetime,
    resent: bool = False,
) -> ScanOutcome:
    """Let the holder of a ticket out (``LEFT``), or say why not (``NOT_IN`` and the usual ones).

    One call, like ``admit``, with the same ids and the same way to repeat a scan; also after the
    door closed. The guest stays counted as having come.

    Refuses like ``admit``, with ``ReentryNotAllowed`` where nobody comes in twice, and a
    self-service kiosk (``CrewOnly``).
    """
    attempt = begin(
        kind=ScanKind.EXIT,
        event_id=event_id,
        subject=ticket,
        scan_id=scan_id,
        gate=gate,
        actor=actor,
        now=now,
    )
    require_crew(actor)
    if not attempt.event.reentry:
        raise ReentryNotAllowed("Guests of this event do not come in again after leaving.")
    found = find_place(attempt.event, ticket)
    if resent and (first := find_first(attempt, found)):
        return first
    if isinstance(found, ScanResult):
        return refuse(attempt, found, found=found)
    if isinstance(found, tuple):
        return refuse(attempt, R.INVALID, found=found)
    try:
        left = Registration.leave(
            found.shard, found.guest, passage=attempt.passage, ticket_no=found.ticket_no
        )
    except StaleWrite as refusal:
        stored: Registration | None = refusal.old
        if stored is None or stored.left_scan != scan_id:
            result = result_of_refused_exit(stored, found.ticket_no)
            return refuse(attempt, result, stored, found=found)
        left = stored
    return ScanOutcome(R.LEFT, left, left.left_at, left.left_gate or "", scan_id)
