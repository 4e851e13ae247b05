"""Bookings: one guest's place at one session."""

from contextlib import suppress
from datetime import datetime
from typing import Any, Self

from pynamodb.attributes import UnicodeAttribute
from pynamodb.indexes import GlobalSecondaryIndex, IncludeProjection

from backend.seats.models import Place
from backend.sessions.models.sessions import pool_of
from backend.sessions.states import ACTIVE, BOOKING_STATES, HELD, BookingStatus
from backend.shared import db
from backend.shared.paging import Page

_S = BookingStatus


class GuestIndex(GlobalSecondaryIndex[Any]):
    """What one guest of an event booked, by session."""

    class Meta:
        index_name = "guest_index"
        projection = IncludeProjection(["event_id", "status"])

    guest = UnicodeAttribute(hash_key=True)
    session_id = UnicodeAttribute(range_key=True)


class Booking(Place):
    """One guest's place at one session; nothing in it says who the guest is.

    ``booking_no`` is of the call that made it, ``first_booking_no`` of the one that made the
    first of several; ``registration_shard`` where the guest's
    registration is. ``attended_*`` tell when, where and by which scan the guest came.
    ``former_guest`` is the key that the guest had when it was booked, if another.
    """

    class Meta(db.TableMeta):
        table_name = db.table_name("bookings")

    STATES = BOOKING_STATES
    SEATED = _S.BOOKED
    HOLDING = HELD
    WAITLISTED = _S.WAITLISTED
    CANCELED = _S.CANCELED
    TOMBSTONE = _S.TOMBSTONE

    status: db.EnumAttribute[BookingStatus] = db.EnumAttribute(BookingStatus)
    session_id = UnicodeAttribute(null=True)
    registration_shard = UnicodeAttribute(null=True)
    booking_no = UnicodeAttribute(null=True)
    first_booking_no = UnicodeAttribute(null=True)
    booked_at = db.UtcAttribute(null=True)
    attended_at = db.UtcAttribute(null=True)
    attended_gate = UnicodeAttribute(null=True)
    attended_scan = UnicodeAttribute(null=True)
    former_guest = UnicodeAttribute(null=True)

    guest_index = GuestIndex()

    @property
    def pool(self) -> str:
        """The session's own pool."""
        return pool_of(self.event_id, self.shard.partition("#")[0])

    def landed_as(self, stored: Self) -> bool:
        """Whether this booking's commit took effect, whatever became of it since."""
        return self.booking_no in (stored.booking_no, stored.first_booking_no)

    def succeed(self, stored: Self) -> None:
        """Keep the number of the first booking that this guest made of the session."""
        self.first_booking_no = stored.first_booking_no or stored.booking_no

    # Queries

    @classmethod
    def list_of_guest(
        cls, guest: str, *, limit: int, start: dict[str, Any] | None = None
    ) -> Page[Self]:
        """One page of what a guest booked: keys and status, a moment behind the table."""
        return db.query_page(cls.guest_index, guest, limit=limit, start=start)

    # Mutators

    @classmethod
    def attend(
        cls, shard: str, guest: str, *, scan_id: str, gate: str, at: datetime, changed_by: str
    ) -> Self:
        """The guest came: one call; the same scan again is accepted and changes nothing.

        Refuses with ``StaleWrite``, whose ``old`` says why: no booking, waiting, canceled, or
        came before by another scan.
        """
        again = (cls.status == _S.ATTENDED) & (cls.attended_scan == scan_id)
        return cls.change(
            shard,
            guest,
            actions=[
                cls.status.set(_S.ATTENDED),
                cls.attended_at.set(cls.attended_at | at),
                cls.attended_gate.set(cls.attended_gate | gate),
                cls.attended_scan.set(scan_id),
                cls.changed_by.set(changed_by),
            ],
            condition=(cls.status == _S.BOOKED) | again,
        )

    @classmethod
    def forget_actor(cls, shard: str, guest: str, *, changed_by: str) -> None:
        """Name who erased instead of who wrote last; nothing happens where there is no booking."""
        with suppress(db.StaleWrite):
            cls.change(
                shard, guest, actions=[cls.changed_by.set(changed_by)], condition=cls.guest.exists()
            )

    def leave_within(self, write: db.Transaction, *, changed_by: str) -> None:
        """Part of a larger transaction: a tombstone instead of what was read, or the whole fails.

        No index attribute stays, but the number: a booking call whose answer was lost finds that
        it had landed.
        """
        tombstone = type(self)(
            self.shard,
            self.guest,
            event_id=self.event_id,
            status=_S.TOMBSTONE,
            version=self.version + 1,
            booking_no=self.booking_no,
            first_booking_no=self.first_booking_no,
            changed_by=changed_by,
        )
        condition = (Booking.version == self.version) & (Booking.status == self.status)
        write.save(tombstone, condition=condition & Booking.status.is_in(*ACTIVE))
