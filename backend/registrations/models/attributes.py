"""The attributes of a registration and its indexes."""

from typing import Any

from pynamodb.attributes import BooleanAttribute, JSONAttribute, NumberAttribute, UnicodeAttribute
from pynamodb.indexes import GlobalSecondaryIndex, IncludeProjection, KeysOnlyProjection

from backend.registrations.states import ACTIVE, Admission, RegistrationStatus
from backend.seats.claims import Claim
from backend.shared import db


class EmailIndex(GlobalSecondaryIndex[Any]):
    """What one address is registered to, by time."""

    class Meta:
        index_name = "email_index"
        projection = IncludeProjection(["event_id", "status"])

    user_email = UnicodeAttribute(hash_key=True)
    registered_at = db.UtcAttribute(range_key=True)


class NameIndex(GlobalSecondaryIndex[Any]):
    """The guests of an event, by name, over some partitions."""

    class Meta:
        index_name = "name_index"
        projection = IncludeProjection(["status", "attention"])

    name_shard = UnicodeAttribute(hash_key=True)
    name_key = UnicodeAttribute(range_key=True)


class WaitingIndex(GlobalSecondaryIndex[Any]):
    """Who waits for a seat, oldest first."""

    class Meta:
        index_name = "waiting_index"
        projection = KeysOnlyProjection()

    waiting_shard = UnicodeAttribute(hash_key=True)
    waiting_since = db.UtcAttribute(range_key=True)


class Attributes(db.Table):
    """One guest's place at one event.

    ``version`` grows with every write of the seat protocol (commit, cancel, fence) and every
    change of the details, not with admissions. ``claim_block`` and ``claim_attempt`` name the
    seat's claim while it is ``CONFIRMED`` in a limited pool. ``user_email`` is absent for a
    guest without an address, ``user_id`` for one an organiser added. ``changed_by`` labels who
    wrote last. ``answers`` (question id → answer) are the guest's, ``note`` and ``attention``
    the crew's. ``resent_at``: when the ticket was last asked to be mailed once more.
    ``import_id`` is the job that added the guest from a list; ``quiet``: without a mail.
    ``erased_at``: name, address, answers and note are gone for good. ``recount``: no guest's,
    but a recount's mark. ``admitted_*`` tell of
    the entry that stands, ``arrived_*`` of the first one, ``left_*`` of the last time the guest
    left; ``undone_scan`` and ``left_scan`` also keep those scans from counting once more.
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
    first_ticket_no = UnicodeAttribute(null=True)
    former_guest = UnicodeAttribute(null=True)
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
    admitted_by = UnicodeAttribute(null=True)
    undone_scan = UnicodeAttribute(null=True)
    arrived_at = db.UtcAttribute(null=True)
    arrived_gate = UnicodeAttribute(null=True)
    left_at = db.UtcAttribute(null=True)
    left_gate = UnicodeAttribute(null=True)
    left_scan = UnicodeAttribute(null=True)
    changed_by = UnicodeAttribute(null=True)
    answers = JSONAttribute(null=True)
    note = UnicodeAttribute(null=True)
    attention = BooleanAttribute(null=True)
    resent_at = db.UtcAttribute(null=True)
    import_id = UnicodeAttribute(null=True)
    quiet = BooleanAttribute(null=True)
    erased_at = db.UtcAttribute(null=True)
    recount = UnicodeAttribute(null=True)

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
        return self.status is RegistrationStatus.CONFIRMED

    @property
    def claim(self) -> Claim | None:
        """The seat it holds; ``None`` for one without (unlimited pool, waiting, canceled)."""
        if self.claim_attempt is None:
            return None
        return Claim(self.guest, self.claim_attempt, int(self.claim_block))

    def confirms(self, claim: Claim) -> bool:
        """Whether this registration holds exactly this claim."""
        return self.is_confirmed and self.claim == claim
