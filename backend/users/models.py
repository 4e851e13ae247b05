"""Tables ``users``, one item per account, and ``web_sessions``: who is signed in to the portal.

==============  ===============================================  ==================
Access pattern  Keys                                             Method
==============  ===============================================  ==================
one user        pk=userid (the account's ``sub``)                ``User.find``
every user      a scan, page by page; administrators only        ``User.list_page``
==============  ===============================================  ==================

Table ``web_sessions`` has counters of attempts beside the sessions:

==========================  ==============================  ==============================
Access pattern              Keys                            Method
==========================  ==============================  ==============================
one session                 pk=SHA-256 of the session key   ``WebSession.find``
all sessions of a person    sub_index: sub                  ``WebSession.list_keys_of``
attempts in one window      pk=``attempts#<who>#<window>``  ``WebSession.count_attempt``
==========================  ==============================  ==============================

The table knows only the hash of a session key: reading it does not let anyone in.
TTL removes what is past ``expires_at``; whether a session still counts is decided by
reading the time, never by the item being gone.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.constants import NUMBER, STRING
from pynamodb.indexes import GlobalSecondaryIndex, KeysOnlyProjection

from backend.shared import db
from backend.shared.clock import iso
from backend.shared.paging import Page


class _WrittenByAnyone(UnicodeAttribute):
    """A text, also where another program stored a number; what is neither is empty."""

    def get_value(self, value: dict[str, Any]) -> str:
        """The text, or the digits."""
        return str(value.get(STRING, value.get(NUMBER, "")))


class User(db.Table):
    """A person with an account, or only a name that administrators keep.

    ``timestamp`` is the last change of the item. Other programs may put items here that have
    no more than a ``userid``, and times in their own spelling: they are served as they are.
    """

    class Meta(db.TableMeta):
        table_name = db.table_name("users")

    userid = UnicodeAttribute(hash_key=True)
    name = _WrittenByAnyone(null=True)
    email = _WrittenByAnyone(null=True)
    created_at = _WrittenByAnyone(null=True)
    timestamp = _WrittenByAnyone(null=True)

    @classmethod
    def new(cls, user_id: str, *, name: str, email: str | None, now: datetime) -> "User":
        """A user who is not stored yet."""
        return cls(user_id, name=name, email=email, created_at=iso(now), timestamp=iso(now))

    @classmethod
    def list_page(cls, *, limit: int, start: dict[str, Any] | None) -> "Page[User]":
        """One page of all users, in no order that means anything."""
        found = cls.scan(limit=limit, last_evaluated_key=start)
        return Page(list(found), found.last_evaluated_key)

    def add(self) -> None:
        """Write a new user; ``StaleWrite`` when there is one with this id."""
        self.put(User.userid.does_not_exist())

    @classmethod
    def rename(cls, user_id: str, name: str, *, now: datetime) -> "User":
        """Change the name; ``StaleWrite`` when there is no such user."""
        return cls.change(
            user_id,
            actions=[cls.name.set(name), cls.timestamp.set(iso(now))],
            condition=cls.userid.exists(),
        )

    @classmethod
    def remove(cls, user_id: str) -> None:
        """Delete the item, if there is one."""
        cls(user_id).delete()


class SubIndex(GlobalSecondaryIndex["WebSession"]):
    """The sessions of one person."""

    class Meta:
        index_name = "sub_index"
        projection = KeysOnlyProjection()

    sub = UnicodeAttribute(hash_key=True)


class WebSession(db.Table):
    """One browser session, or one counter of attempts.

    ``data`` is JSON; ``expires_at`` seconds since 1970. One model for both kinds: PynamoDB
    keeps one description per table.
    """

    class Meta(db.TableMeta):
        table_name = db.table_name("web_sessions")

    session_key = UnicodeAttribute(hash_key=True)
    sub = UnicodeAttribute(null=True)
    data = UnicodeAttribute(null=True)
    attempts = NumberAttribute(null=True)
    expires_at = NumberAttribute()

    sub_index = SubIndex()

    @classmethod
    def list_keys_of(cls, sub: str) -> Iterator[str]:
        """The hashed keys of everything a person is signed in with."""
        return (found.session_key for found in cls.sub_index.query(sub))

    @classmethod
    def remove_all_of(cls, sub: str) -> int:
        """End everything that a person is signed in with; how many sessions that was."""
        keys = list(cls.list_keys_of(sub))
        for key in keys:
            cls(key).delete()
        return len(keys)

    def add(self) -> None:
        """Store a new session; refuses with ``StaleWrite`` when the key is taken."""
        self.put(WebSession.session_key.does_not_exist())

    def replace(self) -> None:
        """Store a changed session; refuses with ``StaleWrite`` when it was ended meanwhile."""
        self.put(WebSession.session_key.exists())

    @classmethod
    def count_attempt(cls, key: str, *, limit: int, expires_at: int) -> None:
        """Count one more attempt; refuses with ``StaleWrite`` once ``limit`` are counted."""
        cls.change(
            key,
            actions=[WebSession.attempts.add(1), WebSession.expires_at.set(expires_at)],
            condition=WebSession.attempts.does_not_exist() | (WebSession.attempts < limit),
        )
