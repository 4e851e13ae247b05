"""How registrations are read."""

from typing import Any, Self

from pynamodb.expressions.condition import Condition

from backend.registrations.errors import RegistrationNotFound
from backend.registrations.models.attributes import Attributes, NameIndex
from backend.registrations.states import RegistrationStatus
from backend.shared import db
from backend.shared.paging import Page


class Lookups(Attributes):
    """One item by its key, several, and pages of the indexes."""

    @classmethod
    def fetch(cls, shard: str, guest: str) -> Self:
        """The registration, read consistently.

        Refuses with ``RegistrationNotFound``; a tombstone is as good as nothing.
        """
        found = cls.find(shard, guest)
        if found is None or found.status is RegistrationStatus.TOMBSTONE:
            raise RegistrationNotFound("This guest is not registered.")
        return found

    @classmethod
    def list_by_email(
        cls, email: str, *, limit: int, start: dict[str, Any] | None = None
    ) -> Page[Self]:
        """One page of what an address is registered to, the latest first: keys and status."""
        return db.query_page(cls.email_index, email, limit=limit, start=start, newest_first=True)

    @classmethod
    def list_by_name(
        cls, name_shard: str, *, prefix: str, after: str | None, limit: int
    ) -> Page[Self]:
        """One page of a name shard, by name, after the name key ``after``: keys and status."""
        condition: Condition | None = NameIndex.name_key.startswith(prefix) if prefix else None
        if after is not None:
            # From the key itself, not from an item: the page before may have ended in
            # another shard, where no item has this key.
            last = prefix + "\U0010ffff"
            condition = (
                NameIndex.name_key.between(after + "\0", last)
                if prefix
                else NameIndex.name_key > after
            )
        return db.query_page(cls.name_index, name_shard, limit=limit, range_condition=condition)

    @classmethod
    def list_by_guest_prefix(cls, shard: str, prefix: str, *, limit: int) -> Page[Self]:
        """The registrations whose guest key starts like this, read consistently."""
        return db.query_page(
            cls,
            shard,
            limit=limit,
            range_condition=Attributes.guest.startswith(prefix),
            consistent=True,
        )
