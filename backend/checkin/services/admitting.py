"""Letting guests in, and saying beforehand whether a ticket would."""

from datetime import datetime

from backend.checkin.kinds import ScanKind, ScanResult
from backend.checkin.policies import (
    refusal_of_door,
    require_crew,
    result_now,
    result_of_refusal,
)
from backend.checkin.services.scanning import (
    Attempt,
    Found,
    Place,
    ScanOutcome,
    begin,
    find_first,
    find_place,
    known,
    place_of_guest,
    refuse,
    result_of,
    told_to,
)
from backend.events import queries as events
from backend.events.policies import EventAction
from backend.registrations.models import Registration
from backend.registrations.states import Admission
from backend.shared.actor import Actor
from backend.shared.db import StaleWrite
from backend.shared.outcomes import counts

R = ScanResult


@counts("Admission", result_of)
def admit(
    *,
    event_id: str,
    ticket: str,
    scan_id: str,
    gate: str,
    actor: Actor,
    now: datetime,
    resent: bool = False,
) -> ScanOutcome:
    """Admit the holder of a ticket, or say why not.

    ``ticket`` is the text of the QR code or the eight characters somebody typed. ``scan_id`` is
    the device's own and unique; ULIDs, so that scans list in the order of time. An admission is
    one DynamoDB call (settings and role are cached up to 30 s), a typed code one more; its scan
    record is written by the stream. Every other answer writes its scan record here.

    A scan id that comes again gets its first answer. ``resent`` says that it may be one: then
    what is stored is read first, so that also a refusal is repeated whatever changed since.

    A self-service kiosk is told as much as its guests may know (``told_to``). Refuses like
    ``authorize`` who may not scan at this event, with ``BadInput`` (scan_id, gate), and with
    ``ScanIdReused``.
    """
    attempt = begin(
        kind=ScanKind.ENTRY,
        event_id=event_id,
        subject=ticket,
        scan_id=scan_id,
        gate=gate,
        actor=actor,
        now=now,
    )
    return told_to(actor, _admit(attempt, find_place(attempt.event, ticket), resent=resent))


@counts("Admission", result_of)
def admit_guest(
    *,
    event_id: str,
    guest: str,
    scan_id: str,
    gate: str,
    actor: Actor,
    now: datetime,
    resent: bool = False,
) -> ScanOutcome:
    """Admit somebody who was found by name, or picked from those whom a typed code fits.

    ``guest`` is the guest key. Otherwise like ``admit``: the same answers, costs and refusals,
    and ``CrewOnly`` to a self-service kiosk.
    """
    attempt = begin(
        kind=ScanKind.ENTRY,
        event_id=event_id,
        subject=f"guest\n{guest}",
        scan_id=scan_id,
        gate=gate,
        actor=actor,
        now=now,
    )
    require_crew(actor)
    return _admit(attempt, place_of_guest(attempt.event, guest), resent=resent)


def look_up(*, event_id: str, ticket: str, actor: Actor, now: datetime) -> ScanOutcome:
    """What a scan of this ticket would answer now, without admitting and without a record.

    One read. ``ADMITTED`` means that the guest may come in; the registration is there also while
    the door is closed. Refuses like ``authorize`` who may not scan at this event, and a
    self-service kiosk (``CrewOnly``).
    """
    event = events.authorize(event_id=event_id, actor=actor, action=EventAction.SCAN, now=now)
    require_crew(actor)
    found = find_place(event, ticket)
    if isinstance(found, tuple):
        return ScanOutcome(R.INVALID, None, None, "", "", found)
    if isinstance(found, ScanResult):
        return ScanOutcome(found, None, None, "", "")
    stored = Registration.find(found.shard, found.guest)
    result = result_now(event, stored, found.ticket_no, now=now)
    shown = known(stored)
    at = shown.admitted_at if shown else None
    return ScanOutcome(result, shown, at, (shown.admitted_gate or "") if shown else "", "")


def _admit(attempt: Attempt, found: Found, *, resent: bool) -> ScanOutcome:
    if resent and (first := find_first(attempt, found)):
        return first
    if isinstance(found, ScanResult):
        return refuse(attempt, found, found=found)
    if isinstance(found, tuple):
        return refuse(attempt, R.INVALID, found=found)
    closed = refusal_of_door(attempt.event, now=attempt.now)
    if closed:
        return _refuse_at_door(attempt, found, closed, resent=resent)
    reentry = bool(attempt.event.reentry)
    try:
        admitted = Registration.admit(
            found.shard,
            found.guest,
            passage=attempt.passage,
            ticket_no=found.ticket_no,
            reentry=reentry,
        )
    except StaleWrite as refusal:
        stored: Registration | None = refusal.old
        if stored is not None and _ended(stored, attempt.scan_id):
            return _repeat_ended(attempt, found, stored)
        result = result_of_refusal(stored, found.ticket_no, reentry=reentry)
        return refuse(attempt, result, stored, found=found)
    return _admitted(attempt.scan_id, admitted)


def _refuse_at_door(
    attempt: Attempt, place: Place, closed: ScanResult, *, resent: bool
) -> ScanOutcome:
    """The door is closed; but a scan that was sent before may have been in time."""
    if resent:
        stored = Registration.find(place.shard, place.guest)
        if stored and stored.admitted_scan == attempt.scan_id:
            return _admitted(attempt.scan_id, stored)
    return refuse(attempt, closed, found=place)


def _admitted(scan_id: str, registration: Registration) -> ScanOutcome:
    return ScanOutcome(
        R.ADMITTED,
        registration,
        registration.admitted_at,
        registration.admitted_gate or "",
        scan_id,
    )


def _ended(stored: Registration, scan_id: str) -> bool:
    """Whether this scan admitted, and that ended: it was undone, or the guest left."""
    left = stored.admission is Admission.OUT and stored.admitted_scan == scan_id
    return left or stored.undone_scan == scan_id


def _repeat_ended(attempt: Attempt, place: Place, registration: Registration) -> ScanOutcome:
    """It is answered as it was then, and admits nobody."""
    if first := find_first(attempt, place):
        return first
    # The stream has not written the record of the admission yet.
    return ScanOutcome(R.ADMITTED, registration, attempt.now, attempt.gate, attempt.scan_id)
