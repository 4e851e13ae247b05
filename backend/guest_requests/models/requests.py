"""Requests, the queues they stand in, and the moves between their states."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from pynamodb.attributes import UnicodeAttribute
from pynamodb.expressions.condition import Condition
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex, KeysOnlyProjection

from backend.guest_requests.errors import RequestNotFound
from backend.guest_requests.states import REQUEST_STATES, WAITING, RequestStatus
from backend.shared import db
from backend.shared.actor import ActorKind
from backend.shared.paging import Page

S = RequestStatus
DUE_BUCKETS = 4
"""Partitions of the index of what is due."""


def queue_key(event_id: str, kind: str) -> str:
    """The partition of a queue: ``<event>#FOOD``."""
    return f"{event_id}#{kind}"


def guest_key(event_id: str, guest: str) -> str:
    """The partition of what a guest asked for at an event: ``<event>#<guest>``."""
    return f"{event_id}#{guest}"


def due_bucket(request_id: str) -> str:
    """The partition in which a request waits to be overdue."""
    return str(hashlib.sha256(request_id.encode()).digest()[0] % DUE_BUCKETS)


class QueueIndex(GlobalSecondaryIndex["GuestRequest"]):
    """What waits, the oldest first."""

    class Meta:
        index_name = "queue_index"
        projection = AllProjection()

    open_queue = UnicodeAttribute(hash_key=True)
    created_at = db.UtcAttribute(range_key=True)


class DoneIndex(GlobalSecondaryIndex["GuestRequest"]):
    """What staff is done with, by when that was."""

    class Meta:
        index_name = "done_index"
        projection = AllProjection()

    done_event = UnicodeAttribute(hash_key=True)
    done_at = db.UtcAttribute(range_key=True)


class UserIndex(GlobalSecondaryIndex["GuestRequest"]):
    """What a person asked for, at all events."""

    class Meta:
        index_name = "user_index"
        projection = KeysOnlyProjection()

    user_id = UnicodeAttribute(hash_key=True)
    created_at = db.UtcAttribute(range_key=True)


class GuestIndex(GlobalSecondaryIndex["GuestRequest"]):
    """What a guest asked for at one event."""

    class Meta:
        index_name = "guest_index"
        projection = KeysOnlyProjection()

    guest_key = UnicodeAttribute(hash_key=True)
    created_at = db.UtcAttribute(range_key=True)


class DueIndex(GlobalSecondaryIndex["GuestRequest"]):
    """What will be, or is, past its target."""

    class Meta:
        index_name = "due_index"
        projection = KeysOnlyProjection()

    due_bucket = UnicodeAttribute(hash_key=True)
    due_at = db.UtcAttribute(range_key=True)


