"""Reactions to changes of the ``registrations`` table, whoever made them.

Each may happen more than once and in any order: mails are kept by key, releases by claim, activity
by record id, and counters by sequence number. So a record that fails delays nothing but itself.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from backend.activity import counters
from backend.activity import services as activity
from backend.activity.kinds import ActivityKind, Counter
from backend.events.models import Event
from backend.registrations import mails, services
from backend.registrations.models import Registration
from backend.registrations.states import Admission, RegistrationStatus
from backend.seats import places
from backend.shared.actor import SYSTEM
from backend.shared.stream_batches import UnreadableRecord

K, S = ActivityKind, RegistrationStatus
_LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
_MOVES = (K.GUEST_WAITLISTED, K.GUEST_PROMOTED, K.GUEST_CANCELED)


@dataclass(frozen=True, slots=True)
class Change:
    """One write to a registration: as it was and as it is, ``None`` where there was nothing.

    A tombstone is nothing. ``at`` is when DynamoDB recorded the write. ``recount`` is what
    the partition's counters should be, where the write was a recount's mark.
    """

    record_id: str
    sequence_number: str
    shard: str
    at: datetime
    old: Registration | None
    new: Registration | None
    recount: counters.Recount | None = None

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
    def is_other_address(self) -> bool:
        """Whether the guest was registered before, under another key, for another address."""
        is_new = self.old is None or not self.old.is_active
        return bool(is_new and self.new is not None and self.new.former_guest)

    @property
    def moved(self) -> bool:
        """Whether the guest has a place, waits, or has given up, and had not before."""
        before = self.old.status if self.old else None
        return before is not (self.new.status if self.new else None)

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
            recount=_recount(written.get("NewImage") or {}),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise UnreadableRecord(type(error).__name__) from error


def count(changes: Sequence[Change]) -> None:
    """Add what happened on one shard to its counters, each record once; one write as a rule.

    A recount takes their place where it stands in the order.
    """
    waiting: list[counters.Change] = []
    for one in changes:
        if one.recount is None:
            waiting.append(counters.Change(one.sequence_number, deltas_of(one)))
            continue
        counters.apply(event_shard=one.shard, changes=waiting)
        waiting = []
        counters.take_over(
            event_shard=one.shard, recount=one.recount, sequence_number=one.sequence_number
        )
    counters.apply(event_shard=changes[0].shard, changes=waiting)


def counts_of(registrations: Sequence[Registration]) -> dict[str, int]:
    """What the counters of these registrations are, by name: each as if it were new.

    Places that were given back count once each, however often the guest had one.
    """
    total: dict[str, int] = {}
    for one in registrations:
        change = Change("", "", one.shard, _LONG_AGO, None, one)
        for name, number in deltas_of(change).items():
            total[name] = total.get(name, 0) + number
    given_up = total.get(Counter.GIVEN_UP, 0)
    if given_up:
        total[Counter.REGISTERED] = total.get(Counter.REGISTERED, 0) + given_up
        total[Counter.CANCELED] = given_up
    return total


def _recount(image: Mapping[str, Any]) -> counters.Recount | None:
    if "recount" not in image:
        return None
    document = json.loads(image["recount"]["S"])
    return counters.Recount(document["id"], document["seen"], document["counts"])


def deltas_of(change: Change) -> dict[str, int]:
    """What one change adds to the counters of its shard."""
    deltas: dict[str, int] = {}
    if change.is_confirmed and not change.was_confirmed:
        deltas[Counter.REGISTERED] = 1
    if change.was_confirmed and not change.is_confirmed:
        # Who waits again, or goes on under another key, gave nothing back.
        given_up = change.new is not None and change.new.status is S.CANCELED
        deltas |= {Counter.CANCELED: 1} if given_up else {Counter.REGISTERED: -1}
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
    places.release_former(old, new, now=now)
    if new is None:
        return
    template = _mail_about(change, new)
    if template and not _was_added_quietly(change):
        mails.enqueue(template, new, now=now)
    if _asked_again(old, new):
        mails.enqueue(mails.CONFIRMED, new, now=now, again_at=new.resent_at)
    _record(change, new)


def _mail_about(change: Change, new: Registration) -> str | None:
    """The mail that a change calls for, if any."""
    before = change.old.status if change.old else None
    if new.status is before:
        replaced = change.is_confirmed and not _same_ticket(change.old, new)
        return mails.CONFIRMED if replaced else None
    if new.status is S.CONFIRMED:
        return mails.PROMOTED if before is S.WAITLISTED else mails.CONFIRMED
    if new.status is S.WAITLISTED:
        return mails.MOVED if before is S.CONFIRMED else mails.WAITLISTED
    return mails.CANCELED if before else None


def see_to_seats(changes: Sequence[Change], *, now: datetime) -> None:
    """What the changes of one event call for together, after each was reacted to.

    Who got a place or waits at an event that was called off is canceled: their commits were on
    the way when the event's job passed. Who was confirmed without a claim, but there is a limit
    by now, gets one. Who waits is announced, and the promoter runs after whatever may have freed
    a seat, or used up one run of it.
    """
    moves = [change for change in changes if change.moved]
    if not moves:
        return
    event_id = moves[0].shard.rpartition("#")[0]
    came = [change.new for change in moves if change.new is not None and change.new.is_active]
    # Read now, past any cache: after all these changes were written.
    if came and Event.fetch(event_id).canceled_at is not None:
        _cancel_all(came, now=now)
        return
    if any(one.status is S.WAITLISTED for one in came):
        services.note_waiting(event_id=event_id, now=now)
    unclaimed = [one for one in came if one.is_confirmed and one.claim is None]
    has_limit = places.adopt_late(unclaimed, now=now)
    if has_limit or any(_calls_promoter(change) for change in moves):
        services.promote_waiting(event_id=event_id, now=now)


def _cancel_all(came: Sequence[Registration], *, now: datetime) -> None:
    current = Registration.find_current([(one.shard, one.guest) for one in came])
    for found in current.values():
        services.cancel_called_off(found, changed_by=SYSTEM.label, now=now)


def _calls_promoter(change: Change) -> bool:
    waits = change.new is not None and change.new.status is S.WAITLISTED
    waited = change.old is not None and change.old.status is S.WAITLISTED
    return waits or waited or change.was_confirmed


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
        details=_details_of(kind, change.old, new),
    )


def _details_of(
    kind: ActivityKind, old: Registration | None, new: Registration
) -> dict[str, str] | None:
    """What tells more of it, and what undoing it must find unchanged (scan, version)."""
    if kind is K.GUEST_ADMITTED:
        return {"gate": str(new.admitted_gate or ""), "scan": str(new.admitted_scan or "")}
    if kind is K.GUEST_LEFT:
        return {"gate": str(new.left_gate or "")}
    if kind not in _MOVES:
        return None
    return {"version": str(int(new.version)), "from": str(old.status) if old else ""}


def _kind_of(change: Change, new: Registration) -> ActivityKind | None:
    """What happened, in the words of the activity record; ``None``: nothing worth a line."""
    old = change.old
    if change.is_other_address:
        return K.GUEST_CHANGED
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
    if new.erased_at and not old.erased_at:
        return K.GUEST_ERASED
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
