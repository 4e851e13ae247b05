"""What may happen at the door. Used by the desk pages and by the public API."""

from dataclasses import dataclass
from datetime import datetime

from backend.checkin.errors import AdmissionChanged
from backend.checkin.kinds import ScanResult
from backend.checkin.models import Scan, scan_shard
from backend.checkin.policies import check_scan, refusal_of_door, result_of_refusal
from backend.events import queries as events
from backend.events.models import Event
from backend.events.policies import EventAction
from backend.registrations import queries as registrations
from backend.registrations import tickets
from backend.registrations.errors import RegistrationNotFound
from backend.registrations.guests import is_guest_key, shard_of
from backend.registrations.models import Registration
from backend.registrations.tickets import InvalidTicket
from backend.shared.actor import Actor
from backend.shared.db import StaleWrite

R = ScanResult


@dataclass(frozen=True, slots=True)
class ScanOutcome:
    """The answer of a scan.

    ``registration`` is the guest's, where the ticket is one of this event. ``at`` and ``gate`` say
    when and where the guest was let in, by whichever scan; ``None`` and empty otherwise.
    ``candidates`` are the guests a typed code fits, when it fits more than one.
    """

    result: ScanResult
    registration: Registration | None
    at: datetime | None
    gate: str
    scan_id: str
    candidates: tuple[Registration, ...] = ()


@dataclass(frozen=True, slots=True)
class _Attempt:
    """One scan on its way to an answer."""

    event: Event
    scan_id: str
    gate: str
    actor: Actor
    now: datetime