class GuestRequest(db.Table):
    """One thing that a guest asked for.

    ``kind_name`` and ``team`` are as they were when it was asked. ``due_at``: the guest should have
    it by then; ``late_at``: the team was reminded that it was not. ``held_by`` is the user id of
    who claimed it, also after they fulfilled it. ``done_at``: fulfilled, declined or canceled.
    ``reason``: why it was declined, in words for the guest. ``version`` grows with every change.
    ``guest`` and ``shard`` lead to the registration. ``changed_by`` labels who wrote last.
    """

    class Meta(db.TableMeta):
        table_name = db.table_name("guest_requests")

    request_id = UnicodeAttribute(hash_key=True)
    event_id = UnicodeAttribute()
    kind = UnicodeAttribute()
    kind_name = UnicodeAttribute()
    team = UnicodeAttribute(default="")
    status = db.EnumAttribute(RequestStatus)
    version = db.IntegerAttribute(default=1)
    guest = UnicodeAttribute()
    shard = UnicodeAttribute()
    guest_key = UnicodeAttribute()
    user_id = UnicodeAttribute(null=True)
    guest_name = UnicodeAttribute(null=True)
    text = UnicodeAttribute(default="")
    option = UnicodeAttribute(default="")
    created_at = db.UtcAttribute()
    due_at = db.UtcAttribute()
    late_at = db.UtcAttribute(null=True)
    held_by = UnicodeAttribute(null=True)
    claimed_at = db.UtcAttribute(null=True)
    done_at = db.UtcAttribute(null=True)
    reason = UnicodeAttribute(null=True)
    changed_at = db.UtcAttribute()
    changed_by = UnicodeAttribute()
    erased_at = db.UtcAttribute(null=True)
    open_queue = UnicodeAttribute(null=True)
    done_event = UnicodeAttribute(null=True)
    due_bucket = UnicodeAttribute(null=True)

    queue_index = QueueIndex()
    done_index = DoneIndex()
    user_index = UserIndex()
    guest_index = GuestIndex()
    due_index = DueIndex()

    @property
    def is_waiting(self) -> bool:
        """Whether the guest still waits for it."""
        return self.status in WAITING

    def is_late(self, *, now: datetime) -> bool:
        """Whether the guest waits for longer than they should."""
        return self.is_waiting and self.due_at <= now

    # Queries

    @classmethod
    def fetch(cls, event_id: str, request_id: str) -> "GuestRequest":
        """The request, read consistently; ``RequestNotFound``: none, or of another event."""
        found = cls.find(request_id)
        if found is None or found.event_id != event_id:
            raise RequestNotFound("There is no such request.")
        return found

    @classmethod
    def find_current(cls, request_ids: Sequence[str]) -> "list[GuestRequest]":
        """Those of these that exist, read consistently, in no order."""
        return list(cls.batch_get(list(request_ids), consistent_read=True)) if request_ids else []

    @classmethod
    def list_queue(
        cls, event_id: str, kind: str, *, limit: int, start: dict[str, Any] | None = None
    ) -> "Page[GuestRequest]":
        """One page of what waits in a queue, the oldest first; a moment behind the table."""
        key = queue_key(event_id, kind)
        return db.query_page(cls.queue_index, key, limit=limit, start=start)

    @classmethod
    def list_done(cls, event_id: str, *, since: datetime, limit: int) -> "Page[GuestRequest]":
        """What was fulfilled or declined since then, the latest first."""
        return db.query_page(
            cls.done_index,
            event_id,
            limit=limit,
            range_condition=DoneIndex.done_at >= since,
            newest_first=True,
        )

    @classmethod
    def list_for_user(
        cls, user_id: str, *, limit: int, start: dict[str, Any] | None = None
    ) -> "Page[GuestRequest]":
        """One page of what a person asked for, the latest first: keys only."""
        return db.query_page(cls.user_index, user_id, limit=limit, start=start, newest_first=True)

    @classmethod
    def list_for_guest(
        cls, event_id: str, guest: str, *, limit: int, start: dict[str, Any] | None = None
    ) -> "Page[GuestRequest]":
        """One page of what a guest asked for at an event, the oldest first: keys only."""
        return db.query_page(cls.guest_index, guest_key(event_id, guest), limit=limit, start=start)

    @classmethod
    def list_due(cls, bucket: int, *, now: datetime, limit: int) -> "Page[GuestRequest]":
        """Up to ``limit`` of one bucket that are past their target, the longest first: keys only."""
        return db.query_page(
            cls.due_index, str(bucket), limit=limit, range_condition=DueIndex.due_at <= now
        )

    # Mutators

    def add(self) -> None:
        """Write a new request; ``StaleWrite`` with the stored one when its id is there already."""
        self.put(GuestRequest.request_id.does_not_exist())

    @classmethod
    def claim(cls, request_id: str, *, event_id: str, **change: Any) -> "GuestRequest":
        """``OPEN → CLAIMED``; it keeps its place in the queue. ``StaleWrite`` as for all of these."""
        return cls._move(request_id, event_id, S.OPEN, S.CLAIMED, change)

    @classmethod
    def release(
        cls, request_id: str, *, event_id: str, holder: str = "", **change: Any
    ) -> "GuestRequest":
        """``CLAIMED → OPEN``; with ``holder``: provided it is still theirs."""
        held = (GuestRequest.held_by == holder) if holder else None
        freed = change | {"held_by": None, "claimed_at": None}
        return cls._move(request_id, event_id, S.CLAIMED, S.OPEN, freed, held)

    @classmethod
    def fulfil(
        cls, request_id: str, *, event_id: str, holder: str, **change: Any
    ) -> "GuestRequest":
        """``CLAIMED → FULFILLED`` by who holds it."""
        held = GuestRequest.held_by == holder
        closed = change | _closed(event_id)
        return cls._move(request_id, event_id, S.CLAIMED, S.FULFILLED, closed, held)

    @classmethod
    def recall(
        cls,
        request_id: str,
        *,
        event_id: str,
        kind: str,
        since: datetime,
        reminded: bool,
        **change: Any,
    ) -> "GuestRequest":
        """``FULFILLED → CLAIMED`` if it was fulfilled since then; in its old place in the queue.

        Unless the team was ``reminded`` before, it will be when the request is late.
        """
        fresh = GuestRequest.done_at >= since
        opened = {
            "open_queue": queue_key(event_id, kind),
            "due_bucket": None if reminded else due_bucket(request_id),
            "done_event": None,
            "done_at": None,
        }
        return cls._move(request_id, event_id, S.FULFILLED, S.CLAIMED, change | opened, fresh)

    @classmethod
    def decline(
        cls, request_id: str, *, event_id: str, source: RequestStatus, holder: str, **change: Any
    ) -> "GuestRequest":
        """``OPEN → DECLINED``, or ``CLAIMED → DECLINED`` by who holds it."""
        held = (GuestRequest.held_by == holder) if source is S.CLAIMED else None
        closed = change | _closed(event_id)
        return cls._move(request_id, event_id, source, S.DECLINED, closed, held)

    @classmethod
    def cancel(cls, request_id: str, *, event_id: str, guest: str, **change: Any) -> "GuestRequest":
        """``OPEN → CANCELED``, provided it is this guest's. It is in no list of what was done."""
        closed = change | _closed(None)
        mine = GuestRequest.guest == guest
        return cls._move(request_id, event_id, S.OPEN, S.CANCELED, closed, mine)

    @classmethod
    def remind(cls, request_id: str, *, now: datetime) -> "GuestRequest":
        """Note that it is late, once, while the guest waits. ``StaleWrite`` otherwise."""
        return cls.change(
            request_id,
            actions=[
                GuestRequest.version.add(1),
                *cls.assignments({"late_at": now, "due_bucket": None}),
            ],
            condition=GuestRequest.due_bucket.exists() & GuestRequest.status.is_in(*WAITING),
        )

    def move(self, *, guest: str, shard: str) -> bool:
        """Let it be of the same guest under another key; whether it was still under this one.

        Its ``version`` stays: mails about what became of it are as true as before.
        """
        values = {"guest": guest, "shard": shard, "guest_key": guest_key(self.event_id, guest)}
        try:
            GuestRequest.change(
                self.request_id,
                actions=GuestRequest.assignments(values),
                condition=GuestRequest.guest == self.guest,
            )
        except db.StaleWrite:
            return False
        return True

    def forget_guest(self, *, changed_by: str, now: datetime) -> None:
        """Leave nothing that tells who asked, or what they wrote.

        ``changed_by`` labels who erased, and stands where the guest was the last to write; staff
        stay who they were.
        """
        gone: dict[str, Any] = {
            "user_id": None,
            "guest_name": None,
            "reason": None,
            "text": "",
            "erased_at": now,
        }
        if self.changed_by == f"{ActorKind.USER}:{self.user_id}":
            gone["changed_by"] = changed_by
        GuestRequest.change(
            self.request_id,
            actions=GuestRequest.assignments(gone),
            condition=GuestRequest.request_id.exists(),
        )

    @classmethod
    def _move(
        cls,
        request_id: str,
        event_id: str,
        source: RequestStatus,
        target: RequestStatus,
        values: Mapping[str, Any],
        also: Condition | None = None,
    ) -> "GuestRequest":
        """One write, provided the *stored* request is of this event and in the state ``source``."""
        REQUEST_STATES.check(source, target)
        condition = (GuestRequest.event_id == event_id) & (GuestRequest.status == source)
        return cls.change(
            request_id,
            actions=[
                GuestRequest.version.add(1),
                *cls.assignments({"status": target, **values}),
            ],
            condition=condition if also is None else condition & also,
        )


def _closed(done_event: str | None) -> dict[str, Any]:
    return {"open_queue": None, "due_bucket": None, "done_event": done_event}
