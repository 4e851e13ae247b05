"""Sessions: the items of an agenda."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from pynamodb.attributes import BooleanAttribute, UnicodeAttribute
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex, KeysOnlyProjection
from pynamodb.transactions import TransactWrite

from backend.sessions.errors import SessionNotFound
from backend.sessions.states import SESSION_STATES, SessionStatus
from backend.shared import db
from backend.shared.paging import Page

_READ_AT_ONCE = 200
_FIRST = "0"
"""No id sorts before it; what is no session does."""
_ID_LENGTH = 26


class NoticeIndex(GlobalSecondaryIndex["Session"]):
    """Sessions whose guests are to be told to queue up, by when."""

    class Meta:
        index_name = "notice_index"
        projection = KeysOnlyProjection()

    notice_bucket = UnicodeAttribute(hash_key=True)
    notice_at = db.UtcAttribute(range_key=True)


class AgendaIndex(GlobalSecondaryIndex["Session"]):
    """An event's sessions by start."""

    class Meta:
        index_name = "agenda_index"
        projection = AllProjection()

    event_id = UnicodeAttribute(hash_key=True)
    starts_at = db.UtcAttribute(range_key=True)


def pool_of(event_id: str, session_id: str) -> str:
    """The name of a session's pool of seats: no event's pool has a dot in it."""
    return f"{event_id}.{session_id}"


def bucket_of(moment: datetime) -> str:
    """The partition of ``notice_index`` that a moment lies in: ``2026-11-20T15`` (UTC)."""
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H}"


class Session(db.Table):
    """An item of an event's agenda.

    ``version`` counts the changes; ``schedule_version`` is the one that last changed when or
    where it is (or called it off): what guests are told about that is keyed by it. ``shards`` is
    over how many partitions its bookings spread. ``notice_at`` is when booked guests are to be
    told to queue up, absent where nobody is to be told (any more). ``changed_by`` is the label
    of who wrote last.
    """

    class Meta(db.TableMeta):
        table_name = db.table_name("sessions")

    event_id = UnicodeAttribute(hash_key=True)
    session_id = UnicodeAttribute(range_key=True)
    title = UnicodeAttribute()
    description = UnicodeAttribute()
    room = UnicodeAttribute()
    starts_at = db.UtcAttribute()
    ends_at = db.UtcAttribute()
    track = UnicodeAttribute()
    speakers = UnicodeAttribute()
    capacity = db.IntegerAttribute(null=True)
    waiting_list = BooleanAttribute(default=True)
    notice_minutes = db.IntegerAttribute()
    booking_open = BooleanAttribute(default=True)
    status = db.EnumAttribute(SessionStatus, default=SessionStatus.PLANNED)
    shards = db.IntegerAttribute()
    version = db.IntegerAttribute(default=1)
    schedule_version = db.IntegerAttribute(default=1)
    created_at = db.UtcAttribute()
    updated_at = db.UtcAttribute()
    canceled_at = db.UtcAttribute(null=True)
    changed_by = UnicodeAttribute()
    notice_bucket = UnicodeAttribute(null=True)
    notice_at = db.UtcAttribute(null=True)

    notice_index = NoticeIndex()
    agenda_index = AgendaIndex()

    @property
    def pool(self) -> str:
        """The name of its pool of seats."""
        return pool_of(self.event_id, self.session_id)

    @property
    def is_planned(self) -> bool:
        """Whether it takes place."""
        return self.status is SessionStatus.PLANNED

    # Queries

    @classmethod
    def fetch(cls, event_id: str, session_id: str) -> "Session":
        """The session, read consistently; ``SessionNotFound`` when the event has none such."""
        # What cannot be a key would be an error of DynamoDB's, not an answer.
        is_key = len(session_id) == _ID_LENGTH and session_id.isascii() and session_id.isalnum()
        found = cls.find(event_id, session_id) if is_key else None
        if found is None:
            raise SessionNotFound("There is no such session.")
        return found

    @classmethod
    def list_for_event(cls, event_id: str) -> "Iterator[Session]":
        """The whole agenda, read consistently, in the order it was made; at most 500."""
        start: dict[str, Any] | None = None
        while True:
            page = db.query_page(
                cls,
                event_id,
                limit=_READ_AT_ONCE,
                start=start,
                range_condition=cls.session_id >= _FIRST,
                consistent=True,
            )
            yield from page.items
            start = page.next_key
            if start is None:
                return

    @classmethod
    def list_by_start(
        cls, event_id: str, *, limit: int, start: dict[str, Any] | None = None
    ) -> "Page[Session]":
        """One page of the agenda by start, a moment behind the table."""
        return db.query_page(cls.agenda_index, event_id, limit=limit, start=start)

    @classmethod
    def list_due(
        cls, *, now: datetime, limit: int, since: timedelta = timedelta(hours=1)
    ) -> "list[Session]":
        """Up to ``limit`` sessions of each hour whose notice is due: keys, the longest due first.

        Looks into this hour and those ``since`` before it.
        """
        due: list[Session] = []
        moment = now - since
        while bucket_of(moment) <= bucket_of(now):
            page = db.query_page(
                cls.notice_index,
                bucket_of(moment),
                limit=limit,
                range_condition=NoticeIndex.notice_at <= now,
            )
            due += page.items
            moment += timedelta(hours=1)
        return due

    # Mutators

    def add_within(self, write: TransactWrite) -> None:
        """Write a new session as part of a larger transaction."""
        write.save(self, condition=Session.session_id.does_not_exist())

    def revise(self, values: Mapping[str, Any]) -> "Session":
        """Write these over exactly the version that was read.

        Refuses with ``StaleWrite`` when another change won or it was canceled meanwhile.
        """
        changes = {"version": self.version + 1, **values}
        return Session.change(
            self.event_id,
            self.session_id,
            actions=Session.assignments(changes),
            condition=(Session.version == self.version) & (Session.status == SessionStatus.PLANNED),
        )

    def cancel(self, values: Mapping[str, Any]) -> "Session":
        """Call it off, as was read; nobody is told to queue up any more.

        Refuses with ``IllegalTransition`` by what was read, ``StaleWrite`` by what is stored.
        """
        SESSION_STATES.check(self.status, SessionStatus.CANCELED)
        changes = {
            "status": SessionStatus.CANCELED,
            "notice_bucket": None,
            "notice_at": None,
            "schedule_version": self.version + 1,
            **values,
        }
        return self.revise(changes)

    def drop_notice(self) -> bool:
        """Leave the index of notices: nobody needs to look at this version of the schedule again.

        ``False`` when the session was moved since it was read: then there is another to give.
        """
        # A room may change and leave ``notice_at`` as it is; that version has a notice of its own.
        as_read = (Session.notice_at == self.notice_at) & (
            Session.schedule_version == self.schedule_version
        )
        try:
            Session.change(
                self.event_id,
                self.session_id,
                actions=[Session.notice_bucket.remove(), Session.notice_at.remove()],
                condition=as_read,
            )
        except db.StaleWrite:
            return False
        return True
