"""Table ``notifications``: the outbox, one item per message that was ever asked for.

====================  ===========================================  ==========================
Access pattern        Keys                                         Method
====================  ===========================================  ==========================
one message           pk=key                                       ``Notification.find``
what waits too long   stuck_index: pk=due_bucket, sk=due_at; only  ``Notification.list_due``
                      while queued or sending
====================  ===========================================  ==========================
"""

import hashlib
from collections.abc import Iterator, Sequence
from datetime import datetime

from pynamodb.attributes import JSONAttribute, NumberAttribute, UnicodeAttribute
from pynamodb.expressions.update import Action
from pynamodb.indexes import GlobalSecondaryIndex, KeysOnlyProjection

from backend.notifications.states import NOTIFICATION_STATES, NotificationStatus
from backend.shared import db

S = NotificationStatus
BUCKETS = 8
"""Partitions of the stuck index: one would cap the outbox at about 1,000 messages a second."""


class StuckIndex(GlobalSecondaryIndex["Notification"]):
    """Messages that are neither sent nor given up, by when somebody should look."""

    class Meta:
        index_name = "stuck_index"
        projection = KeysOnlyProjection()

    due_bucket = UnicodeAttribute(hash_key=True)
    due_at = db.UtcAttribute(range_key=True)


class Notification(db.Table):
    """One message.

    ``due_at`` is when an attempt may be made by somebody else: the end of a lease or of a wait.
    ``recipient`` is an address, or the key of somebody whose address is looked up when it is sent.
    ``attempts`` also tells apart two senders that hold the message one after the other.
    """

    class Meta(db.TableMeta):
        table_name = db.table_name("notifications")

    key = UnicodeAttribute(hash_key=True)
    template = UnicodeAttribute()
    recipient = UnicodeAttribute()
    facts = JSONAttribute()
    status = db.EnumAttribute(NotificationStatus, default=S.QUEUED)
    attempts = NumberAttribute(default=0)
    reason = UnicodeAttribute(null=True)
    queued_at = db.UtcAttribute()
    finished_at = db.UtcAttribute(null=True)
    nudged_at = db.UtcAttribute(null=True)
    due_bucket = UnicodeAttribute(null=True)
    due_at = db.UtcAttribute(null=True)

    stuck_index = StuckIndex()

    # Queries

    @classmethod
    def list_due(cls, *, now: datetime, limit: int) -> Iterator[str]:
        """Up to ``limit`` keys per bucket of messages whose ``due_at`` is past, oldest first."""
        for bucket in range(BUCKETS):
            due = cls.stuck_index.query(str(bucket), StuckIndex.due_at <= now, limit=limit)
            yield from (found.key for found in due)

    # Mutators

    def put_if_absent(self) -> bool:
        """Queue the message unless its key was ever used; says whether it was new."""
        self.due_bucket = str(hashlib.sha256(self.key.encode()).digest()[0] % BUCKETS)
        try:
            self.put(Notification.key.does_not_exist())
        except db.StaleWrite:
            return False
        return True

    @classmethod
    def take(cls, key: str, *, until: datetime, now: datetime) -> "Notification":
        """Begin an attempt: hold the message until ``until`` and count the attempt.

        Refuses (``StaleWrite`` with the stored item) a message that is finished, that somebody
        else holds, that waits for its next attempt, or that does not exist.
        """
        free = Notification.status.is_in(*NOTIFICATION_STATES.sources_of(S.SENDING))
        left = (Notification.status == S.SENDING) & (Notification.due_at <= now)
        return cls.change(
            key,
            actions=[
                Notification.status.set(S.SENDING),
                Notification.due_at.set(until),
                Notification.attempts.add(1),
            ],
            condition=free | left,
        )

    @classmethod
    def nudge(cls, key: str, *, now: datetime) -> None:
        """Touch a message that is due, so that the table's stream delivers it again.

        Refuses (``StaleWrite``) one that is not due any more.
        """
        waiting = Notification.status.is_in(S.QUEUED, S.SENDING)
        cls.change(
            key,
            actions=[Notification.nudged_at.set(now)],
            condition=waiting & (Notification.due_at <= now),
        )

    def finish(self, status: NotificationStatus, *, reason: str | None, now: datetime) -> None:
        """End this attempt for good. ``StaleWrite`` when somebody took the message meanwhile."""
        NOTIFICATION_STATES.check(self.status, status)
        actions = [
            Notification.status.set(status),
            Notification.finished_at.set(now),
            Notification.due_bucket.remove(),
            Notification.due_at.remove(),
            Notification.reason.set(reason) if reason else Notification.reason.remove(),
        ]
        self._still_mine(actions)

    def wait(self, *, until: datetime, reason: str) -> None:
        """Leave the next attempt to whoever comes after ``until``; ``StaleWrite`` as above."""
        self._still_mine([Notification.due_at.set(until), Notification.reason.set(reason)])

    def _still_mine(self, actions: Sequence[Action]) -> None:
        Notification.change(
            self.key,
            actions=actions,
            condition=(Notification.status == S.SENDING) & (Notification.attempts == self.attempts),
        )