@dataclass(frozen=True, slots=True)
class _Place:
    """Where the registration of a ticket is, and which ticket number it must have."""

    shard: str
    guest: str
    ticket_no: str


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

    Refuses like ``authorize`` who may not scan at this event, and with ``BadInput`` (scan_id, gate).
    """
    check_scan(scan_id=scan_id, gate=gate)
    event = events.authorize(event_id=event_id, actor=actor, action=EventAction.SCAN, now=now)
    attempt = _Attempt(event, scan_id, gate, actor, now)
    if resent and (first := Scan.find_scan(event_id, scan_id, shards=event.shards)):
        return _repeat(first)
    found = _find_place(event, ticket)
    if isinstance(found, ScanResult):
        return _refuse(attempt, found)
    if isinstance(found, tuple):
        return _refuse(attempt, R.INVALID, candidates=found)
    return _admit_at(attempt, found, resent=resent)


def undo(*, event_id: str, guest: str, scan_id: str, actor: Actor, now: datetime) -> Registration:
    """Take back the admission that ``scan_id`` made.

    Sent again it admits no more: it is the last one undone, or ``resent`` finds its record.

    One conditional write. Repeating it changes nothing. Refuses with ``AdmissionChanged`` when
    another scan admitted the guest or nobody did, with ``RegistrationNotFound``, and like
    ``authorize`` who may not undo.
    """
    event = events.authorize(event_id=event_id, actor=actor, action=EventAction.UNDO_SCAN, now=now)
    if not is_guest_key(guest):
        raise RegistrationNotFound("This guest is not registered.")
    shard = shard_of(event_id, guest, shards=event.shards)
    try:
        return Registration.undo_admission(shard, guest, scan_id=scan_id, changed_by=actor.label)
    except StaleWrite as refusal:
        stored: Registration | None = refusal.old
        if stored is None:
            raise RegistrationNotFound("This guest is not registered.") from None
        if stored.undone_scan == scan_id:
            return stored
        raise AdmissionChanged("This check-in does not stand any more.") from None


def _find_place(event: Event, ticket: str) -> _Place | ScanResult | tuple[Registration, ...]:
    try:
        if tickets.looks_typed(ticket):
            return _find_typed(event, tickets.parse_short_code(ticket))
        genuine = tickets.verify(ticket)
    except InvalidTicket:
        return R.INVALID
    if genuine.event_id != event.uuid:
        return R.WRONG_EVENT
    return _Place(f"{event.uuid}#R{genuine.shard}", genuine.guest, genuine.ticket_no)


def _find_typed(
    event: Event, code: tickets.ShortCode
) -> _Place | ScanResult | tuple[Registration, ...]:
    fitting = tuple(
        found
        for found in registrations.find_by_code_prefix(event, code.prefix)
        if code.fits(guest=found.guest, ticket_no=found.ticket_no)
    )
    if len(fitting) > 1:
        return fitting
    return _place_of(fitting[0]) if fitting else R.INVALID


def _place_of(registration: Registration) -> _Place:
    return _Place(registration.shard, registration.guest, registration.ticket_no)


def _admit_at(attempt: _Attempt, place: _Place, *, resent: bool) -> ScanOutcome:
    closed = refusal_of_door(attempt.event, now=attempt.now)
    if closed:
        return _refuse_at_door(attempt, place, closed, resent=resent)
    try:
        admitted = Registration.admit(
            place.shard,
            place.guest,
            ticket_no=place.ticket_no,
            scan_id=attempt.scan_id,
            gate=attempt.gate,
            at=attempt.now,
            changed_by=attempt.actor.label,
        )
    except StaleWrite as refusal:
        stored: Registration | None = refusal.old
        if stored is not None and stored.undone_scan == attempt.scan_id:
            return _repeat_undone(attempt, stored)
        return _refuse(attempt, result_of_refusal(stored, place.ticket_no), stored)
    return _admitted(attempt.scan_id, admitted)


def _refuse_at_door(
    attempt: _Attempt, place: _Place, closed: ScanResult, *, resent: bool
) -> ScanOutcome:
    """The door is closed; but a scan that was sent before may have been in time."""
    if resent:
        stored = Registration.find(place.shard, place.guest)
        if stored and stored.admitted_scan == attempt.scan_id:
            return _admitted(attempt.scan_id, stored)
    return _refuse(attempt, closed)


def _refuse(
    attempt: _Attempt,
    result: ScanResult,
    registration: Registration | None = None,
    *,
    candidates: tuple[Registration, ...] = (),
) -> ScanOutcome:
    already_in = registration if result is R.ALREADY_IN else None
    scan = Scan(
        event_shard=scan_shard(attempt.event.uuid, attempt.scan_id, shards=attempt.event.shards),
        scan_id=attempt.scan_id,
        event_id=attempt.event.uuid,
        result=result,
        at=attempt.now,
        gate=attempt.gate,
        guest_shard=registration.shard if registration else None,
        guest=registration.guest if registration else None,
        admitted_at=already_in.admitted_at if already_in else None,
        admitted_gate=already_in.admitted_gate if already_in else None,
        scanned_by=attempt.actor.label,
    )
    kept = scan.append()
    if kept is not scan:
        return _repeat(kept)
    return ScanOutcome(
        result,
        registration,
        scan.admitted_at,
        scan.admitted_gate or "",
        scan.scan_id,
        candidates,
    )


def _admitted(scan_id: str, registration: Registration) -> ScanOutcome:
    return ScanOutcome(
        R.ADMITTED,
        registration,
        registration.admitted_at,
        registration.admitted_gate or "",
        scan_id,
    )


def _repeat_undone(attempt: _Attempt, registration: Registration) -> ScanOutcome:
    """A scan that admitted and was undone is answered as it was then, and admits nobody."""
    event = attempt.event
    first = Scan.find_scan(event.uuid, attempt.scan_id, shards=event.shards)
    if first:
        return _repeat(first)
    # The stream has not written the record of the admission yet.
    return ScanOutcome(R.ADMITTED, registration, attempt.now, attempt.gate, attempt.scan_id)


def _repeat(first: Scan) -> ScanOutcome:
    registration = (
        Registration.find(first.guest_shard, first.guest)
        if first.guest_shard and first.guest
        else None
    )
    return ScanOutcome(
        first.result, registration, first.admitted_at, first.admitted_gate or "", first.scan_id
    )
