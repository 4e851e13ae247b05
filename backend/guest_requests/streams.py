"""Reactions to changes of the ``guest_requests`` table, whoever made them.

Each may happen more than once: counters and notices by a mark beside the request, mails by key,
activity by record id. What can fail for longest comes last, so that it delays nothing else.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from aws_lambda_powertools.utilities.data_classes.dynamo_db_stream_event import DynamoDBRecord

from backend.activity import counters
from backend.activity import services as activity
from backend.activity.kinds import ActivityKind
from backend.events import queries as events
from backend.events.models import Event
from backend.events.policies import RIGHTS, EventAction
from backend.guest_requests import mails, services, staff_topic
from backend.guest_requests.models import EventKinds, GuestRequest, RequestMark
from backend.guest_requests.staff_topic import Notice
from backend.guest_requests.states import RequestStatus
from backend.registrations.streams import Change as RegistrationChange
from backend.shared import db
from backend.shared.actor import SYSTEM
from backend.shared.config import config
from backend.shared.db import StaleWrite
from backend.team.invitees import PREFIX
from backend.team.roles import Role

K, S = ActivityKind, RequestStatus
NEW, LATE = "NEW", "LATE"
"""What a notice is about: somebody asked, or waits for longer than they should."""
_ATTEMPTS = 4
_KINDS = "kinds#"


@dataclass(frozen=True, slots=True)
class Change:
    """One write to a request: as it was (``None``: not there, or not told) and as it is."""

    record_id: str
    old: GuestRequest | None
    new: GuestRequest

    @property
    def is_other_status(self) -> bool:
        """Whether it moved, or was made."""
        return self.old is None or self.old.status is not self.new.status


def follow(record: DynamoDBRecord, *, now: datetime) -> None:
    """Count, keep and tell what one record says; what is no request, nor an event's kinds, is skipped."""
    written: Mapping[str, Any] = record["dynamodb"]
    if written["Keys"]["request_id"]["S"].startswith(_KINDS):
        _record_kinds(record)
        return
    change = read_change(record)
    if change is None:
        return
    count(change)
    record_activity(change)
    if _came_too_late(change):
        services.end_called_off(change.new, changed_by=SYSTEM.label, now=now)
        return
    tell_guest(change, now=now)
    tell_staff(change, now=now)


def follow_registration(change: RegistrationChange, *, now: datetime) -> None:
    """Let what a guest asked for go with the guest to another address. Bears being repeated."""
    new = change.new
    if new is not None and change.is_other_address:
        event = events.settings_of(new.event_id, now=now)
        services.move_requests(
            registration=new, former=str(new.former_guest), shards=int(event.shards)
        )


def follow_team(record: DynamoDBRecord) -> None:
    """Tell who left a team, or serves no requests any more, nothing further. Bears being repeated."""
    written = record["dynamodb"]
    new = (record.dynamodb.new_image if record.dynamodb else None) or {}
    if not written.get("OldImage") or not new or new["member"].startswith(PREFIX):
        return
    serves = EventAction.SERVE_REQUESTS in RIGHTS[Role(new["role"])]
    if new.get("removed_by") or not serves:
        services.end_subscriptions(event_id=new["event_id"], user_id=new["member"])


def read_change(record: DynamoDBRecord) -> Change | None:
    """The change of a request; ``None`` for what stands beside requests, and for deletions."""
    written = record["dynamodb"]
    new, old = written.get("NewImage"), written.get("OldImage")
    if not new or "status" not in new:
        return None
    return Change(
        record_id=str(record.event_id),
        old=GuestRequest.from_raw_data(old) if old else None,
        new=GuestRequest.from_raw_data(new),
    )


def count(change: Change) -> None:
    """Count the request under its state: once, whatever came before, and however often.

    The counter and a mark of what it holds change in one transaction. Rises (``StaleWrite``) only
    while others keep counting the same request.
    """
    if not change.is_other_status:
        return
    request, status = change.new, str(change.new.status)
    for _ in range(_ATTEMPTS):
        mark = RequestMark.of(request.request_id)
        if mark.counted_version >= request.version:
            return
        deltas = {mark.counted: -1, status: 1} if mark.counted else {status: 1}
        if mark.counted == status:
            deltas = {}
        try:
            with db.transaction() as write:
                mark.count_within(write, status, version=int(request.version))
                counters.count_requests_within(write, request.event_id, deltas)
        except StaleWrite:
            continue
        return
    raise StaleWrite


