"""The attributes of a registration and its indexes."""

from typing import Any, Self

from pynamodb.attributes import BooleanAttribute, JSONAttribute, UnicodeAttribute
from pynamodb.indexes import GlobalSecondaryIndex, IncludeProjection

from backend.registrations.states import REGISTRATION_STATES, Admission, RegistrationStatus
from backend.seats.models import Place
from backend.shared import db

_S = RegistrationStatus


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


class Attributes(Place):
    """One guest's place at one event.

    ``version`` grows with every write of the seat protocol and every change of the details, not
    with admissions. ``user_email`` is absent for a
    guest without an address, ``user_id`` for one an organiser added. ``answers`` (question id → answer) are the guest's, ``note`` and ``attention``
    the crew's. ``resent_at``: when the ticket was last asked to be mailed once more.
    ``import_id`` is the job that added the guest from a list; ``quiet``: without a mail.
    ``erased_at``: name, address, answers and note are gone for good. ``recount``: no guest's,
    but a recount's mark. ``admitted_*`` tell of
    the entry that stands, ``arrived_*`` of the first one, ``left_*`` of the last time the guest
    left; ``undone_scan`` and ``left_scan`` also keep those scans from counting once more.
    """

    class Meta(db.TableMeta):
        table_name = db.table_name("registrations")

    STATES = REGISTRATION_STATES
    SEATED = _S.CONFIRMED
    HOLDING = (_S.CONFIRMED,)
    WAITLISTED = _S.WAITLISTED
    CANCELED = _S.CANCELED
    TOMBSTONE = _S.TOMBSTONE

    status: db.EnumAttribute[RegistrationStatus] = db.EnumAttribute(RegistrationStatus)
    user_email = UnicodeAttribute(null=True)
    user_id = UnicodeAttribute(null=True)
    name = UnicodeAttribute(null=True)
    name_shard = UnicodeAttribute(null=True)
    name_key = UnicodeAttribute(null=True)
    ticket_no = UnicodeAttribute(null=True)
    first_ticket_no = UnicodeAttribute(null=True)
    former_guest = UnicodeAttribute(null=True)
    registered_at = db.UtcAttribute(null=True)
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

    @property
    def pool(self) -> str:
        """The event's own pool."""
        return self.event_id

    def landed_as(self, stored: Self) -> bool:
        """Whether this registration's commit took effect, whatever became of it since."""
        return self.ticket_no in (stored.ticket_no, stored.first_ticket_no)

    def succeed(self, stored: Self) -> None:
        """Keep the number of the first ticket that this guest had at the event."""
        self.first_ticket_no = stored.first_ticket_no or stored.ticket_no
