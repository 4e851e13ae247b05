"""Tables ``activity`` and ``stats``.

=======================  ==========================================  ========================
Access pattern           Keys                                        Method
=======================  ==========================================  ========================
one month of an event    activity: pk=event_month                    ``Activity.list_in_month``
                         (``<event>#yyyy-mm``), sk=ulid
what befell one subject  subject_index: pk=subject_key               ``Activity.list_of_subject``
                         (``<event>#<subject>``), sk=ulid; not for
                         what befell the event itself
counters of one shard    stats: pk=event_shard (``<event>#R<n>``),   ``Stats.add_up``,
                         sk=metric                                   ``replace``, ``find_shard``
counters of events       stats: batch over their shards              ``Stats.list_for_events``
=======================  ==========================================  ========================
"""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any, Self

from pynamodb.attributes import JSONAttribute, UnicodeAttribute
from pynamodb.expressions.operand import Path
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex

from backend.activity.kinds import ActivityKind
from backend.shared import db
from backend.shared.paging import Page

# What the registrations stream counts, and what that of guest requests does.
REGISTRATIONS = "registrations"
GUEST_REQUESTS = "guest_requests"


def month_key(event_id: str, moment: datetime) -> str:
    """The partition an activity of that moment lies in: ``<event>#2026-11`` (UTC)."""
    return f"{event_id}#{moment.astimezone(UTC):%Y-%m}"


def subject_key(event_id: str, subject: str) -> str:
    """The partition of what befell one guest (or kiosk, …) of an event, by time."""
    return f"{event_id}#{subject}"


class SubjectIndex(GlobalSecondaryIndex["Activity"]):
    """The history of one guest."""

    class Meta:
        index_name = "subject_index"
        projection = AllProjection()

    subject_key = UnicodeAttribute(hash_key=True)
    ulid = UnicodeAttribute(range_key=True)


class Activity(db.Table):
    """One thing that somebody did.

    ``actor_label`` is a kind and an id, ``subject`` the id of what was changed; neither
    these nor ``details`` (short texts by name) hold a name or an address.
    """

    class Meta(db.TableMeta):
        table_name = db.table_name("activity")

    event_month = UnicodeAttribute(hash_key=True)
    ulid = UnicodeAttribute(range_key=True)
    event_id = UnicodeAttribute()
    kind = db.EnumAttribute(ActivityKind)
    actor_label = UnicodeAttribute()
    subject = UnicodeAttribute()
    subject_key = UnicodeAttribute(null=True)
    at = db.UtcAttribute()
    details = JSONAttribute(null=True)

    subject_index = SubjectIndex()

    @classmethod
    def list_in_month(
        cls, event_id: str, month: datetime, *, limit: int, start: dict[str, Any] | None = None
    ) -> "Page[Activity]":
        """One page of a month's activity, the newest first."""
        return db.query_page(
            cls, month_key(event_id, month), limit=limit, start=start, newest_first=True
        )

    @classmethod
    def list_of_subject(
        cls, event_id: str, subject: str, *, limit: int, start: dict[str, Any] | None = None
    ) -> "Page[Activity]":
        """One page of what befell ``subject``, the newest first."""
        key = subject_key(event_id, subject)
        return db.query_page(cls.subject_index, key, limit=limit, start=start, newest_first=True)

    def put_if_absent(self) -> None:
        """Keep it, unless it was kept before."""
        with suppress(db.StaleWrite):
            self.put(Activity.ulid.does_not_exist())

    def forget_actor(self) -> None:
        """Leave of who did it only what kind of actor it was; ``StaleWrite``: it is not there."""
        Activity.change(
            self.event_month,
            self.ulid,
            actions=[Activity.actor_label.set(self.actor_label.partition(":")[0])],
            condition=Activity.ulid.exists(),
        )


