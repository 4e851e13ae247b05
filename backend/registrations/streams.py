"""Reactions to changes of the ``registrations`` table, whoever made them.

Each may happen more than once and in any order: mails are kept by key, releases by claim, activity
by record id, and counters by sequence number. So a record that fails delays nothing but itself.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby
from typing import Any

from backend.activity import counters
from backend.activity import services as activity
from backend.activity.kinds import ActivityKind, Counter
from backend.registrations import mails, services
from backend.registrations.models import Registration
from backend.registrations.states import Admission, RegistrationStatus

K, S = ActivityKind, RegistrationStatus
_MOVES = (K.GUEST_WAITLISTED, K.GUEST_PROMOTED, K.GUEST_CANCELED)


class UnreadableRecord(Exception):
    """A record that no retry makes readable."""


@dataclass(frozen=True, slots=True)
class Change:
    """One write to a registration: as it was and as it is, ``None`` where there was nothing.

    A tombstone is nothing. ``at`` is when DynamoDB recorded the write.
    """

    record_id: str
    sequence_number: str
    shard: str
    at: datetime
    old: Registration | None
    new: Registration | None

    @property
    def was_confirmed(self) -> bool:
        """Whether the guest had a place before."""
        return self.old is not None and self.old.is_confirmed

    @property
    def is_confirmed(self) -> bool:
        """Whether the guest has a place now."""
        return self.new is not None and self.new.is_confirmed

    @property
    def came_at(self) -> datetime | None:
        """When a guest who is in now, and was not before, came in."""
        return None if _in_since(self.old) else _in_since(self.new)

    @property
    def went_out(self) -> bool:
        """Whether the guest left, to come in again."""
        old, new = self.old, self.new
        if old is None or new is None or new.left_scan is None:
            return False
        return old.left_scan != new.left_scan

    @property
    def undone(self) -> bool:
        """Whether the entry of a guest who was in was taken back."""
        return bool(_in_since(self.old)) and not _in_since(self.new) and not self.went_out


def read_change(record: Mapping[str, Any]) -> Change:
    """The change of a raw stream record; refuses with ``UnreadableRecord``."""
    try:
        written = record["dynamodb"]
        return Change(
            record_id=str(record["eventID"]),
            sequence_number=str(written["SequenceNumber"]),
            shard=str(written["Keys"]["shard"]["S"]),
            at=datetime.fromtimestamp(float(written["ApproximateCreationDateTime"]), UTC),
            old=_image(written.get("OldImage")),
            new=_image(written.get("NewImage")),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise UnreadableRecord(type(error).__name__) from error


def count(changes: Sequence[Change]) -> None:
    """Add what happened on one shard to its counters, each record once; one write as a rule."""
    counted = [counters.Change(one.sequence_number, deltas_of(one)) for one in changes]
    counters.apply(event_shard=changes[0].shard, changes=counted)


def by_shard(changes: Sequence[Change]) -> dict[str, list[Change]]:
    """The changes of each shard, in the order they came."""
    ordered = sorted(changes, key=lambda change: change.shard)
    return {shard: list(group) for shard, group in groupby(ordered, key=lambda c: c.shard)}


def deltas_of(change: Change) -> dict[str, int]:
    """What one change adds to the counters of its shard."""
    deltas: dict[str, int] = {}
    if change.is_confirmed and not change.was_confirmed:
        deltas[Counter.REGISTERED] = 1
    if change.was_confirmed and not change.is_confirmed:
        deltas[Counter.CANCELED] = 1
    came, had_come = _arrival_of(change.new), _arrival_of(change.old)
    if came and not had_come:
        deltas |= dict.fromkeys(_counters_of_arrival(*came), 1)
    if had_come and not came:
        deltas |= dict.fromkeys(_counters_of_arrival(*had_come), -1)
    if out := _is_out(change.new) - _is_out(change.old):
        deltas[Counter.OUT] = out
    for counter, status in ((Counter.WAITING, S.WAITLISTED), (Counter.GIVEN_UP, S.CANCELED)):
        if moved := _stands(change.new, status) - _stands(change.old, status):
            deltas[counter] = moved
    return deltas


def _stands(image: Registration | None, status: RegistrationStatus) -> bool:
    return image is not None and image.status is status


def _counters_of_arrival(at: datetime, gate: str) -> tuple[str, ...]:
    return Counter.ADMITTED, counters.arrivals_at(at), counters.gate_counter(gate)


def react(change: Change, *, now: datetime) -> None:
    """What else follows a change: the seat is free, mails are asked for, it is put on record."""
    old, new = change.old, change.new
    if old is not None and old.claim is not None and (new is None or new.claim != old.claim):
        # The canceller released it already, unless it crashed in between.
        services.release_seat(event_id=old.event_id, claim=old.claim, now=now)
    if new is None:
        return
    same = change.was_confirmed and _same_ticket(old, new)
    if change.is_confirmed and not same and not _was_added_quietly(change):
        mails.enqueue(mails.CONFIRMED, new, now=now)
    if _asked_again(old, new):
        mails.enqueue(mails.CONFIRMED, new, now=now, again_at=new.resent_at)
    if new.status is S.CANCELED and old is not None and old.status is not S.CANCELED:
        mails.enqueue(mails.CANCELED, new, now=now)
    _record(change, new)


def _record(change: Change, new: Registration) -> None:
    kind = _kind_of(change, new)
    if kind is None:
        return
    activity.record(
        event_id=new.event_id,
        kind=kind,
        actor_label=str(new.changed_by),
        subject=new.guest,
        at=change.at,
        record_id=change.record_id,
        details=_details_of(kind, new),
    )


def _details_of(kind: ActivityKind, new: Registration) -> dict[str, str] | None:
    """What tells more of it, and what undoing it must find unchanged (scan, version)."""
    if kind is K.GUEST_ADMITTED:
        return {"gate": str(new.admitted_gate or ""), "scan": str(new.admitted_scan or "")}
    if kind is K.GUEST_LEFT:
        return {"gate": str(new.left_gate or "")}
    return {"version": str(int(new.version))} if kind in _MOVES else None


def _kind_of(change: Change, new: Registration) -> ActivityKind | None:
    """What happened, in the words of the activity record; ``None``: nothing worth a line."""
    old = change.old
    if old is None or old.status is not new.status:
        return _kind_of_move(old, new)
    if change.came_at:
        return K.GUEST_ADMITTED
    if change.went_out:
        return K.GUEST_LEFT
    if change.undone:
        return K.ADMISSION_UNDONE
    return _kind_of_edit(old, new)


def _kind_of_edit(old: Registration, new: Registration) -> ActivityKind | None:
    if _differ(old, new, "name", "user_email", "answers"):
        return K.GUEST_CHANGED
    if _differ(old, new, "note", "attention"):
        return K.GUEST_NOTED
    if new.is_confirmed and _differ(old, new, "ticket_no"):
        return K.TICKET_REISSUED
    return K.TICKET_RESENT if _asked_again(old, new) else None


def _kind_of_move(old: Registration | None, new: Registration) -> ActivityKind | None:
    if new.status is S.CONFIRMED:
        return K.GUEST_PROMOTED if old and old.status is S.WAITLISTED else K.GUEST_REGISTERED
    return {S.WAITLISTED: K.GUEST_WAITLISTED, S.CANCELED: K.GUEST_CANCELED}.get(new.status)


def _image(raw: dict[str, Any] | None) -> Registration | None:
    if not raw:
        return None
    image = Registration.from_raw_data(raw)
    return None if image.status is S.TOMBSTONE else image


def _in_since(image: Registration | None) -> datetime | None:
    if image is None or not image.is_confirmed or image.admission is not Admission.IN:
        return None
    return image.admitted_at


def _arrival_of(image: Registration | None) -> tuple[datetime, str] | None:
    """When and where a guest who is in, or was and left, came in first."""
    if image is None or not image.is_confirmed or image.admission is Admission.EXPECTED:
        return None
    came_at = image.arrived_at or image.admitted_at
    return (came_at, str(image.arrived_gate or image.admitted_gate or "")) if came_at else None


def _is_out(image: Registration | None) -> bool:
    return image is not None and image.is_confirmed and image.admission is Admission.OUT


def _differ(old: Registration, new: Registration, *names: str) -> bool:
    return any(getattr(old, name) != getattr(new, name) for name in names)


def _was_added_quietly(change: Change) -> bool:
    """Whether an import that sends no mails made this registration just now."""
    new, old = change.new, change.old
    is_new = old is None or not old.is_active
    return bool(is_new and new is not None and new.quiet)


def _asked_again(old: Registration | None, new: Registration) -> bool:
    """Whether somebody wants the ticket, the same as before, mailed once more."""
    if old is None or not (new.is_confirmed and new.resent_at and _same_ticket(old, new)):
        return False
    return _differ(old, new, "resent_at")


def _same_ticket(old: Registration | None, new: Registration) -> bool:
    return old is not None and old.ticket_no == new.ticket_no
