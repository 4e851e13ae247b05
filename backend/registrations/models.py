"""Table ``registrations``: one item per guest and event, never deleted.

=====================  ===========================================  ============================
Access pattern         Keys                                         Method
=====================  ===========================================  ============================
one registration       pk=shard (``<event>#R<n>``), sk=guest        ``Registration.find``
several, a page        the same, batch                              ``find_many``, ``find_current``
by the start of a key  the same, sk begins with                     ``list_by_guest_prefix``
what a person has      email_index: pk=user_email,                  ``list_by_email``
                       sk=registered_at
guests by name         name_index: pk=name_shard (``<event>#N<n>``),  ``list_by_name``
                       sk=name_key
who waits              waiting_index: pk=waiting_shard,             (sparse: only while
                       sk=waiting_since                             ``WAITLISTED``)
=====================  ===========================================  ============================

Admissions touch no attribute of an index, so one costs one write unit.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from pynamodb.attributes import BooleanAttribute, JSONAttribute, NumberAttribute, UnicodeAttribute
from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action
from pynamodb.indexes import GlobalSecondaryIndex, IncludeProjection, KeysOnlyProjection

from backend.registrations.errors import RegistrationNotFound
from backend.registrations.states import (
    ACTIVE,
    ADMISSION_STATES,
    FREE,
    REGISTRATION_STATES,
    Admission,
    RegistrationStatus,
)
from backend.seats.claims import Claim
from backend.shared import db
from backend.shared.paging import Page

_S, _A = RegistrationStatus, Admission


class EmailIndex(GlobalSecondaryIndex["Registration"]):
    """What one address is registered to, by time."""

    class Meta:
        index_name = "email_index"
        projection = IncludeProjection(["event_id", "status"])

    user_email = UnicodeAttribute(hash_key=True)
    registered_at = db.UtcAttribute(range_key=True)


class NameIndex(GlobalSecondaryIndex["Registration"]):
    """The guests of an event, by name, over some partitions."""

    class Meta:
        index_name = "name_index"
        projection = IncludeProjection(["status"])

    name_shard = UnicodeAttribute(hash_key=True)
    name_key = UnicodeAttribute(range_key=True)


class WaitingIndex(GlobalSecondaryIndex["Registration"]):
    """Who waits for a seat, oldest first."""

    class Meta:
        index_name = "waiting_index"
        projection = KeysOnlyProjection()

    waiting_shard = UnicodeAttribute(hash_key=True)
    waiting_since = db.UtcAttribute(range_key=True)


class Registration(db.Table):
    """One guest's place at one event.

    ``version`` grows with every write of the seat protocol (commit, cancel, fence), not
    with admissions. ``claim_block`` and ``claim_attempt`` name the seat's claim while it is
    ``CONFIRMED`` in a limited pool. ``user_email`` is absent for a guest without an
    address, ``user_id`` for one an organiser added. ``changed_by`` labels who wrote last.
    ``answers`` (question id → answer) are the guest's, ``note`` and ``attention`` the
    crew's. ``erased_at``: name, address, answers and note are gone for good.
    """

    class Meta(db.TableMeta):
        table_name = db.table_name("registrations")

    shard = UnicodeAttribute(hash_key=True)
    guest = UnicodeAttribute(range_key=True)
    event_id = UnicodeAttribute()
    status = db.EnumAttribute(RegistrationStatus)
    version = NumberAttribute()
    user_email = UnicodeAttribute(null=True)
    user_id = UnicodeAttribute(null=True)
    name = UnicodeAttribute(null=True)
    name_shard = UnicodeAttribute(null=True)
    name_key = UnicodeAttribute(null=True)
    ticket_no = UnicodeAttribute(null=True)
    claim_block = NumberAttribute(null=True)
    claim_attempt = UnicodeAttribute(null=True)
    registered_at = db.UtcAttribute(null=True)
    canceled_at = db.UtcAttribute(null=True)
    waiting_shard = UnicodeAttribute(null=True)
    waiting_since = db.UtcAttribute(null=True)
    admission = db.EnumAttribute(Admission, null=True)
    admitted_at = db.UtcAttribute(null=True)
    admitted_scan = UnicodeAttribute(null=True)
    admitted_gate = UnicodeAttribute(null=True)
    undone_scan = UnicodeAttribute(null=True)
    changed_by = UnicodeAttribute(null=True)
    answers = JSONAttribute(null=True)
    note = UnicodeAttribute(null=True)
    attention = BooleanAttribute(null=True)
    erased_at = db.UtcAttribute(null=True)

    email_index = EmailIndex()
    name_index = NameIndex()
    waiting_index = WaitingIndex()

    @property
    def is_active(self) -> bool:
        """Whether the guest has a place, or waits for one."""
        return self.status in ACTIVE

    @property
    def is_confirmed(self) -> bool:
        """Whether the guest has a place."""
        return self.status is _S.CONFIRMED

    @property
    def claim(self) -> Claim | None:
        """The seat it holds; ``None`` for one without (unlimited pool, waiting, canceled)."""
        if self.claim_attempt is None:
            return None
        return Claim(self.guest, self.claim_attempt, int(self.claim_block))

    # Queries

    @classmethod
    def fetch(cls, shard: str, guest: str) -> "Registration":
        """The registration, read consistently.

        Refuses with ``RegistrationNotFound``; a tombstone is as good as nothing.
        """
        found = cls.find(shard, guest)
        if found is None or found.status is _S.TOMBSTONE:
            raise RegistrationNotFound("This guest is not registered.")
        return found

    @classmethod
    def find_current(cls, keys: Sequence[tuple[str, str]]) -> "dict[str, Registration]":
        """The items of these (shard, guest) pairs as they are now, by guest."""
        return {item.guest: item for item in cls.batch_get(keys, consistent_read=True)}

    @classmethod
    def list_by_email(
        cls, email: str, *, limit: int, start: dict[str, Any] | None = None
    ) -> "Page[Registration]":
        """One page of what an address is registered to, the latest first: keys and status."""
        return db.query_page(cls.email_index, email, limit=limit, start=start, newest_first=True)

    @classmethod
    def list_by_name(
        cls, name_shard: str, *, prefix: str, after: str | None, limit: int
    ) -> "Page[Registration]":
        """One page of a name shard, by name, after the name key ``after``: keys and status."""
        condition: Condition | None = NameIndex.name_key.startswith(prefix) if prefix else None
        if after is not None:
            # From the key itself, not from an item: the page before may have ended in
            # another shard, where no item has this key.
            last = prefix + "\U0010ffff"
            condition = (
                NameIndex.name_key.between(after + "\0", last)
                if prefix
                else NameIndex.name_key > after
            )
        return db.query_page(cls.name_index, name_shard, limit=limit, range_condition=condition)

    @classmethod
    def list_by_guest_prefix(cls, shard: str, prefix: str, *, limit: int) -> "Page[Registration]":
        """The registrations whose guest key starts like this, read consistently."""
        return db.query_page(
            cls,
            shard,
            limit=limit,
            range_condition=Registration.guest.startswith(prefix),
            consistent=True,
        )

    # Mutators

    def commit(self, *, seen: int) -> None:
        """Write this registration over nothing, a canceled one or a tombstone of version ``seen``.

        ``seen`` is 0 where nothing is known to be there. Refuses with ``StaleWrite``, which
        carries what is there: the guest has a registration, or the version moved on.
        """
        self.version = seen + 1
        self.put(condition=_free_at(seen))

    @classmethod
    def fence(cls, shard: str, guest: str, *, event_id: str, seen: int) -> bool:
        """Raise the version, so that no commit on its way at ``seen`` can land any more.

        Where nothing was a tombstone is put, without any index attribute. ``False`` when
        the version is not the one seen: somebody else's write was the fence.
        """
        try:
            if seen == 0:
                cls(shard, guest, event_id=event_id, status=_S.TOMBSTONE, version=1).put(
                    condition=Registration.guest.does_not_exist()
                )
            else:
                cls.change(
                    shard,
                    guest,
                    actions=[Registration.version.set(seen + 1)],
                    condition=Registration.version == seen,
                )
        except db.StaleWrite:
            return False
        return True

    def cancel(self, *, at: datetime, changed_by: str) -> "Registration":
        """Give the place up, provided nothing changed since this was read.

        The claim leaves the item and is released by the caller. Refuses with
        ``IllegalTransition`` by what was read, ``StaleWrite`` by what is stored.
        """
        REGISTRATION_STATES.check(self.status, _S.CANCELED)
        return type(self).change(
            self.shard,
            self.guest,
            actions=[
                Registration.status.set(_S.CANCELED),
                Registration.version.set(self.version + 1),
                Registration.canceled_at.set(at),
                Registration.changed_by.set(changed_by),
                Registration.claim_block.remove(),
                Registration.claim_attempt.remove(),
                Registration.waiting_shard.remove(),
                Registration.waiting_since.remove(),
            ],
            condition=_unchanged_since(self.version)
            & Registration.status.is_in(*REGISTRATION_STATES.sources_of(_S.CANCELED))
            & (Registration.admission != _A.IN),
        )

    @classmethod
    def admit(
        cls,
        shard: str,
        guest: str,
        *,
        ticket_no: str,
        scan_id: str,
        gate: str,
        at: datetime,
        changed_by: str,
    ) -> "Registration":
        """Let the holder of this ticket in: one call, one write unit, the item as it is then.

        The same scan again is accepted and changes nothing that matters: the first time and
        gate stay. Refuses with ``StaleWrite``, whose ``old`` says why: no such guest, not
        confirmed, another ticket, in already, or this very scan was undone.
        """
        expected = Registration.admission.is_in(*_EXPECTED)
        return cls.change(
            shard,
            guest,
            actions=[
                Registration.admission.set(_A.IN),
                Registration.admitted_at.set(Registration.admitted_at | at),
                Registration.admitted_scan.set(scan_id),
                Registration.admitted_gate.set(Registration.admitted_gate | gate),
                Registration.changed_by.set(changed_by),
            ],
            condition=(Registration.status == _S.CONFIRMED)
            & (Registration.ticket_no == ticket_no)
            & (expected | (Registration.admitted_scan == scan_id))
            & (Registration.undone_scan.does_not_exist() | (Registration.undone_scan != scan_id)),
        )

    @classmethod
    def undo_admission(
        cls, shard: str, guest: str, *, scan_id: str, changed_by: str
    ) -> "Registration":
        """Take back the admission that this scan made; the guest is expected again.

        Refuses with ``StaleWrite``; where ``old.undone_scan`` is this scan it was undone
        before, otherwise another scan admitted the guest, or nobody did.
        """
        actions: list[Action] = [
            Registration.admission.set(_A.EXPECTED),
            Registration.undone_scan.set(scan_id),
            Registration.changed_by.set(changed_by),
            Registration.admitted_at.remove(),
            Registration.admitted_scan.remove(),
            Registration.admitted_gate.remove(),
        ]
        return cls.change(
            shard,
            guest,
            actions=actions,
            condition=(Registration.admission == _A.IN) & (Registration.admitted_scan == scan_id),
        )


_EXPECTED = [state for state in ADMISSION_STATES.sources_of(_A.IN) if state is not _A.OUT]
"""Who is out comes in again only where the event allows it; no event does yet."""


def _free_at(seen: int) -> Condition:
    if seen == 0:
        return Registration.guest.does_not_exist()
    free: Condition = _unchanged_since(seen) & Registration.status.is_in(*FREE)
    return free


def _unchanged_since(seen: float) -> Condition:
    unchanged: Condition = Registration.version == seen
    return unchanged