class Stats(db.Table):
    """What was counted on one shard of an event's registrations.

    Beside the keys, ``last_seq`` (the last stream record that was counted, 40 digits) and
    ``recounted`` (the id of the last recount) every attribute is a number; ``counts`` has
    them all by name.
    """

    class Meta(db.TableMeta):
        table_name = db.table_name("stats")

    event_shard = UnicodeAttribute(hash_key=True)
    metric = UnicodeAttribute(range_key=True)
    last_seq = UnicodeAttribute()
    recounted = UnicodeAttribute(null=True)

    counts: Mapping[str, int]

    @classmethod
    def from_raw_data(cls, data: dict[str, Any]) -> Self:
        """The item with its counters, whose names are not known beforehand."""
        item = super().from_raw_data(data)
        item.counts = {name: int(value["N"]) for name, value in data.items() if "N" in value}
        return item

    @classmethod
    def list_for_events(cls, shards: Mapping[str, int]) -> list[Self]:
        """The counters of several events (id → shards), where anything was counted yet.

        Batch reads, eventually consistent.
        """
        return cls.find_many(
            [
                (f"{event_id}#R{n}", REGISTRATIONS)
                for event_id, count in shards.items()
                for n in range(count)
            ]
        )

    @classmethod
    def add_up(
        cls,
        event_shard: str,
        deltas: Mapping[str, int],
        *,
        first_seq: str,
        last_seq: str,
        known: Iterable[str] = (),
        seen: str | None = None,
    ) -> None:
        """Add the deltas of the stream records ``first_seq`` to ``last_seq``, once.

        Refuses with ``StaleWrite`` when the stored ``last_seq`` is at or beyond the first, when
        a ``known`` counter is not there yet, and when ``seen`` (empty: nothing) is given and
        not what was counted last.
        """
        is_first = Stats.last_seq.does_not_exist()
        condition = is_first | (Stats.last_seq < first_seq)
        for name in known:
            condition &= Path([name]).exists()
        if seen is not None:
            condition &= (Stats.last_seq == seen) if seen else is_first
        cls.change(
            event_shard,
            REGISTRATIONS,
            actions=[
                Stats.last_seq.set(last_seq),
                # As a list: the name of a gate may hold dots, which would mean a place in a map.
                *(Path([name]).add(delta) for name, delta in sorted(deltas.items())),
            ],
            condition=condition,
        )

    @classmethod
    def count_requests_within(
        cls, write: db.Transaction, event_id: str, deltas: Mapping[str, int]
    ) -> None:
        """Part of a larger transaction: add to an event's numbers of guest requests by state."""
        write.update(
            cls(f"{event_id}#R0", GUEST_REQUESTS),
            actions=[Path([name]).add(delta) for name, delta in sorted(deltas.items())],
        )

    @classmethod
    def find_requests(cls, event_id: str) -> Self | None:
        """An event's numbers of guest requests; ``None``: nobody asked for anything yet."""
        return cls.find(f"{event_id}#R0", GUEST_REQUESTS, consistent=False)

    @classmethod
    def find_shard(cls, event_shard: str) -> Self | None:
        """The counters of one shard, read consistently; ``None``: nothing was counted yet."""
        return cls.find(event_shard, REGISTRATIONS)

    @classmethod
    def replace(
        cls, event_shard: str, counts: Mapping[str, int], *, seen: str, last_seq: str, recount: str
    ) -> None:
        """Put ``counts`` in the place of all counters, provided ``seen`` was counted last.

        ``seen`` is empty where nothing was counted. Refuses with ``StaleWrite``.
        """
        stored = cls.find_shard(event_shard)
        gone = set(stored.counts) - set(counts) if stored else set()
        first = Stats.last_seq.does_not_exist()
        cls.change(
            event_shard,
            REGISTRATIONS,
            actions=[
                Stats.last_seq.set(last_seq),
                Stats.recounted.set(recount),
                *(Path([name]).set(number) for name, number in sorted(counts.items())),
                *(Path([name]).remove() for name in sorted(gone)),
            ],
            condition=(Stats.last_seq == seen) if seen else first,
        )
