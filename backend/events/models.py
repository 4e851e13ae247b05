"""Table ``events``: one item per event.

======================  ================================================  =====================
Access pattern          Keys                                              Method
======================  ================================================  =====================
one event               pk=uuid                                           ``Event.fetch``
several events          pk=uuid, batch                                    ``Event.find_many``
what a person made      creator_index: pk=creator_id, sk=starts_at        ``list_by_creator``
public, from a time on  listing_index: pk=listing (``PUBLIC#yyyy-mm``),   ``list_in_month``
                        sk=starts_at; only while published and public
all that were public    directory_index: pk=directory (``PUBLIC``),       ``list_directory``
                        sk=uuid; those that are over, too
======================  ================================================  =====================
"""

from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

from pynamodb.attributes import BooleanAttribute, JSONAttribute, UnicodeAttribute
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex, KeysOnlyProjection
from pynamodb.transactions import TransactWrite

from backend.events.errors import EventNotFound
from backend.events.kinds import Category, LocationType, Visibility
from backend.events.states import EDITABLE, EVENT_STATES, EventStatus
from backend.shared import db
from backend.shared.paging import Page

LONGEST_ID = 64


class CreatorIndex(GlobalSecondaryIndex["Event"]):
    """What one person made, by start."""

    class Meta:
        index_name = "creator_index"
        projection = AllProjection()

    creator_id = UnicodeAttribute(hash_key=True)
    starts_at = db.UtcAttribute(range_key=True)


class ListingIndex(GlobalSecondaryIndex["Event"]):
    """Published public events of one month, by start."""

    class Meta:
        index_name = "listing_index"
        projection = AllProjection()

    listing = UnicodeAttribute(hash_key=True)
    starts_at = db.UtcAttribute(range_key=True)


class DirectoryIndex(GlobalSecondaryIndex["Event"]):
    """Public events of all times, by id and so by when they were made: keys only."""

    class Meta:
        index_name = "directory_index"
        projection = KeysOnlyProjection()

    directory = UnicodeAttribute(hash_key=True)
    uuid = UnicodeAttribute(range_key=True)


DIRECTORY = "PUBLIC"
"""Where public events stand from being published until they are canceled or archived."""


def listing_of(month: datetime) -> str:
    """The listing bucket of a moment: ``PUBLIC#2026-11`` (UTC)."""
    return f"PUBLIC#{month.astimezone(UTC):%Y-%m}"


