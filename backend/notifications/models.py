"""Table ``notifications``: the outbox, one item per message that was ever asked for.

====================  ===========================================  ==========================
Access pattern        Keys                                         Method
====================  ===========================================  ==========================
one message           pk=key                                       ``Notification.find``
what waits too long   stuck_index: pk=due_bucket, sk=due_at; only  ``Notification.list_due``
                      while queued or sending
what did not reach    undelivered_index:                           ``list_undelivered``
an event's guests     pk=undelivered, sk=finished_at; sparse       ``count_undelivered``
====================  ===========================================  ==========================

Table ``contacts``: what is known of an e-mail address, under an HMAC of it.

====================  ===========================================  ==========================
one address           pk=contact_id                                ``Contact.find``
how many in a second  pk=``pace#<channel>``                        ``Pace.add_one``
SMS of a day          pk=``sms#<contact_id>``                      ``SmsCount.add_one``
====================  ===========================================  ==========================
"""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from typing import Any

from pynamodb.attributes import (
    JSONAttribute,
    NumberAttribute,
    UnicodeAttribute,
    UnicodeSetAttribute,
)
from pynamodb.expressions.update import Action
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex, KeysOnlyProjection

from backend.notifications.kinds import HELD_BACK, ChannelName, NotificationKind
from backend.notifications.states import NOTIFICATION_STATES, NotificationStatus
from backend.shared import db
from backend.shared.paging import Page

S = NotificationStatus
BUCKETS = 8
"""Partitions of the stuck index: one would cap the outbox at about 1,000 messages a second."""
MOST_COUNTED = 100


class StuckIndex(GlobalSecondaryIndex["Notification"]):
    """Messages that are neither sent nor given up, by when somebody should look."""

    class Meta:
        index_name = "stuck_index"
        projection = KeysOnlyProjection()

    due_bucket = UnicodeAttribute(hash_key=True)
    due_at = db.UtcAttribute(range_key=True)


class UndeliveredIndex(GlobalSecondaryIndex["Notification"]):
    """Messages of one event that failed or were held back, by when that was."""

    class Meta:
        index_name = "undelivered_index"
        projection = AllProjection()

    undelivered = UnicodeAttribute(hash_key=True)
    finished_at = db.UtcAttribute(range_key=True)


