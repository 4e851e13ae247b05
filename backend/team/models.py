"""Table ``team``: one item per person and event.

=====================  ============================================  ==========================
Access pattern         Keys                                          Method
=====================  ============================================  ==========================
one person's role      pk=event_id, sk=member                        ``Member.find``
the team of an event   pk=event_id                                   ``Member.list_for_event``
a person's events      member_index: pk=member, sk=event_id          ``Member.list_for_member``
=====================  ============================================  ==========================
"""

from typing import Any

from pynamodb.attributes import UnicodeAttribute
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex
from pynamodb.transactions import TransactWrite

from backend.shared import db
from backend.shared.paging import Page
from backend.team.roles import Role


class MemberIndex(GlobalSecondaryIndex["Member"]):
    """The events of one person, newest first because event ids sort by time."""

    class Meta:
        index_name = "member_index"
        projection = AllProjection()

    member = UnicodeAttribute(hash_key=True)
    event_id = UnicodeAttribute(range_key=True)


class Member(db.Table):
    """A person (``member`` is the user id) with one role at one event."""

    class Meta(db.TableMeta):
        table_name = db.table_name("team")

    event_id = UnicodeAttribute(hash_key=True)
    member = UnicodeAttribute(range_key=True)
    name = UnicodeAttribute()
    role = db.EnumAttribute(Role)
    added_at = db.UtcAttribute()
    added_by = UnicodeAttribute()

    member_index = MemberIndex()

    @classmethod
    def list_for_event(
        cls, event_id: str, *, limit: int, start: dict[str, Any] | None = None
    ) -> "Page[Member]":
        """One page of the team of an event, in the order of user ids."""
        return db.query_page(cls, event_id, limit=limit, start=start)

    @classmethod
    def list_for_member(
        cls, user_id: str, *, limit: int, start: dict[str, Any] | None = None
    ) -> "Page[Member]":
        """One page of a person's memberships, the newest event first."""
        return db.query_page(cls.member_index, user_id, limit=limit, start=start, newest_first=True)

    def add(self) -> None:
        """Write the membership; ``StaleWrite`` when the person is in the team already."""
        self.put(Member.member.does_not_exist())

    def add_within(self, write: TransactWrite) -> None:
        """The same as part of a larger transaction."""
        write.save(self, condition=Member.member.does_not_exist())

    def remove(self) -> None:
        """Delete the membership if it is still the one that was read, else ``StaleWrite``."""
        with db.conditional_write():
            self.delete(condition=Member.role == self.role)
