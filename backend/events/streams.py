"""Reactions to changes of the ``events`` table."""

from typing import Any

from aws_lambda_powertools.utilities.data_classes.dynamo_db_stream_event import DynamoDBRecord

from backend.activity import services as activity
from backend.activity.kinds import ActivityKind
from backend.events.states import EventStatus
from backend.seats import services as seats
from backend.shared.clock import parse_iso

_KIND_OF_STATUS = {
    EventStatus.PUBLISHED: ActivityKind.EVENT_PUBLISHED,
    EventStatus.FINISHED: ActivityKind.EVENT_FINISHED,
    EventStatus.CANCELED: ActivityKind.EVENT_CANCELED,
    EventStatus.ARCHIVED: ActivityKind.EVENT_ARCHIVED,
}
# Details that an organiser edits; the rest follows from them or from the status.
_DETAILS = (
    "title",
    "description",
    "starts_at",
    "ends_at",
    "time_zone",
    "location_type",
    "location",
    "category",
    "capacity",
    "waiting_list",
    "visibility",
    "questions",
    "admission_opens_at",
    "admission_closes_at",
    "reentry",
)


def follow_event(record: DynamoDBRecord) -> None:
    """Keep the change as activity and see to it that a published event has its seat pool.

    Bears being repeated: the activity is written over, and a pool that is open stays.
    """
    change = record.dynamodb
    old, new = (change.old_image, change.new_image) if change else ({}, {})
    if not new:
        return
    if new["status"] == EventStatus.PUBLISHED and old.get("status") != EventStatus.PUBLISHED:
        _open_pool(new)
    kind, details = _what_happened(old, new)
    if kind is None:
        return
    activity.record(
        event_id=new["uuid"],
        kind=kind,
        actor_label=new["changed_by"],
        subject=new["uuid"],
        at=parse_iso(new["updated_at"]),
        record_id=str(record.event_id),
        details=details,
    )


def _open_pool(new: dict[str, Any]) -> None:
    """Publishing does this too, but may have died between its two writes."""
    capacity = new.get("capacity")
    seats.open_pool(
        pool=new["uuid"],
        capacity=None if capacity is None else int(capacity),
        now=parse_iso(new["updated_at"]),
    )


def _what_happened(
    old: dict[str, Any], new: dict[str, Any]
) -> tuple[ActivityKind | None, dict[str, str]]:
    """The kind of the change, and for an edit the names of the details that changed."""
    if not old:
        return ActivityKind.EVENT_CREATED, {}
    if old["status"] != new["status"]:
        return _KIND_OF_STATUS[EventStatus(new["status"])], {}
    if old.get("banner_key") != new.get("banner_key"):
        return ActivityKind.BANNER_CHANGED, {}
    changed = [name for name in _DETAILS if old.get(name) != new.get(name)]
    if changed:
        return ActivityKind.EVENT_EDITED, {"fields": " ".join(changed)}
    return None, {}
