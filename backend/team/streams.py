"""Reactions to changes of the ``team`` table."""

from datetime import UTC, datetime
from typing import Any

from aws_lambda_powertools.utilities.data_classes.dynamo_db_stream_event import DynamoDBRecord

from backend.activity import services as activity
from backend.activity.kinds import ActivityKind
from backend.team.invitees import PREFIX

K = ActivityKind


def record_change(record: DynamoDBRecord) -> None:
    """Keep who was invited, joined, got another role or left, and by whom.

    Bears being repeated. The deletion that follows a mark, or that time brings, tells nothing.
    """
    change = record.dynamodb
    old, new = (change.old_image, change.new_image) if change else ({}, {})
    if not new:
        return
    kind = _kind_of(old, new)
    if kind is None:
        return
    activity.record(
        event_id=new["event_id"],
        kind=kind,
        actor_label=_who(new),
        subject=new["member"],
        at=datetime.fromtimestamp(float(record["dynamodb"]["ApproximateCreationDateTime"]), UTC),
        record_id=str(record.event_id),
        details={"role": new["role"]},
    )


def _kind_of(old: dict[str, Any], new: dict[str, Any]) -> ActivityKind | None:
    invited = new["member"].startswith(PREFIX)
    if new.get("removed_by"):
        left = K.INVITATION_ENDED if invited else K.MEMBER_LEFT
        return None if old.get("removed_by") else left
    if invited:
        return K.MEMBER_INVITED if old.get("invited_at") != new["invited_at"] else None
    if not old or old.get("removed_by"):
        return K.MEMBER_JOINED
    return K.MEMBER_CHANGED if old["role"] != new["role"] else None


def _who(new: dict[str, Any]) -> str:
    return str(
        new.get("removed_by") or new.get("invited_by") or new.get("changed_by") or new["added_by"]
    )
