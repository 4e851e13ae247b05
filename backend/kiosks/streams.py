"""Reactions to changes of the ``kiosks`` table."""

from typing import Any

from aws_lambda_powertools.utilities.data_classes.dynamo_db_stream_event import DynamoDBRecord

from backend.activity import services as activity
from backend.activity.kinds import ActivityKind
from backend.kiosks.states import KioskStatus
from backend.shared.clock import parse_iso

K, S = ActivityKind, KioskStatus
_SETTINGS = ("name", "gate", "mode", "express", "pin_hash")


def record_change(record: DynamoDBRecord) -> None:
    """Keep who added, paired, changed or revoked a kiosk. Bears being repeated.

    Pairing codes, and what a device reports, tell nothing.
    """
    change = record.dynamodb
    old, new = (change.old_image, change.new_image) if change else ({}, {})
    if not new or "status" not in new:
        return
    kind = _kind_of(old, new)
    if kind is None:
        return
    activity.record(
        event_id=new["event_id"],
        kind=kind,
        actor_label=new["changed_by"],
        subject=new["kiosk_id"],
        at=parse_iso(new["changed_at"]),
        record_id=str(record.event_id),
        details={"gate": new["gate"]},
    )


def _kind_of(old: dict[str, Any], new: dict[str, Any]) -> ActivityKind | None:
    if not old:
        return K.KIOSK_ADDED
    if old["status"] != new["status"]:
        moved = {S.ACTIVE: K.KIOSK_PAIRED, S.REVOKED: K.KIOSK_REVOKED}
        return moved.get(S(new["status"]), K.KIOSK_CHANGED)
    if any(old.get(name) != new.get(name) for name in _SETTINGS):
        return K.KIOSK_CHANGED
    return None
