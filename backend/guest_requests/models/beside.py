"""What stands beside the requests: an event's kinds, what a guest has open, what streams did."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from pynamodb.attributes import JSONAttribute, UnicodeAttribute
from pynamodb.expressions.condition import Condition, size
from pynamodb.expressions.operand import Path
from pynamodb.transactions import TransactWrite

from backend.seats.models.blocks import ClaimTimes
from backend.shared import db


class EventKinds(db.Table):
    """What can be asked for at one event: ``kinds`` are documents of ``kinds.Kind``.

    ``former`` are the keys of own kinds that were removed: something may still wait in their queue.
    """

    class Meta(db.TableMeta):
        table_name = db.table_name("guest_requests")

    request_id = UnicodeAttribute(hash_key=True)
    event_id = UnicodeAttribute()
    kinds = JSONAttribute()
    former = JSONAttribute()
    kinds_version = db.IntegerAttribute()
    changed_at = db.UtcAttribute()
    changed_by = UnicodeAttribute()

    @staticmethod
    def key(event_id: str) -> str:
        """Where an event's kinds stand."""
        return f"kinds#{event_id}"

    @classmethod
    def find_event(cls, event_id: str, *, consistent: bool = True) -> "EventKinds | None":
        """What was saved for an event; ``None`` while nothing was."""
        return cls.find(cls.key(event_id), consistent=consistent)

    def replace(self, *, seen: int) -> None:
        """Write it in the place of version ``seen`` (0: nothing); else ``StaleWrite``."""
        if seen:
            self.put(EventKinds.kinds_version == seen)
        else:
            self.put(EventKinds.request_id.does_not_exist())


class OpenSlots(db.Table):
    """Which requests of one kind a guest may have open: id → the second it was asked.

    Some of them may be done with; who finds no room takes those out, but for what was taken back
    right after it was asked.
    """

    class Meta(db.TableMeta):
        table_name = db.table_name("guest_requests")

    request_id = UnicodeAttribute(hash_key=True)
    slots = ClaimTimes()

    @classmethod
    def take(cls, key: str, request_id: str, *, most: int, now: datetime) -> None:
        """Note the request if fewer than ``most`` are, or it is already.

        ``StaleWrite`` carries the stored item when there is no room.
        """
        second = int(now.timestamp())
        place: Path = OpenSlots.slots[request_id]
        try:
            cls.change(
                key,
                actions=[place.set(second)],
                condition=place.exists() | (size(OpenSlots.slots) < most),
            )
        except db.StaleWrite as refusal:
            if refusal.old is not None:
                raise
            cls(key, slots={request_id: second}).put(OpenSlots.request_id.does_not_exist())

    def give_back(self, request_ids: Sequence[str]) -> None:
        """Take these out, whichever of them are there."""
        actions = [OpenSlots.slots[one].remove() for one in request_ids]
        OpenSlots.change(self.request_id, actions=actions, condition=OpenSlots.request_id.exists())


class RequestMark(db.Table):
    """What the stream has done about a request: so that nothing is done twice.

    ``counted`` is the status that the counters hold it under, as of ``counted_version``;
    ``told_version`` the last version that staff were told of.
    """

    class Meta(db.TableMeta):
        table_name = db.table_name("guest_requests")

    request_id = UnicodeAttribute(hash_key=True)
    counted = UnicodeAttribute(default="")
    counted_version = db.IntegerAttribute(default=0)
    told_version = db.IntegerAttribute(default=0)

    @classmethod
    def of(cls, request_id: str) -> "RequestMark":
        """The mark as it is stored, or a new one; read consistently."""
        key = f"mark#{request_id}"
        return cls.find(key) or cls(key)

    def count_within(self, write: TransactWrite, status: str, *, version: int) -> None:
        """Part of a larger transaction: counted so now, if nobody counted since this was read."""
        seen = self.counted_version
        unchanged: Condition = RequestMark.counted_version == seen
        if not seen:
            unchanged = RequestMark.counted_version.does_not_exist()
        write.update(
            self,
            actions=[
                RequestMark.counted.set(status),
                RequestMark.counted_version.set(version),
            ],
            condition=unchanged,
        )

    def told(self, version: int) -> None:
        """Staff were told of this version; ``StaleWrite``: of this or a later one before."""
        RequestMark.change(
            self.request_id,
            actions=[RequestMark.told_version.set(version)],
            condition=RequestMark.told_version.does_not_exist()
            | (RequestMark.told_version < version),
        )


class StaffSubscriber(db.Table):
    """Where somebody of a team gets staff notices, and about what.

    ``channels``: by channel a document with ``arn``, ``address`` (so much of it as to know it again),
    ``whole`` (an HMAC of all of it) and ``events`` (event id → teams; none: all). ``current``: SNS
    filters by exactly this.
    """

    class Meta(db.TableMeta):
        table_name = db.table_name("guest_requests")

    request_id = UnicodeAttribute(hash_key=True)
    channels = JSONAttribute()
    subscriber_version = db.IntegerAttribute()

    @classmethod
    def of(cls, user_id: str) -> "StaffSubscriber":
        """What is stored of a person, or nothing yet; read consistently."""
        key = f"staff#{user_id}"
        return cls.find(key) or cls(key, channels={}, subscriber_version=0)

    def replace(self, channels: Mapping[str, Any]) -> None:
        """Write these channels over what was read; else ``StaleWrite``."""
        seen = self.subscriber_version
        unchanged: Condition = StaffSubscriber.subscriber_version == seen
        if not seen:
            unchanged = StaffSubscriber.request_id.does_not_exist()
        StaffSubscriber(self.request_id, channels=dict(channels), subscriber_version=seen + 1).put(
            unchanged
        )
