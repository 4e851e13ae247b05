"""Table ``seat_blocks``: three kinds of items make a pool of seats.

A pool of an event is named by the event's uuid.

=====================  ==============================  =================================
Access pattern         Keys                            Method
=====================  ==============================  =================================
one pool               pk=``<pool>#POOL``              ``Pool.find_pool``
what has room          pk=``<pool>#S<j>``, batch       ``Summary.list_for_pool``
claim, release         pk=``<pool>#B<k>``              ``Block.take``, ``Block.give_back``
all claims of a pool   pk=``<pool>#B<k>``, batch       ``Block.list_for_pool``
pools due for audit    audit_index: pk=audit_state,    ``Pool.list_due``
                       sk=audit_due_at
=====================  ==============================  =================================
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

from pynamodb.attributes import Attribute, BooleanAttribute, NumberAttribute, UnicodeAttribute
from pynamodb.constants import MAP, NUMBER, NUMBER_SET, STRING
from pynamodb.expressions.condition import size
from pynamodb.expressions.operand import Path
from pynamodb.expressions.update import Action
from pynamodb.indexes import GlobalSecondaryIndex, KeysOnlyProjection

from backend.seats.claims import BLOCKS_PER_SUMMARY, Claim, parse_claim
from backend.shared import db
from backend.shared.paging import Page

WRITES_PER_TRANSACTION = 100
_CAP_OF_NOTHING = ord("A")


class AuditState(StrEnum):
    """Which audit a pool waits for: soon, as it is full, closed or flagged; else nightly."""

    SOON = "SOON"
    NIGHTLY = "NIGHTLY"


class AuditIndex(GlobalSecondaryIndex["Pool"]):
    """What is due for an audit, by time."""

    class Meta:
        index_name = "audit_index"
        projection = KeysOnlyProjection()

    audit_state = db.EnumAttribute(AuditState, hash_key=True)
    audit_due_at = db.UtcAttribute(range_key=True)


class ClaimTimes(Attribute[Mapping[str, int]]):
    """A map from claim to the epoch second it was made."""

    attr_type = MAP

    def serialize(self, value: Mapping[str, int]) -> dict[str, Any]:
        """As DynamoDB writes a map of numbers."""
        return {claim: {NUMBER: str(at)} for claim, at in value.items()}

    def deserialize(self, value: Mapping[str, Mapping[str, str]]) -> dict[str, int]:
        """The map."""
        return {claim: int(at[NUMBER]) for claim, at in value.items()}


class BlockNumbers(Attribute[set[int]]):
    """A set of block numbers. DynamoDB keeps no empty set: the attribute is absent then."""

    attr_type = NUMBER_SET
    null = True

    def serialize(self, value: Iterable[int]) -> list[str] | None:
        """As DynamoDB writes a set of numbers."""
        return [str(number) for number in sorted(value)] or None

    def deserialize(self, value: Iterable[str]) -> set[int]:
        """The set."""
        return {int(number) for number in value}


class BlockCaps(Attribute[list[int]]):
    """The planned cap of each block, as one letter per block: A is 0, Y is 24."""

    attr_type = STRING
    null = True

    def serialize(self, value: Iterable[int]) -> str:
        """The letters."""
        return "".join(chr(_CAP_OF_NOTHING + cap) for cap in value)

    def deserialize(self, value: str) -> list[int]:
        """The caps, in the order of the blocks."""
        return [ord(letter) - _CAP_OF_NOTHING for letter in value]


def _put_new(item: "Pool | Summary | Block") -> None:
    try:
        item.put(condition=type(item).block.does_not_exist())
    except db.StaleWrite:
        return


class Pool(db.Table):
    """What a pool is: its capacity and how far an audit got.

    ``capacity`` is ``None`` for an unlimited pool, which takes no claims. ``blocks`` is how
    many block items there are. ``waiting`` sends newcomers to the waiting list and
    ``joined`` grows whenever it is raised. ``plan`` counts the steps of capacity changes and
    ``closed`` says that one is under way: first the blocks are shut and counted, then they
    get ``caps``. It stays closed, and ``over``, while more is claimed than there is.
    ``audited_at`` is when the last audit started.
    """

    class Meta(db.TableMeta):
        table_name = db.table_name("seat_blocks")

    block = UnicodeAttribute(hash_key=True)
    capacity = NumberAttribute(null=True)
    blocks = NumberAttribute(default=0)
    plan = NumberAttribute(default=0)
    closed = BooleanAttribute(default=False)
    over = BooleanAttribute(default=False)
    caps = BlockCaps()
    waiting = BooleanAttribute(default=False)
    joined = NumberAttribute(default=0)
    opened_at = db.UtcAttribute()
    audited_at = db.UtcAttribute(null=True)
    audit_state = db.EnumAttribute(AuditState, null=True)
    audit_due_at = db.UtcAttribute(null=True)

    audit_index = AuditIndex()

    @staticmethod
    def key(pool: str) -> str:
        """``<pool>#POOL``."""
        return f"{pool}#POOL"

    @classmethod
    def find_pool(cls, pool: str) -> "Pool | None":
        """The pool, read consistently."""
        return cls.find(cls.key(pool))

    @classmethod
    def list_due(
        cls, state: AuditState, *, now: datetime, limit: int, start: dict[str, Any] | None = None
    ) -> "Page[str]":
        """One page of the names of pools whose audit is due, the longest due first."""
        page = db.query_page(
            cls.audit_index,
            state,
            limit=limit,
            start=start,
            range_condition=AuditIndex.audit_due_at <= now,
        )
        return Page([item.block.rpartition("#")[0] for item in page.items], page.next_key)

    def add(self) -> None:
        """Write a new pool unless it is there."""
        _put_new(self)

    def announce(self, capacity: int) -> "Pool":
        """Close the pool for a change of its capacity, if no other step came between.

        Answers the pool as it is then; this and the next two refuse with ``StaleWrite``.
        """
        return self._next_step(
            Pool.capacity.set(capacity),
            Pool.closed.set(True),
            Pool.over.set(False),
            Pool.caps.remove(),
        )

    def plan_caps(self, caps: list[int]) -> "Pool":
        """Say what cap each block will have; blocks beyond those there are will be added."""
        return self._next_step(
            Pool.caps.set(caps), Pool.blocks.set(len(caps)), Pool.over.set(False)
        )

    def _next_step(self, *actions: Action) -> "Pool":
        return type(self).change(
            self.block,
            actions=[Pool.plan.set(self.plan + 1), *actions],
            condition=Pool.plan == self.plan,
        )

    def reopen(self) -> "Pool":
        """Take claims again: every block has its cap."""
        return type(self).change(
            self.block,
            actions=[Pool.closed.set(False), Pool.caps.remove()],
            condition=Pool.plan == self.plan,
        )

    def stay_closed(self) -> "Pool":
        """Remember that more is claimed than there are seats."""
        return type(self).change(
            self.block, actions=[Pool.over.set(True)], condition=Pool.plan == self.plan
        )

    def note_audit(self, *, started_at: datetime, next_due_at: datetime | None) -> None:
        """Remember when this audit started; with ``next_due_at`` also when every claim is next.

        Notes of audits that cross may overwrite each other: each only moves the next start.
        """
        actions = [Pool.audited_at.set(started_at)]
        if next_due_at is not None:
            actions.append(Pool.audit_due_at.set(next_due_at))
        type(self).change(self.block, actions=actions, condition=Pool.block.exists())

    def retire(self) -> None:
        """Leave the index of audits for good: nobody will claim here any more."""
        type(self).change(
            self.block,
            actions=[Pool.audit_state.remove(), Pool.audit_due_at.remove()],
            condition=Pool.block.exists(),
        )