class Notification(db.Table):
    """One message.

    ``due_at`` is when an attempt may be made by somebody else: the end of a lease or of a wait.
    ``recipient`` is an address, or the key of somebody whose address is looked up when it is sent.
    ``attempts`` also tells apart two senders that hold the message one after the other; those up
    to ``forgiven`` are not held against the message. ``about_at`` is when what it tells happens.
    """

    class Meta(db.TableMeta):
        table_name = db.table_name("notifications")

    key = UnicodeAttribute(hash_key=True)
    template = UnicodeAttribute()
    recipient = UnicodeAttribute()
    facts = JSONAttribute()
    kind = db.EnumAttribute(NotificationKind, default=NotificationKind.TICKET)
    channel = db.EnumAttribute(ChannelName, default=ChannelName.EMAIL)
    event_id = UnicodeAttribute(null=True)
    about_at = db.UtcAttribute(null=True)
    status = db.EnumAttribute(NotificationStatus, default=S.QUEUED)
    attempts = NumberAttribute(default=0)
    forgiven = db.IntegerAttribute(default=0)
    reason = UnicodeAttribute(null=True)
    contact_id = UnicodeAttribute(null=True)
    queued_at = db.UtcAttribute()
    finished_at = db.UtcAttribute(null=True)
    nudged_at = db.UtcAttribute(null=True)
    due_bucket = UnicodeAttribute(null=True)
    due_at = db.UtcAttribute(null=True)
    undelivered = UnicodeAttribute(null=True)

    stuck_index = StuckIndex()
    undelivered_index = UndeliveredIndex()

    @property
    def tries(self) -> int:
        """The attempts that count against it."""
        return int(self.attempts) - self.forgiven

    # Queries

    @classmethod
    def list_due(cls, *, now: datetime, limit: int) -> Iterator[str]:
        """Up to ``limit`` keys per bucket of messages whose ``due_at`` is past, oldest first."""
        for bucket in range(BUCKETS):
            due = cls.stuck_index.query(str(bucket), StuckIndex.due_at <= now, limit=limit)
            yield from (found.key for found in due)

    @classmethod
    def list_undelivered(
        cls,
        event_id: str,
        status: NotificationStatus,
        *,
        limit: int,
        start: dict[str, Any] | None = None,
    ) -> Page["Notification"]:
        """One page of what ended so at an event, the latest first, a moment behind at worst."""
        return db.query_page(
            cls.undelivered_index,
            _undelivered(event_id, status),
            limit=limit,
            start=start,
            newest_first=True,
        )

    @classmethod
    def count_undelivered(cls, event_id: str, status: NotificationStatus) -> int:
        """How many ended so at an event, counted up to ``MOST_COUNTED``."""
        place = _undelivered(event_id, status)
        return cls.undelivered_index.count(place, limit=MOST_COUNTED)

    # Mutators

    def put_if_absent(self) -> bool:
        """Queue the message unless its key was ever used; says whether it was new."""
        self.due_bucket = self._bucket()
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

    @classmethod
    def wake(cls, key: str, *, reason: str, after: datetime, now: datetime) -> None:
        """End the wait, for that reason, of a message that is due only after a moment.

        Refuses (``StaleWrite``) every other; one that a sender holds is due by its lease's end.
        """
        cls.change(
            key,
            actions=[Notification.due_at.set(now), Notification.nudged_at.set(now)],
            condition=(Notification.status == S.SENDING)
            & (Notification.reason == reason)
            & (Notification.due_at > after),
        )

    def finish(
        self,
        status: NotificationStatus,
        *,
        reason: str | None,
        now: datetime,
        contact_id: str | None = None,
    ) -> None:
        """End this attempt for good. ``StaleWrite`` when somebody took the message meanwhile.

        One that is of no event forgets its address and its facts.
        """
        NOTIFICATION_STATES.check(self.status, status)
        missed = status is S.FAILED or (status is S.SUPPRESSED and reason in HELD_BACK)
        values = {
            "status": status,
            "finished_at": now,
            "due_bucket": None,
            "due_at": None,
            "reason": reason,
            "contact_id": contact_id,
            "undelivered": _undelivered(self.event_id, status)
            if missed and self.event_id
            else None,
        }
        if not self.event_id:
            # Nobody sends it again, so nobody needs to know to whom it went.
            values |= {"recipient": _forgotten(self.recipient), "facts": {}}
        self._still_mine(Notification.assignments(values))

    @classmethod
    def come_back(cls, key: str, *, reason: str, contact_id: str, at: datetime) -> None:
        """Note that a message which was sent did not arrive; ``StaleWrite`` unless it was sent."""
        found = cls.find(key)
        event_id = found.event_id if found else None
        values = {
            "status": S.FAILED,
            "finished_at": at,
            "reason": reason,
            "contact_id": contact_id,
            "undelivered": _undelivered(event_id, S.FAILED) if event_id else None,
        }
        cls.change(
            key,
            actions=Notification.assignments(values),
            condition=Notification.status == S.SENT,
        )

    def wait(self, *, until: datetime, reason: str, forgive: bool = False) -> None:
        """Leave the next attempt to whoever comes after ``until``; ``StaleWrite`` as above.

        ``forgive``: this attempt does not count against the message.
        """
        actions = [Notification.due_at.set(until), Notification.reason.set(reason)]
        if forgive:
            actions.append(Notification.forgiven.set(self.forgiven + 1))
        self._still_mine(actions)

    def queue_again(self, *, due_at: datetime, now: datetime) -> "Notification":
        """Have a message that did not go out delivered once more, by the table's stream.

        ``IllegalTransition`` by what was read; ``StaleWrite`` when somebody did it meanwhile.
        """
        NOTIFICATION_STATES.check(self.status, S.QUEUED)
        values = {
            "status": S.QUEUED,
            "forgiven": int(self.attempts),
            "due_bucket": self._bucket(),
            "due_at": due_at,
            "nudged_at": now,
            "undelivered": None,
            "finished_at": None,
            "reason": None,
        }
        return Notification.change(
            self.key,
            actions=Notification.assignments(values),
            condition=(Notification.status == self.status)
            & (Notification.attempts == self.attempts),
        )

    def _bucket(self) -> str:
        return str(hashlib.sha256(self.key.encode()).digest()[0] % BUCKETS)

    def _still_mine(self, actions: Sequence[Action]) -> None:
        Notification.change(
            self.key,
            actions=actions,
            condition=(Notification.status == S.SENDING) & (Notification.attempts == self.attempts),
        )


