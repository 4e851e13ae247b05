"""The item that says what a pool is."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from pynamodb.attributes import Attribute, BooleanAttribute, NumberAttribute
from pynamodb.constants import STRING
from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action

from backend.seats.models.audits import AuditIndex, AuditState
from backend.seats.models.items import SeatItem
from backend.shared import db
from backend.shared.paging import Page

_CAP_OF_NOTHING = ord("A")


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


class Pool(SeatItem):
    """What a pool is: its capacity and how far an audit got.

    ``capacity`` is ``None`` for an unlimited pool, which takes no claims. ``blocks`` is how
    many block items there are. ``waiting`` sends newcomers to the waiting list and
    ``joined`` grows whenever it is raised. ``plan`` counts the steps of capacity changes and
    ``closed`` says that one is under way: first the blocks are shut and counted, then they
    get ``caps``. It stays closed, and ``over``, while more is claimed than there is, and while
    it is ``adopting``: a pool that was unlimited lets guests claim the seats they have.
    ``order`` numbers the wish that ``capacity`` follows; a smaller number comes too late.
    ``audited_at`` is when the last audit started; ``empty_joined`` and ``empty_at`` say that
    an audit found nobody waiting, at which ``joined`` and when.
    """

    capacity = NumberAttribute(null=True)
    blocks = NumberAttribute(default=0)
    plan = NumberAttribute(default=0)
    closed = BooleanAttribute(default=False)
    over = BooleanAttribute(default=False)
    adopting = BooleanAttribute(default=False)
    order = NumberAttribute(default=0)
    caps = BlockCaps()
    waiting = BooleanAttribute(default=False)
    joined = NumberAttribute(default=0)
    empty_joined = NumberAttribute(null=True)
    empty_at = db.UtcAttribute(null=True)
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

    def announce(self, capacity: int, *, blocks: int, order: int, nightly_at: datetime) -> "Pool":
        """Close the pool for a change of its capacity, if no other step came between.

        One without a limit has its guests adopted first, into ``blocks`` blocks. Answers the
        pool as it is then; this and all that follow refuse with ``StaleWrite``.
        """
        adopting = self.adopting or self.capacity is None
        return self._next_step(
            Pool.capacity.set(capacity),
            Pool.blocks.set(max(blocks, self.blocks) if adopting else self.blocks),
            Pool.adopting.set(adopting),
            Pool.audit_state.set(Pool.audit_state | AuditState.NIGHTLY),
            Pool.audit_due_at.set(Pool.audit_due_at | nightly_at),
            *_SHUT,
            order=order,
        )

    def lift(self, *, order: int) -> "Pool":
        """Open the pool without a limit; those who hold a seat go on holding it."""
        return self._next_step(
            Pool.capacity.remove(),
            Pool.closed.set(False),
            Pool.over.set(False),
            Pool.adopting.set(False),
            Pool.caps.remove(),
            order=order,
        )

    def keep(self, *, order: int) -> "Pool":
        """Note that a later wish is for the capacity there is."""
        return type(self).change(
            self.block,
            actions=[Pool.order.set(order)],
            condition=(Pool.plan == self.plan) & _follows(order),
        )

    def recount(self) -> "Pool":
        """Close the pool so that its blocks are counted anew, with the capacity it has."""
        return self._next_step(*_SHUT)

    def extend(self, blocks: int) -> "Pool":
        """Have this many blocks; whoever counted fewer counts again."""
        return self._next_step(Pool.blocks.set(blocks), *_SHUT)

    def end_adoption(self) -> "Pool":
        """Every confirmed guest has a claim: the blocks may be counted."""
        return self._next_step(Pool.adopting.set(False))

    def plan_caps(self, caps: list[int]) -> "Pool":
        """Say what cap each block will have; blocks beyond those there are will be added."""
        return self._next_step(
            Pool.caps.set(caps), Pool.blocks.set(len(caps)), Pool.over.set(False)
        )

    def _next_step(self, *actions: Action, order: int | None = None) -> "Pool":
        condition: Condition = Pool.plan == self.plan
        wish: list[Action] = []
        if order is not None:
            condition, wish = condition & _follows(order), [Pool.order.set(order)]
        return type(self).change(
            self.block,
            actions=[Pool.plan.set(self.plan + 1), *wish, *actions],
            condition=condition,
        )

    @classmethod
    def raise_flag(cls, pool: str) -> "Pool":
        """Say that somebody waits: newcomers go to the list. Refuses where there is no pool."""
        return cls.change(
            cls.key(pool),
            actions=[Pool.waiting.set(True), Pool.joined.add(1)],
            condition=Pool.block.exists(),
        )

    def note_empty(self, *, at: datetime | None) -> None:
        """Remember (or, with ``None``, forget) that an audit found nobody waiting.

        Refuses with ``StaleWrite`` when somebody joined since the pool was read.
        """
        actions = (
            [Pool.empty_joined.set(self.joined), Pool.empty_at.set(at)]
            if at
            else [Pool.empty_joined.remove(), Pool.empty_at.remove()]
        )
        type(self).change(self.block, actions=actions, condition=Pool.joined == self.joined)

    def lower_flag(self) -> None:
        """Let newcomers claim again; refuses when somebody joined since the pool was read."""
        type(self).change(
            self.block,
            actions=[
                Pool.waiting.set(False),
                Pool.empty_joined.remove(),
                Pool.empty_at.remove(),
            ],
            condition=Pool.joined == self.joined,
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


_SHUT = (Pool.closed.set(True), Pool.over.set(False), Pool.caps.remove())


def _follows(order: int) -> Condition:
    later: Condition = Pool.order.does_not_exist() | (Pool.order < order)
    return later
