"""Claims for guests who were confirmed while their event had no limit."""

from collections.abc import Sequence
from datetime import datetime

from backend.events import queries as events
from backend.registrations.models import Registration
from backend.seats import queries as seat_queries
from backend.seats import services as seats
from backend.shared import db

ADOPTED_AT_ONCE = 200
_TRIES = 5
_PAGE = 100


def adopt_seat(registration: Registration, *, now: datetime) -> bool:
    """Claim the seat that a confirmed guest has, if the event has a limit; whether it did.

    Who was confirmed before the limit keeps the place even where that is one too many. The
    caller lets the pool be counted (``promote_waiting`` does). Refuses with ``PoolNotFound`` and
    ``PoolBusy``.
    """
    for _ in range(_TRIES):
        if not registration.is_confirmed or registration.claim is not None:
            return False
        held = seats.adopt(pool=registration.event_id, guest=registration.guest, now=now)
        if held is None:
            return False
        try:
            registration.adopt(held)
        except db.StaleWrite as refusal:
            registration = refusal.old
        else:
            return True
        if registration.confirms(held):
            return True
        seats.release(pool=registration.event_id, claim=held, now=now)
    return False


def adopt_late(confirmed: Sequence[Registration], *, now: datetime) -> bool:
    """Adopt guests of one event who were seen confirmed without a claim; whether it has a limit.

    For commits that were decided without a limit and landed after there was one again. If there
    is, the caller lets the pool be counted (``promote_waiting`` does), whoever adopted them.
    """
    if not confirmed:
        return False
    view = seat_queries.view_of(confirmed[0].event_id, now=now, fresh=True)
    if not view.limited:
        return False
    current = Registration.find_current([(one.shard, one.guest) for one in confirmed])
    for found in current.values():
        adopt_seat(found, now=now)
    return True


def adopt_page(
    *, event_id: str, shard: int, after: str | None, limit: int, now: datetime
) -> tuple[int, str | None]:
    """Adopt the guests of one page of a shard: how many, and the key to go on after (or none)."""
    page = Registration.list_in_shard(f"{event_id}#R{shard}", after=after, limit=limit)
    adopted = sum(adopt_seat(found, now=now) for found in page.items)
    return adopted, page.next_key["guest"]["S"] if page.next_key else None


def adopt_seats(*, event_id: str, now: datetime, limit: int = ADOPTED_AT_ONCE) -> bool:
    """Adopt whom a change from no limit left without a claim, and let the pool be counted.

    Stops after about ``limit`` guests; ``False`` while some are left, or when the pool kept
    changing. Only reads where nobody is to be adopted.
    """
    left = limit
    for _ in range(_TRIES):
        plan = seats.adopting_since(pool=event_id)
        if plan is None:
            return True
        left -= _adopt_some(event_id, left, now=now)
        if left <= 0:
            return False
        if seats.end_adoption(pool=event_id, plan=plan, now=now):
            return True
    return False


def _adopt_some(event_id: str, limit: int, *, now: datetime) -> int:
    """Adopt the guests of all pages until about ``limit`` were; how many that is."""
    event, adopted = events.settings_of(event_id, now=now), 0
    for shard in range(int(event.shards)):
        after: str | None = None
        while adopted < limit:
            done, after = adopt_page(
                event_id=event_id, shard=shard, after=after, limit=_PAGE, now=now
            )
            adopted += done
            if after is None:
                break
    return adopted
