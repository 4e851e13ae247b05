"""Summaries: which blocks have room."""

from collections.abc import Iterable
from datetime import datetime

from pynamodb.attributes import Attribute
from pynamodb.constants import NUMBER_SET
from pynamodb.expressions.update import Action

from backend.seats.claims import BLOCKS_PER_SUMMARY
from backend.seats.models.audits import AuditState
from backend.seats.models.items import SeatItem
from backend.shared import db


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


class Summary(SeatItem):
    """Which of 128 blocks have room. A hint: only the blocks themselves decide.

    While none has, the item stands in the index of audits as ``SOON``.
    """

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

    @classmethod
    def schedule_first(cls, pool: str, number: int, *, due_at: datetime) -> None:
        """Have the pool audited then, unless it is to be audited already."""
        try:
            cls.change(
                cls.key(pool, number),
                actions=[
                    Summary.audit_state.set(AuditState.SOON),
                    Summary.audit_due_at.set(due_at),
                ],
                condition=Summary.block.exists() & Summary.audit_state.does_not_exist(),
            )
        except db.StaleWrite:
            return
