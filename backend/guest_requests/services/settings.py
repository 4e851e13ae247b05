"""What can be asked for at an event, as its organisers say."""

from collections.abc import Sequence
from datetime import datetime

from backend.events import queries as events
from backend.events.policies import EventAction
from backend.guest_requests.errors import KindInUse
from backend.guest_requests.kinds import Kind, checked_kinds
from backend.guest_requests.models import EventKinds, GuestRequest
from backend.guest_requests.queries import OfferedKinds, kinds_of
from backend.shared.actor import Actor
from backend.shared.db import StaleWrite

_MOST_FORMER = 100


def save_kinds(
    *, event_id: str, kinds: Sequence[Kind], version: int, actor: Actor, now: datetime
) -> OfferedKinds:
    """Replace what can be asked for, provided ``version`` is still the stored one.

    Requests that were made keep what they say. A kind without a key is a new one. Refuses like
    ``authorize`` (``MANAGE_REQUESTS``), with ``BadInput`` (``kinds.<n>.<field>``), ``KindInUse`` when
    an own kind is left out for which guests wait, and ``StaleWrite``.
    """
    events.authorize(event_id=event_id, actor=actor, action=EventAction.MANAGE_REQUESTS, now=now)
    stored = kinds_of(event_id, consistent=True)
    if stored.version != version:
        raise StaleWrite("Somebody changed these kinds meanwhile. Look again.")
    tidy = checked_kinds(kinds)
    kept = {kind.key for kind in tidy}
    removed = [kind for kind in stored.kinds if kind.key not in kept]
    for kind in removed:
        if GuestRequest.list_queue(event_id, kind.key, limit=1).items:
            raise KindInUse(f"Guests still wait for {kind.name}: switch it off instead.")
    # Somebody may have asked for one of them just now, so its queue is looked at further on.
    gone = [key for key in stored.former if key not in kept] + [kind.key for kind in removed]
    former = tuple(gone[-_MOST_FORMER:])
    EventKinds(
        request_id=EventKinds.key(event_id),
        event_id=event_id,
        kinds=[kind.to_document() for kind in tidy],
        former=list(former),
        kinds_version=version + 1,
        changed_at=now,
        changed_by=actor.label,
    ).replace(seen=version)
    return OfferedKinds(tidy, version + 1, former)
