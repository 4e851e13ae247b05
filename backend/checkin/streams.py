"""What coming in and going out leave at the door: scan records, written after the fact.

So the admission itself is one call, and a crash after it cannot lose the record: the stream of the
``registrations`` table delivers the change until this went through.
"""

from datetime import datetime
from typing import Any

from backend.checkin.kinds import ScanKind, ScanResult
from backend.checkin.models import Scan, scan_shard
from backend.events import queries as events
from backend.registrations.models import Registration
from backend.registrations.streams import Change


def record_passage(change: Change, *, now: datetime) -> None:
    """Keep the scan that let a guest in or out; repeating it changes nothing."""
    new = change.new
    if new is None or change.is_other_address:
        return
    if change.came_at:
        _keep(
            new,
            now=now,
            kind=ScanKind.ENTRY,
            result=ScanResult.ADMITTED,
            scan_id=new.admitted_scan,
            at=change.came_at,
            gate=new.admitted_gate,
            scanned_by=new.admitted_by or new.changed_by,
        )
    elif change.went_out:
        _keep(
            new,
            now=now,
            kind=ScanKind.EXIT,
            result=ScanResult.LEFT,
            scan_id=new.left_scan,
            at=new.left_at,
            gate=new.left_gate,
            scanned_by=new.changed_by,
        )


def _keep(new: Registration, *, now: datetime, scan_id: str, **values: Any) -> None:
    event = events.settings_of(new.event_id, now=now)
    scan = Scan(
        event_shard=scan_shard(event.uuid, scan_id, shards=event.shards),
        scan_id=scan_id,
        event_id=event.uuid,
        guest_shard=new.shard,
        guest=new.guest,
        admitted_at=values["at"],
        admitted_gate=values["gate"],
        **values,
    )
    kept = scan.append()
    if kept is not scan and (kept.guest, kept.result) != (scan.guest, scan.result):
        # A device used this id for something else before. Every scan is kept, so this one goes
        # beside it, under an id that no device can send.
        scan.scan_id = f"{scan_id}.{new.guest}"
        scan.append()
