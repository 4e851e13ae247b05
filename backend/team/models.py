"""Table ``team``: one item per person and event, and one per open invitation.

=====================  ============================================  ==========================
Access pattern         Keys                                          Method
=====================  ============================================  ==========================
one person's role      pk=event_id, sk=member                        ``Member.find``
the team of an event   pk=event_id                                   ``Member.list_for_event``
a person's events      member_index: pk=member, sk=event_id          ``Member.list_for_member``
one invitation         pk=event_id, sk=``~<invitee>``                ``Invitation.find``
invitations, event     pk=event_id, sk begins with ``~``             ``Invitation.list_for_event``
invitations, address   member_index: pk=``~<invitee>``               ``Invitation.list_for_invitee``
=====================  ============================================  ==========================

What leaves is first marked with who did it, which is what the table's stream tells of, and
then deleted; a marked item that a crash left counts as gone, and DynamoDB deletes it in time.
"""

from datetime import datetime, timedelta
from typing import Any

from pynamodb.attributes import TTLAttribute, UnicodeAttribute
from pynamodb.expressions.condition import Condition
from pynamodb.indexes import AllProjection, GlobalSecondaryIndex
from pynamodb.transactions import TransactWrite

from backend.shared import db
from backend.shared.paging import Page
from backend.team.invitees import PREFIX
from backend.team.roles import Role

LEFT_KEPT_FOR = timedelta(days=1)


class MemberIndex(GlobalSecondaryIndex["Member"]):
    """The events of one person, newest first because event ids sort by time."""

    class Meta:
        index_name = "member_index"
        projection = AllProjection()

    member = UnicodeAttribute(hash_key=True)
    event_id = UnicodeAttribute(range_key=True)


class InvitationIndex(GlobalSecondaryIndex["Invitation"]):
    """The same index, for the invitations of one address."""

    class Meta:
        index_name = "member_index"
        projection = AllProjection()

    member = UnicodeAttribute(hash_key=True)
    event_id = UnicodeAttribute(range_key=True)


class Member(db.Table):
    """A person (``member`` is the user id) with one role at one event.

    ``changed_by`` labels who gave the role, ``removed_by`` who took it back.
    """

    class Meta(db.TableMeta):
        table_name = db.table_name("team")

    event_id = UnicodeAttribute(hash_key=True)
    member = UnicodeAttribute(range_key=True)
    name = UnicodeAttribute()
    role = db.EnumAttribute(Role)
    added_at = db.UtcAttribute()
    added_by = UnicodeAttribute()
    changed_by = UnicodeAttribute(null=True)
    removed_by = UnicodeAttribute(null=True)
    expires_at = TTLAttribute(null=True)

    member_index = MemberIndex()

    # Queries

    @classmethod
    def find_member(cls, event_id: str, user_id: str) -> "Member | None":
        """Who is in the team under this id, read consistently."""
        found = cls.find(event_id, user_id)
        return None if found is None or found.removed_by else found

    @classmethod
    def list_for_event(
        cls, event_id: str, *, limit: int, start: dict[str, Any] | None = None
    ) -> "Page[Member]":
        """One page of the team of an event, in the order of user ids."""
        page = db.query_page(
            cls, event_id, limit=limit, start=start, range_condition=Member.member < PREFIX
        )
        return Page([member for member in page.items if not member.removed_by], page.next_key)

    @classmethod
    def list_for_member(
        cls, user_id: str, *, limit: int, start: dict[str, Any] | None = None
    ) -> "Page[Member]":
        """One page of a person's memberships, the newest event first."""
        page = db.query_page(cls.member_index, user_id, limit=limit, start=start, newest_first=True)
        return Page([member for member in page.items if not member.removed_by], page.next_key)

    # Mutators

    def add(self) -> None:
        """Write the membership; ``StaleWrite`` when the person is in the team already."""
        self.put(_not_in_team())

    def add_within(self, write: TransactWrite) -> None:
        """The same as part of a larger transaction."""
        write.save(self, condition=_not_in_team())

    def change_role(self, role: Role, *, changed_by: str) -> "Member":
        """Give another role, provided it is still the one that was read, else ``StaleWrite``."""
        return Member.change(
            self.event_id,
            self.member,
            actions=[Member.role.set(role), Member.changed_by.set(changed_by)],
            condition=(Member.role == self.role) & Member.removed_by.does_not_exist(),
        )

    def rename(self, name: str) -> None:
        """Write another name, if the person is in the team still, else ``StaleWrite``."""
        Member.change(
            self.event_id,
            self.member,
            actions=[Member.name.set(name)],
            condition=Member.member.exists() & Member.removed_by.does_not_exist(),
        )

    def remove(self, *, removed_by: str, now: datetime) -> None:
        """Take the person out if the role is still the one that was read, else ``StaleWrite``."""
        Member.change(
            self.event_id,
            self.member,
            actions=[
                Member.removed_by.set(removed_by),
                Member.expires_at.set(now + LEFT_KEPT_FOR),
            ],
            condition=(Member.role == self.role) & Member.removed_by.does_not_exist(),
        )
        with db.conditional_write():
            self.delete(condition=Member.removed_by.exists())


def _not_in_team() -> Condition:
    free: Condition = Member.member.does_not_exist() | Member.removed_by.exists()
    return free


class Invitation(db.Table):
    """An address that was asked into the team of an event, in one role.

    ``member`` is the address's key. It stands until it is accepted, declined or withdrawn, at
    most until ``expires_at``. ``inviter`` is
    the name of who asked, for the mail.
    """

    class Meta(db.TableMeta):
        table_name = db.table_name("team")

    event_id = UnicodeAttribute(hash_key=True)
    member = UnicodeAttribute(range_key=True)
    email = UnicodeAttribute()
    role = db.EnumAttribute(Role)
    invited_at = db.UtcAttribute()
    invited_by = UnicodeAttribute()
    inviter = UnicodeAttribute()
    removed_by = UnicodeAttribute(null=True)
    expires_at = TTLAttribute()

    member_index = InvitationIndex()

    # Queries

    @classmethod
    def list_for_event(
        cls, event_id: str, *, limit: int, start: dict[str, Any] | None = None
    ) -> "Page[Invitation]":
        """One page of who was invited to an event, expired ones included."""
        page = db.query_page(
            cls,
            event_id,
            limit=limit,
            start=start,
            range_condition=Invitation.member.startswith(PREFIX),
        )
        return Page([one for one in page.items if not one.removed_by], page.next_key)

    @classmethod
    def list_for_invitee(cls, invitee: str, *, limit: int) -> "list[Invitation]":
        """What an address is invited to, the newest event first."""
        page = db.query_page(cls.member_index, invitee, limit=limit, newest_first=True)
        return [one for one in page.items if not one.removed_by]

    # Mutators

    def leave(self, *, removed_by: str) -> None:
        """End it, provided it is still the one that was read, else ``StaleWrite``."""
        Invitation.change(
            self.event_id,
            self.member,
            actions=[Invitation.removed_by.set(removed_by)],
            condition=self._unchanged(),
        )
        with db.conditional_write():
            self.delete(condition=Invitation.removed_by.exists())

    def end_within(self, write: TransactWrite) -> None:
        """Delete it as part of a larger transaction, provided it is the one that was read."""
        write.delete(self, condition=self._unchanged())

    def _unchanged(self) -> Condition:
        unchanged: Condition = (
            (Invitation.invited_at == self.invited_at)
            & (Invitation.role == self.role)
            & Invitation.removed_by.does_not_exist()
        )
        return unchanged