def _forgotten(recipient: str) -> str:
    return "-" if "@" in recipient else recipient


def _undelivered(event_id: str | None, status: NotificationStatus) -> str:
    return f"{event_id}#{status}"


class Contact(db.Table):
    """What is known of one e-mail address; the address itself is not.

    ``off`` names the kinds that are not wanted by e-mail. ``user_id`` is whose address it is,
    once they signed in. ``suppressed_for`` says why nothing can be sent to it any more.
    """

    class Meta(db.TableMeta):
        table_name = db.table_name("contacts")

    contact_id = UnicodeAttribute(hash_key=True)
    off = UnicodeSetAttribute(null=True)
    user_id = UnicodeAttribute(null=True)
    updated_at = db.UtcAttribute(null=True)
    suppressed_for = UnicodeAttribute(null=True)
    suppressed_at = db.UtcAttribute(null=True)

    @property
    def switched_off(self) -> frozenset[NotificationKind]:
        """The kinds that are not wanted by e-mail."""
        return frozenset(NotificationKind(kind) for kind in self.off or ())

    @classmethod
    def switch(
        cls,
        contact_id: str,
        kinds: Iterable[NotificationKind],
        *,
        off: bool,
        user_id: str | None = None,
        now: datetime,
    ) -> None:
        """Add kinds to what is not wanted, or take them out; two at once both count."""
        named = {str(kind) for kind in kinds}
        actions: list[Action] = [Contact.updated_at.set(now)]
        if named:  # DynamoDB knows no empty set
            actions.append(Contact.off.add(named) if off else Contact.off.delete(named))
        if user_id:
            actions.append(Contact.user_id.set(user_id))
        cls.change(contact_id, actions=actions)

    @classmethod
    def suppress(cls, contact_id: str, *, reason: str, at: datetime) -> None:
        """Note that nothing can be sent there; what was noted later already stays."""
        unless_later = Contact.suppressed_at.does_not_exist() | (Contact.suppressed_at <= at)
        values = {"suppressed_for": reason, "suppressed_at": at}
        cls.change(contact_id, actions=cls.assignments(values), condition=unless_later)

    @classmethod
    def lift(cls, contact_id: str, *, reason: str) -> None:
        """Let messages go there again; ``StaleWrite`` where something else stopped them, or nothing."""
        values = {"suppressed_for": None, "suppressed_at": None}
        condition = Contact.suppressed_for == reason
        cls.change(contact_id, actions=cls.assignments(values), condition=condition)


class Pace(db.Table):
    """How many messages a channel took in the latest second that anybody sent in."""

    class Meta(db.TableMeta):
        table_name = db.table_name("contacts")

    contact_id = UnicodeAttribute(hash_key=True)
    second = db.IntegerAttribute()
    used = db.IntegerAttribute()

    @classmethod
    def add_one(cls, name: ChannelName, *, second: int, limit: int) -> None:
        """One more in this second; ``StaleWrite`` when it is full, or not the latest."""
        room = (Pace.second == second) & (Pace.used < limit)
        cls.change(f"pace#{name}", actions=[Pace.used.add(1)], condition=room)

    @classmethod
    def begin(cls, name: ChannelName, *, second: int, after: int | None) -> None:
        """The first of a later second; ``StaleWrite`` when somebody else was first."""
        latest = Pace.second.does_not_exist() if after is None else Pace.second == after
        values = {"second": second, "used": 1}
        cls.change(f"pace#{name}", actions=cls.assignments(values), condition=latest)


class SmsCount(db.DailyCount):
    """Which messages went to the phone of one contact on the latest day that any did."""

    class Meta(db.TableMeta):
        table_name = db.table_name("contacts")

    contact_id = UnicodeAttribute(hash_key=True)

    @classmethod
    def add_one(cls, contact_id: str, *, key: str, day: date, limit: int) -> None:
        """Count the message of this key, once; ``StaleWrite`` when there were too many others."""
        name = hashlib.sha256(key.encode()).hexdigest()[:16]
        cls.count_once(f"sms#{contact_id}", name=name, day=day, limit=limit)
