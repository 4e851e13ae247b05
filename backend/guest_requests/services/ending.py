"""Requests end with their event, and forget their guest."""

from datetime import datetime
from typing import Any

from backend.guest_requests.models import GuestRequest
from backend.guest_requests.queries import kinds_of, list_of_guest
from backend.guest_requests.states import RequestStatus
from backend.shared.db import StaleWrite

S = RequestStatus
CALLED_OFF = "The event was canceled."
_ATTEMPTS = 4


def end_page(
    *,
    event_id: str,
    start: dict[str, Any] | None,
    limit: int,
    changed_by: str,
    now: datetime,
) -> dict[str, Any] | None:
    """End the next ``limit`` requests that wait at an event that was called off; where to go on.

    ``None``: there are no more. Bears being repeated.
    """
    offered = kinds_of(event_id, consistent=True)
    queues = [*(kind.key for kind in offered.kinds), *offered.former]
    place, after = (start["queue"], start["after"]) if start else (0, None)
    if place >= len(queues):
        return None
    page = GuestRequest.list_queue(event_id, queues[place], limit=limit, start=after)
    for found in page.items:
        end_called_off(found, changed_by=changed_by, now=now)
    if page.next_key:
        return {"queue": place, "after": page.next_key}
    return {"queue": place + 1, "after": None} if place + 1 < len(queues) else None


def end_called_off(found: GuestRequest, *, changed_by: str, now: datetime) -> GuestRequest:
    """Cancel a request that is open, decline one that somebody holds; as it is then.

    Staff may work on it meanwhile: it is looked at again, a few times (``StaleWrite``).
    """
    stored, change = found, {"done_at": now, "changed_at": now, "changed_by": changed_by}
    for _ in range(_ATTEMPTS):
        if not stored.is_waiting:
            return stored
        try:
            if stored.status is S.OPEN:
                return GuestRequest.cancel(
                    stored.request_id, event_id=stored.event_id, guest=stored.guest, **change
                )
            return GuestRequest.decline(
                stored.request_id,
                event_id=stored.event_id,
                source=S.CLAIMED,
                holder=str(stored.held_by),
                reason=CALLED_OFF,
                **change,
            )
        except StaleWrite as refusal:
            if refusal.old is None:
                raise
            stored = refusal.old
    raise StaleWrite(old=stored)


def erase_requests(
    *, event_id: str, guest: str, before: datetime | None = None, changed_by: str, now: datetime
) -> int:
    """Leave nothing in a guest's requests that tells of them; says how many there were.

    ``before``: since then the key is somebody else's. ``changed_by`` labels who erases. They stay
    counted, and in the queue where somebody may still bring what was asked for.
    """
    found = [
        one
        for one in list_of_guest(event_id=event_id, guest=guest)
        if before is None or one.created_at < before
    ]
    for one in found:
        one.forget_guest(changed_by=changed_by, now=now)
    return len(found)