class Summary(db.Table):
    """Which of 128 blocks have room. A hint: only the blocks themselves decide.

    While none has, the item stands in the index of audits as ``SOON``.
    """

    class Meta(db.TableMeta):
        table_name = db.table_name("seat_blocks")

    block = UnicodeAttribute(hash_key=True)
    room = BlockNumbers()
    audit_state = db.EnumAttribute(AuditState, null=True)
    audit_due_at = db.UtcAttribute(null=True)

    @staticmethod
    def key(pool: str, number: int) -> str:
        """``<pool>#S<number>``."""
        return f"{pool}#S{number}"

    @property
    def number(self) -> int:
        """Its place in the pool, from 0."""
        return int(self.block.rpartition("#S")[2])

    @staticmethod
    def number_of(block: int) -> int:
        """The number of the summary that covers a block."""
        return block // BLOCKS_PER_SUMMARY

    @classmethod
    def list_for_pool(cls, pool: str, *, blocks: int) -> "list[Summary]":
        """The summaries of a pool of this many blocks, read consistently."""
        numbers = range(cls.number_of(blocks - 1) + 1) if blocks else ()
        return list(
            cls.batch_get([cls.key(pool, number) for number in numbers], consistent_read=True)
        )

    def add(self) -> None:
        """Write a new summary unless it is there."""
        _put_new(self)

    @classmethod
    def clear(cls, pool: str, block: int, *, due_at: datetime, audit_soon: bool) -> "Summary":
        """Say that a block is full; ``audit_soon`` puts the summary into the index of audits."""
        actions: list[Action] = [Summary.room.delete({block})]
        if audit_soon:
            actions += [Summary.audit_state.set(AuditState.SOON), Summary.audit_due_at.set(due_at)]
        return cls.change(
            cls.key(pool, cls.number_of(block)), actions=actions, condition=Summary.block.exists()
        )

    @classmethod
    def show(cls, pool: str, blocks: set[int]) -> None:
        """Say that these blocks, all of one summary, have room."""
        number = cls.number_of(min(blocks))
        cls.change(
            cls.key(pool, number),
            actions=[Summary.room.add(blocks)],
            condition=Summary.block.exists(),
        )

    @classmethod
    def schedule(cls, pool: str, number: int, *, due_at: datetime | None) -> None:
        """Have the pool audited then, or take this summary out of the index of audits."""
        actions = (
            [Summary.audit_state.set(AuditState.SOON), Summary.audit_due_at.set(due_at)]
            if due_at
            else [Summary.audit_state.remove(), Summary.audit_due_at.remove()]
        )
        cls.change(cls.key(pool, number), actions=actions, condition=Summary.block.exists())


