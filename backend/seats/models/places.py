"""Places: items that hold a seat of a pool, wait for one, or do neither any more.

The model of a table of places inherits ``Place`` and says what its statuses mean. Every write
here is one step of the seat protocol: one conditional write of one item.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar, Self

from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.expressions.condition import Condition
from pynamodb.indexes import GlobalSecondaryIndex, KeysOnlyProjection
from pynamodb.transactions import TransactWrite

from backend.seats.claims import Claim
from backend.shared import db
from backend.shared.paging import Page
from backend.shared.states import StateMachine


class WaitingIndex(GlobalSecondaryIndex[Any]):
    """Who waits for a seat, oldest first."""

    class Meta:
        index_name = "waiting_index"
        projection = KeysOnlyProjection()

    waiting_shard = UnicodeAttribute(hash_key=True)
    waiting_since = db.UtcAttribute(range_key=True)


class Place(db.Table):
    """One guest's place.

    ``version`` grows with every write of the seat protocol (commit, cancel, fence, …).
    ``claim_block`` and ``claim_attempt`` name the seat's claim while there is one.
    ``changed_by`` labels who wrote last.
    """

    STATES: ClassVar[StateMachine[Any]]
    SEATED: ClassVar[StrEnum]
    """The status of a place that was just given a seat."""
    HOLDING: ClassVar[tuple[StrEnum, ...]]
    """The statuses in which a place keeps its seat."""
    WAITLISTED: ClassVar[StrEnum]
    CANCELED: ClassVar[StrEnum]
    TOMBSTONE: ClassVar[StrEnum]
    """Nothing was there and a claim had to be fenced off: to everybody else nothing is there."""

    shard = UnicodeAttribute(hash_key=True)
    guest = UnicodeAttribute(range_key=True)
    event_id = UnicodeAttribute()
    status: db.EnumAttribute[Any]
    version = NumberAttribute()
    claim_block = NumberAttribute(null=True)
    claim_attempt = UnicodeAttribute(null=True)
    canceled_at = db.UtcAttribute(null=True)
    waiting_shard = UnicodeAttribute(null=True)
    waiting_since = db.UtcAttribute(null=True)
    changed_by = UnicodeAttribute(null=True)

    waiting_index = WaitingIndex()

    # What is so

    @property
    def pool(self) -> str:
        """The name of the pool whose seats these are."""
        raise NotImplementedError

    @property
    def is_confirmed(self) -> bool:
        """Whether the guest has a place, and so a seat."""
        return self.status in self.HOLDING

    @property
    def is_waiting(self) -> bool:
        """Whether the guest waits for a seat."""
        return bool(self.status is self.WAITLISTED)

    @property
    def is_active(self) -> bool:
        """Whether the guest has a place, or waits for one."""
        return self.is_confirmed or self.is_waiting

    @property
    def claim(self) -> Claim | None:
        """The seat it holds; ``None`` for one without (unlimited pool, waiting, canceled)."""
        if self.claim_attempt is None:
            return None
        return Claim(self.guest, self.claim_attempt, int(self.claim_block))

    def confirms(self, claim: Claim) -> bool:
        """Whether this place holds exactly this claim."""
        return self.is_confirmed and self.claim == claim

    def landed_as(self, stored: Self) -> bool:
        """Whether this place's commit took effect, whatever became of it since: ``stored``."""
        raise NotImplementedError

    def succeed(self, stored: Self) -> None:
        """Keep what ``stored``, which this place is written over, knows of the very first one.

        Who made that one, and never heard so, finds by it that it had landed.
        """
        raise NotImplementedError

    # Queries

    @classmethod
    def find_current(cls, keys: Sequence[tuple[str, str]]) -> dict[str, Self]:
        """The items of these (shard, guest) pairs as they are now, by guest."""
        return {item.guest: item for item in cls.batch_get(keys, consistent_read=True)}

    @classmethod
    def list_current(cls, keys: Sequence[tuple[str, str]]) -> list[Self]:
        """The items of these (shard, guest) pairs that exist, as they are now, in no order."""
        return list(cls.batch_get(keys, consistent_read=True)) if keys else []

    @classmethod
    def list_in_shard(cls, shard: str, *, after: str | None, limit: int) -> Page[Self]:
        """One page of a partition by guest key, read consistently, tombstones included."""
        start = {"shard": {"S": shard}, "guest": {"S": after}} if after else None
        return db.query_page(cls, shard, limit=limit, start=start, consistent=True)

    @classmethod
    def list_waiting(
        cls,
        waiting_shard: str,
        *,
        since: datetime | None = None,
        limit: int,
        start: dict[str, Any] | None = None,
    ) -> Page[Self]:
        """One page of who waits, the longest first: keys, a moment behind the table.

        ``since`` leaves out who has waited for longer than that.
        """
        later = WaitingIndex.waiting_since >= since if since else None
        return db.query_page(
            cls.waiting_index, waiting_shard, limit=limit, start=start, range_condition=later
        )

    @classmethod
    def count_waiting_before(cls, waiting_shard: str, moment: datetime, *, limit: int) -> int:
        """How many of one partition have waited since before that moment; at most ``limit``."""
        before = WaitingIndex.waiting_since < moment
        # A count by DynamoDB knows no limit.
        page = db.query_page(cls.waiting_index, waiting_shard, limit=limit, range_condition=before)
        return len(page.items)

    # Mutators

    def prepare(self, held: Claim | None, *, waiting_shard: str | None, now: datetime) -> None:
        """Make a draft one with this seat (or a place without a limit); with ``waiting_shard``
        one that waits there from now on."""
        self.status = self.WAITLISTED if waiting_shard else self.SEATED
        self.claim_block = held.block if held else None
        self.claim_attempt = held.attempt if held else None
        self.waiting_since = now if waiting_shard else None
        self.waiting_shard = waiting_shard

    def commit(self, *, seen: int) -> None:
        """Write this place over nothing, a canceled one or a tombstone of version ``seen``.

        ``seen`` is 0 where nothing is known to be there. Refuses with ``StaleWrite``, which
        carries what is there: the guest has a place, or the version moved on.
        """
        self.version = seen + 1
        self.put(condition=_free_at(type(self), seen))

    def add_within(self, write: TransactWrite, *, seen: int) -> None:
        """``commit`` as a part of a larger transaction, which fails where it refuses."""
        self.version = seen + 1
        write.save(self, condition=_free_at(type(self), seen))

    @classmethod
    def fence(cls, shard: str, guest: str, *, event_id: str, seen: int) -> bool:
        """Raise the version, so that no commit on its way at ``seen`` can land any more.

        Where nothing was a tombstone is put, without any index attribute. ``False`` when
        the version is not the one seen: somebody else's write was the fence.
        """
        try:
            if seen == 0:
                cls(shard, guest, event_id=event_id, status=cls.TOMBSTONE, version=1).put(
                    condition=cls.guest.does_not_exist()
                )
            else:
                cls.change(
                    shard,
                    guest,
                    actions=[cls.version.set(seen + 1)],
                    condition=cls.version == seen,
                )
        except db.StaleWrite:
            return False
        return True

    def cancel(self, *, at: datetime, changed_by: str) -> Self:
        """Give the place up, provided nothing changed since this was read.

        The claim leaves the item and is released by the caller. Refuses with
        ``IllegalTransition`` by what was read, ``StaleWrite`` by what is stored.
        """
        self.STATES.check(self.status, self.CANCELED)
        sources = self.STATES.sources_of(self.CANCELED)
        condition = _unchanged_since(self.version) & type(self).status.is_in(*sources)
        in_use = self._in_use()
        return self._move_on(
            {
                "status": self.CANCELED,
                "changed_by": changed_by,
                "canceled_at": at,
                "waiting_shard": None,
                "waiting_since": None,
                **_naming(None),
            },
            condition & ~in_use if in_use is not None else condition,
        )

    def promote(self, held: Claim | None, *, changed_by: str) -> Self:
        """Give who waits the seat that is held, or a place in an unlimited pool, as was read.

        Refuses as ``cancel`` does; the caller releases the claim then.
        """
        self.STATES.check(self.status, self.SEATED)
        return self._move_on(
            {
                "status": self.SEATED,
                "changed_by": changed_by,
                "waiting_shard": None,
                "waiting_since": None,
                **self._of_new_seat(),
                **_naming(held),
            },
            _unchanged_since(self.version) & (type(self).status == self.WAITLISTED),
        )

    def adopt(self, held: Claim) -> Self:
        """Name the claim of a guest who has a place without one, as was read."""
        return self._move_on(
            _naming(held),
            _unchanged_since(self.version)
            & type(self).status.is_in(*self.HOLDING)
            & Place.claim_attempt.does_not_exist(),
        )

    def _move_on(self, values: Mapping[str, object], condition: Condition) -> Self:
        changes = {"version": self.version + 1, **values}
        return type(self).change(
            self.shard, self.guest, actions=type(self).assignments(changes), condition=condition
        )

    def _in_use(self) -> Condition | None:
        """What says of a stored place, beside its status, that it cannot be given up any more."""
        return None

    def _of_new_seat(self) -> dict[str, object]:
        """What else a place has from when it was given a seat."""
        return {}


def _naming(held: Claim | None) -> dict[str, object]:
    return {
        "claim_block": held.block if held else None,
        "claim_attempt": held.attempt if held else None,
    }


def _free_at(model: type[Place], seen: int) -> Condition:
    if seen == 0:
        return Place.guest.does_not_exist()
    free: Condition = _unchanged_since(seen) & model.status.is_in(model.CANCELED, model.TOMBSTONE)
    return free


def _unchanged_since(seen: float) -> Condition:
    unchanged: Condition = Place.version == seen
    return unchanged
