"""What every scan goes through: whose ticket it is, what is kept of it, what it answered before."""

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime

from backend.checkin.errors import ScanIdReused
from backend.checkin.kinds import ScanKind, ScanResult
from backend.checkin.models import Scan, scan_shard
from backend.checkin.policies import check_scan
from backend.events import queries as events
from backend.events.models import Event
from backend.events.policies import EventAction
from backend.registrations import queries as registrations
from backend.registrations import tickets
from backend.registrations.guests import is_guest_key, shard_of
from backend.registrations.models import Registration
from backend.registrations.models.admissions import Passage
from backend.registrations.states import RegistrationStatus
from backend.registrations.tickets import InvalidTicket
from backend.shared.actor import Actor

R = ScanResult


@dataclass(frozen=True, slots=True)
class ScanOutcome:
    """The answer of a scan.

    ``registration`` is the guest's, where the ticket is one of this event. ``at`` and ``gate`` say
    when and where the guest was let in, by whichever scan (or out, if the result is ``LEFT``);
    ``None`` and empty otherwise. ``candidates`` are the guests a typed code fits, when it fits more
    than one; ``scan_id`` is empty when nothing was scanned but looked up.
    """

    result: ScanResult
    registration: Registration | None
    at: datetime | None
    gate: str
    scan_id: str
    candidates: tuple[Registration, ...] = ()


def result_of(outcome: ScanOutcome) -> str:
    """The word that a scan counts by."""
    return outcome.result


def told_to(actor: Actor, outcome: ScanOutcome) -> ScanOutcome:
    """The outcome as the actor may know it.

    Who stands at a self-service kiosk may hold another person's ticket. So it tells a name only
    with a welcome, and never when or where a ticket was used before, or whom a code fits.
    """
    if not actor.self_service or outcome.result is R.ADMITTED:
        return outcome
    return replace(outcome, registration=None, at=None, gate="", candidates=())


@dataclass(frozen=True, slots=True)
class Place:
    """Where a registration is, and which ticket number it must have, if a ticket was shown."""

    shard: str
    guest: str
    ticket_no: str | None


Found = Place | ScanResult | tuple[Registration, ...]
"""Whose ticket it is; or why it is nobody's; or several whom a typed code fits."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One scan on its way to an answer. ``subject`` is a digest of what was scanned."""

    event: Event
    kind: ScanKind
    scan_id: str
    gate: str
    subject: str
    actor: Actor
    now: datetime

    @property
    def passage(self) -> Passage:
        """The scan as the registration keeps it."""
        return Passage(self.scan_id, self.gate, self.now, self.actor.label)


def begin(
    *,
    kind: ScanKind,
    event_id: str,
    subject: str,
    scan_id: str,
    gate: str,
    actor: Actor,
    now: datetime,
) -> Attempt:
    """A scan that may be made: a device's own gate goes before the one that was sent.

    Refuses like ``authorize`` who may not scan at this event, and with ``BadInput``
    (scan_id, gate).
    """
    gate = actor.gate or gate
    check_scan(scan_id=scan_id, gate=gate)
    event = events.authorize(event_id=event_id, actor=actor, action=EventAction.SCAN, now=now)
    digest = hashlib.sha256(subject.encode("utf-8", "surrogatepass")).hexdigest()[:32]
    return Attempt(event, kind, scan_id, gate, digest, actor, now)


def find_place(event: Event, ticket: str) -> Found:
    """Whose ticket this is; a typed code costs one call."""
    try:
        if tickets.looks_typed(ticket):
            return _find_typed(event, tickets.parse_short_code(ticket))
        genuine = tickets.verify(ticket)
    except InvalidTicket:
        return R.INVALID
    if genuine.event_id != event.uuid:
        return R.WRONG_EVENT
    return Place(f"{event.uuid}#R{genuine.shard}", genuine.guest, genuine.ticket_no)


def place_of_guest(event: Event, guest: str) -> Found:
    """The place of somebody who was picked from the list, without a ticket."""
    if not is_guest_key(guest):
        return R.INVALID
    return Place(shard_of(event.uuid, guest, shards=int(event.shards)), guest, None)


def refuse(
    attempt: Attempt,
    result: ScanResult,
    registration: Registration | None = None,
    *,
    found: Found | None = None,
) -> ScanOutcome:
    """Keep and answer a scan that changed nothing; one kept before is answered again."""
    registration = known(registration)
    already_in = registration if result is R.ALREADY_IN else None
    scan = Scan(
        event_shard=scan_shard(attempt.event.uuid, attempt.scan_id, shards=attempt.event.shards),
        scan_id=attempt.scan_id,
        event_id=attempt.event.uuid,
        kind=attempt.kind,
        result=result,
        at=attempt.now,
        gate=attempt.gate,
        guest_shard=registration.shard if registration else None,
        guest=registration.guest if registration else None,
        admitted_at=already_in.admitted_at if already_in else None,
        admitted_gate=already_in.admitted_gate if already_in else None,
        scanned_by=attempt.actor.label,
        subject=attempt.subject,
    )
    kept = scan.append()
    if kept is not scan:
        return repeat(attempt, kept, found)
    return ScanOutcome(
        result,
        registration,
        scan.admitted_at,
        scan.admitted_gate or "",
        scan.scan_id,
        found if isinstance(found, tuple) else (),
    )


def known(stored: Registration | None) -> Registration | None:
    """The registration, unless it is a tombstone, which knows nobody's name."""
    return None if stored is None or stored.status is RegistrationStatus.TOMBSTONE else stored


def find_first(attempt: Attempt, found: Found) -> ScanOutcome | None:
    """What the scan with this id answered before, if it was kept.

    Refuses with ``ScanIdReused`` when it was a scan of something else.
    """
    event = attempt.event
    first = Scan.find_scan(event.uuid, attempt.scan_id, shards=event.shards)
    return repeat(attempt, first, found) if first else None


def repeat(attempt: Attempt, first: Scan, found: Found | None) -> ScanOutcome:
    """The first answer once more; refuses with ``ScanIdReused`` the answer to another ticket."""
    same_guest = isinstance(found, Place) and found.guest == first.guest
    if first.kind is not attempt.kind or not (same_guest or first.subject == attempt.subject):
        raise ScanIdReused("This scan id was used for another ticket. Make a new one for each.")
    registration = (
        Registration.find(first.guest_shard, first.guest)
        if first.guest_shard and first.guest
        else None
    )
    return ScanOutcome(
        first.result,
        known(registration),
        first.admitted_at,
        first.admitted_gate or "",
        first.scan_id,
    )


def _find_typed(event: Event, code: tickets.ShortCode) -> Found:
    fitting = tuple(
        one
        for one in registrations.find_by_code_prefix(event, code.prefix)
        if code.fits(guest=one.guest, ticket_no=str(one.ticket_no))
    )
    if len(fitting) > 1:
        return fitting
    if not fitting:
        return R.INVALID
    return Place(fitting[0].shard, fitting[0].guest, fitting[0].ticket_no)