class Block(db.Table):
    """Up to ``cap`` claims, each with the second it was made. ``plan`` is whose cap it is."""

    class Meta(db.TableMeta):
        table_name = db.table_name("seat_blocks")

    block = UnicodeAttribute(hash_key=True)
    cap = NumberAttribute()
    plan = NumberAttribute(default=0)
    claims = ClaimTimes()

    @staticmethod
    def key(pool: str, number: int) -> str:
        """``<pool>#B<number>``."""
        return f"{pool}#B{number}"

    @property
    def number(self) -> int:
        """Its place in the pool, from 0."""
        return int(self.block.rpartition("#B")[2])

    @property
    def has_room(self) -> bool:
        """Whether another claim would be taken."""
        return len(self.claims) < self.cap

    def list_claims(self) -> list[tuple[Claim, int]]:
        """Its claims and the epoch second of each."""
        return [(parse_claim(text, block=self.number), at) for text, at in self.claims.items()]

    @classmethod
    def list_for_pool(cls, pool: str, *, blocks: int) -> "list[Block]":
        """All blocks of a pool, read consistently, in order."""
        keys = [cls.key(pool, number) for number in range(blocks)]
        return sorted(cls.batch_get(keys, consistent_read=True), key=lambda block: block.number)

    @classmethod
    def add_all(cls, blocks: "list[Block]") -> None:
        """Write new blocks, leaving alone those that are there: they may hold claims."""
        for first in range(0, len(blocks), WRITES_PER_TRANSACTION):
            batch = blocks[first : first + WRITES_PER_TRANSACTION]
            try:
                with db.transaction() as write:
                    for block in batch:
                        write.save(block, condition=Block.block.does_not_exist())
            except db.StaleWrite:
                for block in batch:
                    block.add()

    def add(self) -> None:
        """Write a new block unless it is there."""
        _put_new(self)

    @classmethod
    def set_cap(cls, pool: str, number: int, cap: int, *, plan: int) -> "Block":
        """Give a block, or a new one, the cap of a plan; the block as it is then.

        Refuses with ``StaleWrite``, which carries the block, when it has this plan or a newer.
        """
        return cls.change(
            cls.key(pool, number),
            actions=[
                Block.cap.set(cap),
                Block.plan.set(plan),
                Block.claims.set(Block.claims | {}),
            ],
            condition=Block.plan.does_not_exist() | (Block.plan < plan),
        )

    @classmethod
    def take(cls, pool: str, claim: Claim, *, now: datetime) -> "Block":
        """Add the claim if the block has room or holds it already; the block as it is then.

        Refuses with ``StaleWrite`` when it is full (or absent).
        """
        place: Path = Block.claims[claim.text]
        return cls.change(
            cls.key(pool, claim.block),
            actions=[place.set(int(now.timestamp()))],
            condition=place.exists() | (size(Block.claims) < Block.cap),
        )

    @classmethod
    def give_back(cls, pool: str, claim: Claim) -> "Block":
        """Remove exactly this claim; the block as it is then.

        Refuses with ``StaleWrite``, which carries the block, when it is not there.
        """
        place: Path = Block.claims[claim.text]
        return cls.change(
            cls.key(pool, claim.block), actions=[place.remove()], condition=place.exists()
        )
