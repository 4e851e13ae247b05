"""The item that says what a pool is."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from pynamodb.attributes import Attribute, BooleanAttribute, NumberAttribute
from pynamodb.constants import STRING
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
    get ``caps``. It stays closed, and ``over``, while more is claimed than there is.
    ``audited_at`` is when the last audit started.
    """

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
