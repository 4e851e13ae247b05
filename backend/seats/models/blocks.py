"""Blocks: where claims are made, each on its own partition."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pynamodb.attributes import Attribute, NumberAttribute
from pynamodb.constants import MAP, NUMBER
from pynamodb.expressions.condition import size
from pynamodb.expressions.operand import Path
from pynamodb.transactions import TransactWrite

from backend.seats.claims import SEATS_PER_BLOCK, Claim, parse_claim
from backend.seats.models.items import SeatItem
from backend.shared import db

WRITES_PER_TRANSACTION = 100


class ClaimTimes(Attribute[Mapping[str, int]]):
    """A map from claim to the epoch second it was made."""

    attr_type = MAP

    def serialize(self, value: Mapping[str, int]) -> dict[str, Any]:
        """As DynamoDB writes a map of numbers."""
        return {claim: {NUMBER: str(at)} for claim, at in value.items()}

    def deserialize(self, value: Mapping[str, Mapping[str, str]]) -> dict[str, int]:
        """The map."""
        return {claim: int(at[NUMBER]) for claim, at in value.items()}


class Block(SeatItem):
    """Up to ``cap`` claims, each with the second it was made. ``plan`` is whose cap it is."""

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
    def force(cls, pool: str, claim: Claim, *, now: datetime) -> "Block":
        """Add the claim whatever the cap, as long as the item stays within one write unit.

        Refuses with ``StaleWrite``, which carries the block: no more fit in (or it is absent).
        """
        place: Path = Block.claims[claim.text]
        return cls.change(
            cls.key(pool, claim.block),
            actions=[place.set(int(now.timestamp()))],
            condition=place.exists() | (size(Block.claims) < SEATS_PER_BLOCK),
        )

    @classmethod
    def add_shut(cls, pool: str, number: int) -> None:
        """Write a block that takes no claims yet, unless it is there."""
        cls(cls.key(pool, number), cap=0, claims={}).add()

    def rename_within(
        self, write: TransactWrite, claim: Claim, new: Claim, *, now: datetime
    ) -> None:
        """Part of a larger transaction: one claim for another in this block; fails it otherwise."""
        place: Path = Block.claims[claim.text]
        write.update(
            self,
            actions=[place.remove(), Block.claims[new.text].set(int(now.timestamp()))],
            condition=place.exists(),
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
