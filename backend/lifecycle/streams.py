"""Reactions over several features to changes of the ``events`` table."""

from aws_lambda_powertools.utilities.data_classes.dynamo_db_stream_event import DynamoDBRecord

from backend.events.states import EventStatus
from backend.lifecycle import services
from backend.registrations import services as registrations
from backend.shared.clock import parse_iso, utc_now


def follow_cancellation(record: DynamoDBRecord) -> None:
    """Have the registrations of an event that was just called off canceled, whoever did it.

    Bears being repeated: the job is started once.
    """
    change = record.dynamodb
    old, new = (change.old_image, change.new_image) if change else ({}, {})
    if not new or new["status"] != EventStatus.CANCELED or not new.get("published_at"):
        return
    if old.get("status") == EventStatus.CANCELED:
        return
    services.start_cancellation(
        event_id=new["uuid"],
        actor_label=new["changed_by"],
        now=parse_iso(new["updated_at"]),
    )


def follow_capacity(record: DynamoDBRecord) -> None:
    """Give seats that a change of the capacity brought to who waits. Bears being repeated."""
    change = record.dynamodb
    old, new = (change.old_image, change.new_image) if change else ({}, {})
    if not old or not new or new["status"] != EventStatus.PUBLISHED:
        return
    if old.get("capacity") != new.get("capacity"):
        registrations.promote_waiting(event_id=new["uuid"], now=utc_now())
