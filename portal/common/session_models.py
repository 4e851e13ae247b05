"""Table ``web_sessions``: browser sessions, and counters of attempts beside them.

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

from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.indexes import GlobalSecondaryIndex, KeysOnlyProjection

from backend.shared import db


class SubIndex(GlobalSecondaryIndex["WebSession"]):
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