def record_activity(change: Change) -> None:
    """Keep who did what to the request: under the guest, so that it is in their history."""
    kind = _kind_of(change)
    if kind is None:
        return
    request = change.new
    activity.record(
        event_id=request.event_id,
        kind=kind,
        actor_label=request.changed_by,
        subject=request.guest,
        at=request.changed_at,
        record_id=change.record_id,
        details={"request_kind": request.kind_name, "request": request.request_id},
    )


def tell_guest(change: Change, *, now: datetime) -> None:
    """Ask for the mail that it is fulfilled, or declined."""
    if change.is_other_status and change.new.status in mails.TEMPLATES:
        mails.enqueue(change.new, now=now)


def tell_staff(change: Change, *, now: datetime) -> None:
    """Publish that somebody asked, or waits too long: at least once, and once as a rule.

    The mark is set after SNS took the notice: who dies in between tells again.
    """
    about = _notice_of(change)
    version = int(change.new.version)
    if about is None or RequestMark.of(change.new.request_id).told_version >= version:
        return
    staff_topic.publish(_notice(change.new, about, now=now))
    try:
        RequestMark.of(change.new.request_id).told(version)
    except StaleWrite:
        return  # another delivery of the same record was as fast


def _came_too_late(change: Change) -> bool:
    """Whether a guest waits at an event that was called off.

    Somebody asked, or recalled what was done, in a process that had not heard yet.
    """
    return change.new.is_waiting and Event.fetch(change.new.event_id).canceled_at is not None


def _kind_of(change: Change) -> ActivityKind | None:
    old, new = change.old.status if change.old else None, change.new.status
    if not change.is_other_status:
        return None
    if new is S.OPEN:
        return K.REQUEST_RELEASED if old is S.CLAIMED else K.REQUEST_MADE
    if new is S.CLAIMED:
        return K.REQUEST_RECALLED if old is S.FULFILLED else K.REQUEST_CLAIMED
    return {
        S.FULFILLED: K.REQUEST_FULFILLED,
        S.DECLINED: K.REQUEST_DECLINED,
        S.CANCELED: K.REQUEST_CANCELED,
    }[new]


def _notice_of(change: Change) -> str | None:
    old, new = change.old, change.new
    if new.late_at and (old is None or not old.late_at):
        return LATE if new.is_waiting else None
    return NEW if old is None and new.status is S.OPEN else None


def _notice(request: GuestRequest, about: str, *, now: datetime) -> Notice:
    """In words: no name and no address of the guest, which mails and phones would keep.

    Nor does a text message quote the guest: what strangers write is not sent to phones.
    """
    event = events.settings_of(request.event_id, now=now)
    asked_at = request.created_at.astimezone(ZoneInfo(event.time_zone))
    what = f"{request.kind_name}: {request.option}" if request.option else request.kind_name
    head = f"Waits too long: {what}" if about == LATE else what
    when = f"Asked at {asked_at:%H:%M} {asked_at.tzname()}."
    board = f"{config().public_base_url}/o/e/{event.uuid}/requests"
    return Notice(
        subject=f"{head} ({event.title})",
        text="\n".join(filter(None, [f"{head} ({event.title})", request.text, when, board])),
        short=f"{head}.",
        attributes={
            "event": request.event_id,
            "kind": request.kind,
            "team": request.team,
            "notice": about,
        },
    )


def _record_kinds(record: DynamoDBRecord) -> None:
    """Keep who changed what can be asked for."""
    new = record["dynamodb"].get("NewImage")
    if not new:
        return
    stored = EventKinds.from_raw_data(new)
    activity.record(
        event_id=stored.event_id,
        kind=K.REQUEST_KINDS_CHANGED,
        actor_label=stored.changed_by,
        subject=stored.event_id,
        at=stored.changed_at,
        record_id=str(record.event_id),
    )
