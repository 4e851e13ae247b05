"""Taking an admission back."""

from datetime import datetime

from backend.checkin.errors import AdmissionChanged, NotYourScan, UndoTooLate
from backend.checkin.policies import UNDO_MINUTES, UndoLimit, require_crew, undo_limit
from backend.events import queries as events
from backend.events.policies import EventAction
from backend.registrations.errors import RegistrationNotFound
from backend.registrations.guests import is_guest_key, shard_of
from backend.registrations.models import Registration
from backend.registrations.states import Admission
from backend.shared.actor import Actor
from backend.shared.db import StaleWrite
from backend.shared.errors import DomainError


def undo(*, event_id: str, guest: str, scan_id: str, actor: Actor, now: datetime) -> Registration:
    """Take back the admission that ``scan_id`` made; who had left before is out again.

    Sent again it admits no more: it is the last one undone, or ``resent`` finds its record.

    One conditional write (two after a re-entry). Repeating it changes nothing. Organisers undo at
    any time, a desk for ``UNDO_MINUTES`` (then ``UndoTooLate``), a kiosk also only what it
    admitted itself (``NotYourScan``), a self-service one nothing (``CrewOnly``). Refuses with ``AdmissionChanged`` when another scan admitted
    the guest or nobody did, with ``RegistrationNotFound``, and like ``authorize`` who may not undo.
    """
    event = events.authorize(event_id=event_id, actor=actor, action=EventAction.UNDO_SCAN, now=now)
    require_crew(actor)
    if not is_guest_key(guest):
        raise RegistrationNotFound("This guest is not registered.")
    limit = undo_limit(actor, events.role_at(event=event, actor=actor, now=now), now=now)
    try:
        return Registration.undo_admission(
            shard_of(event_id, guest, shards=int(event.shards)),
            guest,
            scan_id=scan_id,
            changed_by=actor.label,
            since=limit.since,
            made_by=actor.label if limit.own_only else None,
        )
    except StaleWrite as refusal:
        stored: Registration | None = refusal.old
        if stored is not None and stored.undone_scan == scan_id:
            return stored
        raise _refusal(stored, scan_id, actor, limit) from None


def _refusal(
    stored: Registration | None, scan_id: str, actor: Actor, limit: UndoLimit
) -> DomainError:
    if stored is None:
        return RegistrationNotFound("This guest is not registered.")
    if stored.admission is not Admission.IN or stored.admitted_scan != scan_id:
        return AdmissionChanged("This check-in does not stand any more.")
    if limit.own_only and stored.admitted_by != actor.label:
        return NotYourScan("This check-in was made elsewhere. The help desk can undo it.")
    return UndoTooLate(f"Only organisers undo a check-in after {UNDO_MINUTES} minutes.")
