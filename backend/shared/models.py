"""Table ``idempotency``: one item per user, operation and ``Idempotency-Key``.

==========================  ===========  =======================
Access pattern              Keys         Method
==========================  ===========  =======================
start, or see what was      pk=id        ``Attempt.begin``
keep the answer             pk=id        ``Attempt.finish``
forget a failed attempt     pk=id        ``Attempt.forget``
==========================  ===========  =======================
"""

from datetime import datetime, timedelta

from pynamodb.attributes import NumberAttribute, UnicodeAttribute

from backend.shared import db

KEPT_FOR = timedelta(days=1)
# Longer than any function may run: whoever holds it longer has died.
HELD_FOR = timedelta(seconds=60)


class Attempt(db.Table):
    """One use of a key; ``answer`` is empty until the work is done.

    ``expiration`` (epoch seconds) only lets DynamoDB tidy up; ``valid_until`` decides.
    """

    class Meta(db.TableMeta):
        table_name = db.table_name("idempotency")

    id = UnicodeAttribute(hash_key=True)
    body_hash = UnicodeAttribute()
    holder = UnicodeAttribute()
    answer = UnicodeAttribute(default="")
    valid_until = db.UtcAttribute()
    expiration = NumberAttribute()

    @classmethod
    def begin(cls, key: str, *, body_hash: str, holder: str, now: datetime) -> "Attempt":
        """Take the key; refuses (``StaleWrite`` with the old item) one that is in use."""
        attempt = cls(
            key,
            body_hash=body_hash,
            holder=holder,
            valid_until=now + HELD_FOR,
            expiration=int((now + KEPT_FOR).timestamp()),
        )
        attempt.put(cls.id.does_not_exist() | (cls.valid_until < now))
        return attempt

    def finish(self, answer: str, *, now: datetime) -> None:
        """Keep the answer for a day, if the key is still held by this attempt."""
        self.answer, self.valid_until = answer, now + KEPT_FOR
        self.put(Attempt.holder == self.holder)

    def forget(self) -> None:
        """Free the key after a refusal, if it is still held by this attempt."""
        with db.conditional_write():
            self.delete(Attempt.holder == self.holder)