class Event(db.Table):
    """Something guests come to.

    ``shards`` is over how many partitions its registrations spread. ``version`` counts
    the changes of its details. ``changed_by`` is the label of who wrote last.
    ``capacity`` is ``None`` when there is no limit. ``questions`` are what guests are asked
    (a list of objects). Guests are let in from ``admission_opens_at`` to
    ``admission_closes_at``, by default from twelve hours before the start to the end;
    with ``reentry`` who left may come in again. ``offered_banner`` is where the image goes
    that the event's maker was invited to upload; ``event_app`` holds the words of the event
    app's clients (field → text) where ours are others.
    """

    class Meta(db.TableMeta):
        table_name = db.table_name("events")

    uuid = UnicodeAttribute(hash_key=True)
    title = UnicodeAttribute()
    description = UnicodeAttribute()
    starts_at = db.UtcAttribute()
    ends_at = db.UtcAttribute()
    time_zone = UnicodeAttribute()
    location_type = db.EnumAttribute(LocationType)
    location = UnicodeAttribute()
    category = db.EnumAttribute(Category)
    capacity = db.IntegerAttribute(null=True)
    waiting_list = BooleanAttribute(default=False)
    questions = JSONAttribute(null=True)
    admission_opens_at = db.UtcAttribute(null=True)
    admission_closes_at = db.UtcAttribute(null=True)
    reentry = BooleanAttribute(default=False)
    visibility = db.EnumAttribute(Visibility)
    status = db.EnumAttribute(EventStatus, default=EventStatus.DRAFT)
    shards = db.IntegerAttribute()
    creator_id = UnicodeAttribute()
    creator_name = UnicodeAttribute()
    banner_key = UnicodeAttribute(null=True)
    offered_banner = UnicodeAttribute(null=True)
    event_app = JSONAttribute(null=True)
    version = db.IntegerAttribute(default=1)
    created_at = db.UtcAttribute()
    updated_at = db.UtcAttribute()
    published_at = db.UtcAttribute(null=True)
    canceled_at = db.UtcAttribute(null=True)
    changed_by = UnicodeAttribute()
    listing = UnicodeAttribute(null=True)
    directory = UnicodeAttribute(null=True)

    creator_index = CreatorIndex()
    listing_index = ListingIndex()
    directory_index = DirectoryIndex()

    # Queries

    @classmethod
    def fetch(cls, event_id: str) -> "Event":
        """The event, read consistently; ``EventNotFound`` when there is none."""
        # What cannot be a key would be an error of DynamoDB's, not an answer.
        is_key = 0 < len(event_id) <= LONGEST_ID and event_id.isascii()
        event = cls.find(event_id) if is_key else None
        if event is None:
            raise EventNotFound("There is no such event.")
        return event

    @classmethod
    def list_by_creator(
        cls, creator_id: str, *, limit: int, start: dict[str, Any] | None = None
    ) -> "Page[Event]":
        """One page of what a person made, the latest start first."""
        return db.query_page(
            cls.creator_index, creator_id, limit=limit, start=start, newest_first=True
        )

    @classmethod
    def list_in_month(
        cls,
        month: datetime,
        *,
        first: datetime,
        last: datetime,
        limit: int,
        start: dict[str, Any] | None = None,
        latest_first: bool = False,
    ) -> "Page[Event]":
        """One page of the published public events of ``month`` that start from first to last."""
        return db.query_page(
            cls.listing_index,
            listing_of(month),
            limit=limit,
            start=start,
            range_condition=ListingIndex.starts_at.between(first, last),
            newest_first=latest_first,
        )

    @classmethod
    def list_directory(cls, *, before: str | None, limit: int) -> "Page[Event]":
        """One page of what is or was public, the newest made first: keys, a moment behind.

        ``before`` is an id, of an event or not; those made before it follow.
        """
        older = DirectoryIndex.uuid < before if before else None
        return db.query_page(
            cls.directory_index, DIRECTORY, limit=limit, range_condition=older, newest_first=True
        )

    # Mutators

    def add_within(self, write: TransactWrite) -> None:
        """Write a new event as part of a larger transaction."""
        write.save(self, condition=Event.uuid.does_not_exist())

    def revise(self, values: Mapping[str, Any]) -> "Event":
        """Write new details over exactly the version that was read.

        Refuses with ``StaleWrite`` when another edit won or the event closed meanwhile.
        """
        changes = {"version": self.version + 1, **values}
        return Event.change(
            self.uuid,
            actions=Event.assignments(changes),
            condition=(Event.version == self.version) & Event.status.is_in(*EDITABLE),
        )

    def move_to(self, target: EventStatus, values: Mapping[str, Any]) -> "Event":
        """Change the status, provided the stored one still allows it and no edit came between.

        Refuses with ``IllegalTransition`` by what was read, ``StaleWrite`` by what is stored.
        """
        EVENT_STATES.check(self.status, target)
        changes = {"status": target, "version": self.version + 1, **values}
        return Event.change(
            self.uuid,
            actions=Event.assignments(changes),
            condition=Event.status.is_in(*EVENT_STATES.sources_of(target))
            & (Event.version == self.version),
        )

    def rename_creator(self, name: str) -> None:
        """Show another name of who made it; the details keep their version."""
        with suppress(db.StaleWrite):
            Event.change(
                self.uuid,
                actions=[Event.creator_name.set(name)],
                condition=Event.uuid.exists(),
            )

    def show_banner(self, key: str, values: Mapping[str, Any]) -> "Event":
        """Point to another banner, provided nobody else did; the details keep their version.

        No two changes may carry the same ``key``. Refuses with ``StaleWrite``.
        """
        seen = Event.banner_key
        unchanged = seen == self.banner_key if self.banner_key else seen.does_not_exist()
        try:
            return Event.change(
                self.uuid,
                actions=Event.assignments({"banner_key": key, **values}),
                condition=unchanged & Event.status.is_in(*EDITABLE),
            )
        except db.StaleWrite as refusal:
            stored: Event | None = refusal.old
            # A write whose answer was lost is sent again, and then refused though it landed.
            if stored is not None and stored.banner_key == key:
                return stored
            raise
