"""Reactions to changes of the ``events`` table."""

from contextlib import suppress
from typing import Any

from aws_lambda_powertools.utilities.data_classes.dynamo_db_stream_event import DynamoDBRecord

from backend.activity import services as activity
from backend.activity.kinds import ActivityKind
from backend.events import api_cache
from backend.events.details import DETAILS
from backend.events.models import Event
from backend.events.states import EventStatus
from backend.jobs import services as jobs
from backend.jobs.errors import LaneBusy
from backend.jobs.kinds import JobKind
from backend.seats import services as seats
from backend.shared.clock import parse_iso

_KIND_OF_STATUS = {
    EventStatus.PUBLISHED: ActivityKind.EVENT_PUBLISHED,
    EventStatus.FINISHED: ActivityKind.EVENT_FINISHED,
    EventStatus.CANCELED: ActivityKind.EVENT_CANCELED,
    EventStatus.ARCHIVED: ActivityKind.EVENT_ARCHIVED,
}


def follow_event(record: DynamoDBRecord) -> None:
    """Keep the change as activity and see to it that a published event has its seats.

    Bears being repeated, and out of order: the activity is written over, a pool that is open
    stays, and its seats follow the event as it is stored now.
    """
    change = record.dynamodb
    old, new = (change.old_image, change.new_image) if change else ({}, {})
    if not new:
        return
    if new["status"] != EventStatus.DRAFT:
        api_cache.forget()
    if new["status"] == EventStatus.PUBLISHED and old.get("status") != EventStatus.PUBLISHED:
        _open_pool(new)
    elif new["status"] == EventStatus.PUBLISHED and old.get("capacity") != new.get("capacity"):
        _change_seats(new, had_limit=old.get("capacity") is not None)
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


def _change_seats(new: dict[str, Any], *, had_limit: bool) -> None:
    """Editing does the first part too, but may have died before it."""
    event = Event.fetch(new["uuid"])
    if event.status is not EventStatus.PUBLISHED:
        return
    _open_pool(new)
    seats.change_capacity(
        pool=event.uuid, seats=event.capacity, order=event.version, now=event.updated_at
    )
    if had_limit or new.get("capacity") is None:
        return
    # Who is confirmed holds no seat yet: there were none to hold.
    with suppress(LaneBusy):
        jobs.start_job(
            kind=JobKind.ADOPT_SEATS,
            event_id=event.uuid,
            params={},
            actor_label=new["changed_by"],
            user_id="",
            total=None,
            now=event.updated_at,
            key=f"v{new['version']}",
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
    changed = [name for name in DETAILS if old.get(name) != new.get(name)]
    if changed:
        return ActivityKind.EVENT_EDITED, {"fields": " ".join(changed)}
    return None, {}
