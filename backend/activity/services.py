"""Recording what happened. Streams call this, so that nothing is recorded that was not written."""

import hashlib
from collections.abc import Mapping
from datetime import datetime

from backend.activity.kinds import ActivityKind
from backend.activity.models import Activity, month_key, subject_key
from backend.shared.ulids import ulid_of


def record(
    *,
    event_id: str,
    kind: ActivityKind,
    actor_label: str,
    subject: str,
    at: datetime,
    record_id: str,
    details: Mapping[str, str] | None = None,
) -> Activity:
    """Keep that ``actor_label`` did ``kind`` to ``subject`` at that moment.

    Idempotent by ``record_id`` (the id of the stream record): a replay changes nothing, also
    when somebody was erased from the item since. Nothing handed in may be a name or an address.
    """
    activity = Activity(
        event_month=month_key(event_id, at),
        ulid=_ulid(at, record_id),
        event_id=event_id,
        kind=kind,
        actor_label=actor_label,
        subject=subject,
        subject_key=subject_key(event_id, subject) if subject != event_id else None,
        at=at,
        details=dict(details) if details else None,
    )
    activity.put_if_absent()
    return activity


def _ulid(at: datetime, record_id: str) -> str:
    """Sorts by time; the random part is a hash, so that it comes out the same again."""
    milliseconds = int(at.timestamp() * 1000).to_bytes(6, "big")
    digest = hashlib.sha256(record_id.encode()).digest()[:10]
    return ulid_of(milliseconds + digest)
