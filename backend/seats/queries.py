"""What this process believes about pools: read at most once a second, so "full" is free."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from backend.seats.models import AuditState, Pool, Summary
from backend.seats.states import Availability
from backend.shared.paging import Page

VIEW_FOR = timedelta(seconds=1)
_VIEWS_KEPT = 1_000
_views: dict[str, "View"] = {}


@dataclass(slots=True)
class View:
    """A pool as it was read, kept up by what this process claims and releases.

    ``room`` are the blocks said to have room. It is a hint: only a block decides.
    """

    read_at: datetime
    limited: bool
    closed: bool
    over: bool
    waiting: bool
    blocks: int
    room: set[int]

    @property
    def availability(self) -> Availability:
        """What a newcomer would be told."""
        seats = self.for_who_waits
        stands = self.waiting and seats in (Availability.OPEN, Availability.FULL)
        return Availability.WAITING if stands else seats

    @property
    def for_who_waits(self) -> Availability:
        """What somebody on the waiting list would be told, whoever else is on it."""
        if self.closed:
            return Availability.FULL if self.over else Availability.CLOSED
        if not self.limited:
            return Availability.UNLIMITED
        return Availability.OPEN if self.room else Availability.FULL


def view_of(pool: str, *, now: datetime, fresh: bool = False) -> View:
    """The pool, at most a second old unless ``fresh``; one not opened yet counts as closed.

    A clock that was set back counts as expired.
    """
    known = _views.get(pool)
    if known and not fresh and timedelta(0) <= now - known.read_at < VIEW_FOR:
        return known
    stored = Pool.find_pool(pool)
    if stored is None:
        return View(now, limited=True, closed=True, over=False, waiting=False, blocks=0, room=set())
    blocks = int(stored.blocks)
    room: set[int] = set()
    for summary in Summary.list_for_pool(pool, blocks=blocks):
        room |= summary.room or set()
    if len(_views) >= _VIEWS_KEPT:
        _views.clear()
    limited = stored.capacity is not None
    view = View(now, limited, stored.closed, stored.over, stored.waiting, blocks, room)
    _views[pool] = view
    return view


def forget_views() -> None:
    """Read every pool anew: what a process that starts afresh does."""
    _views.clear()


def list_due_audits(*, now: datetime, limit: int = 50) -> list[str]:
    """Up to ``limit`` pools of each kind of audit that are due, the longest due first."""
    due = [name for state in AuditState for name in list_due(state, now=now, limit=limit).items]
    return list(dict.fromkeys(due))


def list_due(
    state: AuditState, *, now: datetime, limit: int, start: dict[str, Any] | None = None
) -> Page[str]:
    """One page of the names of pools whose audit is due, the longest due first."""
    return Pool.list_due(state, now=now, limit=limit, start=start)
