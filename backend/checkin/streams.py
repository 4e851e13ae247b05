"""What an admission leaves at the door: its scan record, written after the fact.

So the admission itself is one call, and a crash after it cannot lose the record: the stream of the
``registrations`` table delivers the change until this went through.
"""

from datetime import datetime

from backend.checkin.kinds import ScanResult
from backend.checkin.models import Scan, scan_shard
from backend.events import queries as events
from backend.registrations.streams import Change


def record_admission(change: Change, *, now: datetime) -> None:
    """Keep the scan that let a guest in; repeating it changes nothing."""
    new = change.new
    if new is None or change.came_at is None:
        return
    event = events.settings_of(new.event_id, now=now)
    Scan(
        event_shard=scan_shard(event.uuid, str(new.admitted_scan), shards=event.shards),
        scan_id=new.admitted_scan,
        event_id=event.uuid,
        result=ScanResult.ADMITTED,
        at=change.came_at,
        gate=new.admitted_gate,
        guest_shard=new.shard,
        guest=new.guest,
        admitted_at=change.came_at,
        admitted_gate=new.admitted_gate,
        scanned_by=new.changed_by,
    ).append()
