"""What organisers do with an event. Used by the portal and by the public API.

The registrations table and everything else that follows a change react to the events
stream; these functions write the event (and its team, and its seat pool) only.
"""

import secrets
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from typing import Any

from backend.events import media_bucket, queries
from backend.events.details import DETAILS, EventDetails, checked
from backend.events.errors import EventClosed, EventNotStarted, SignInNeeded
from backend.events.kinds import Visibility, shards_for
from backend.events.media_bucket import UploadOffer
from backend.events.models import DIRECTORY, Event, listing_of
from backend.events.policies import EventAction
from backend.events.questions import check_same_kinds, questions_of, with_ids
from backend.events.states import EDITABLE, EventStatus
from backend.seats import services as seats
from backend.seats.errors import PoolBusy, PoolNotFound
from backend.shared import db
from backend.shared.actor import ERASED_NAME, Actor, ActorKind
from backend.shared.errors import BadInput
from backend.shared.paging import MAX_LIMIT
from backend.shared.ulids import new_uuid7
from backend.team.models import Member
from backend.team.roles import Role

__all__ = [
    "EventDetails",
    "UploadOffer",
    "archive_event",
    "attach_banner",
    "attach_upload",
    "cancel_event",
    "copy_event",
    "create_event",
    "create_published_event",
    "edit_event",
    "finish_event",
    "forget_creator",
    "offer_banner",
    "publish_event",
]


def create_event(*, details: EventDetails, actor: Actor, now: datetime) -> Event:
    """A draft that the actor owns: the event and its first team member, both or neither.

    Questions without an id get one. Refuses with ``SignInNeeded`` and ``BadInput``.
    """
    _require_account(actor)
    event = _draft(_checked(details), actor, now)
    _add_with_owner(event, actor, now)
    return event


def copy_event(*, event_id: str, actor: Actor, now: datetime) -> Event:
    """A new draft of the actor's with the details, questions and banner of an event.

    The dates are the same, for its organisers to move; guests and team stay behind. The
    banner is a copy, too. Refuses with ``SignInNeeded``, ``EventNotFound`` and
    ``EventForbidden`` (copying shows what only its organisers see).
    """
    original = _authorize(event_id, actor, EventAction.EDIT, now)
    _require_account(actor)
    event = _draft(_details_of(original), actor, now)
    if original.banner_key:
        event.banner_key = media_bucket.copy_banner(original.banner_key, event_id=event.uuid)
    _add_with_owner(event, actor, now)
    return event


def _require_account(actor: Actor) -> None:
    if not actor.is_signed_in:
        raise SignInNeeded("Sign in to make an event.")


def _checked(details: EventDetails) -> EventDetails:
    tidy = checked(details)
    return replace(tidy, questions=with_ids(tidy.questions, lambda: secrets.token_hex(4)))


def _details_of(event: Event) -> EventDetails:
    stored = {name: getattr(event, name) for name in DETAILS}
    return EventDetails(**stored | {"questions": questions_of(event)})


def _draft(details: EventDetails, actor: Actor, now: datetime) -> Event:
    return Event(
        # Ids sort by time, so lists of memberships show the newest event first.
        uuid=new_uuid7(now),
        status=EventStatus.DRAFT,
        shards=shards_for(details.capacity),
        creator_id=actor.user_id,
        creator_name=actor.name,
        version=1,
        created_at=now,
        updated_at=now,
        changed_by=actor.label,
        **details.stored(),
    )


def _add_with_owner(event: Event, actor: Actor, now: datetime) -> None:
    owner = Member(
        event_id=event.uuid,
        member=actor.user_id,
        name=actor.name,
        role=Role.OWNER,
        added_at=now,
        added_by=actor.label,
    )
    with db.transaction() as write:
        event.add_within(write)
        owner.add_within(write)


def edit_event(
    *, event_id: str, details: EventDetails, version: int, actor: Actor, now: datetime
) -> Event:
    """Write new details over the ``version`` that the actor saw.

    A published event's seats follow its capacity: everybody who is confirmed stays so.
    Should the process die between the two, the events stream sees to it. Refuses with
    ``EventNotFound``, ``EventForbidden``, ``EventClosed`` (over, canceled), ``StaleWrite``
    (somebody edited meanwhile) and ``BadInput``: also when a published event would get an
    end that is over, or a question another kind.
    """
    event = _authorize_change(event_id, actor, now)
    if event.version != version:
        raise db.StaleWrite(old=event)
    new = _checked(details)
    values = {**new.stored(), **_written(actor, now)}
    if event.status is EventStatus.PUBLISHED:
        _check_published(event, new, now)
        values |= _places(new.visibility, new.starts_at)
    else:
        # Nobody is registered yet, so the registrations may still spread otherwise.
        values["shards"] = shards_for(new.capacity)
    changed = _changed(event.revise(values))
    if changed.status is EventStatus.PUBLISHED and changed.capacity != event.capacity:
        # What these refuse, the stream repeats until it is done.
        with suppress(PoolNotFound, PoolBusy):
            seats.change_capacity(
                pool=changed.uuid, seats=changed.capacity, order=changed.version, now=now
            )
    return changed


def _check_published(event: Event, new: EventDetails, now: datetime) -> None:
    check_same_kinds(questions_of(event), new.questions)
    if new.ends_at != event.ends_at and new.ends_at <= now:
        raise BadInput({"ends_at": "The end of a published event cannot be moved into the past."})


def publish_event(*, event_id: str, actor: Actor, now: datetime) -> Event:
    """Open a draft for registration and open its seat pool.

    Refuses with ``EventNotFound``, ``EventForbidden``, ``IllegalTransition``, ``BadInput``
    (it is over) and ``StaleWrite``. Should the process die before the pool is open, the
    events stream opens it.
    """
    event = _authorize(event_id, actor, EventAction.PUBLISH, now)
    if event.status is EventStatus.DRAFT and event.ends_at <= now:
        raise BadInput({"ends_at": "This event is over. Move it before you publish it."})
    published = event.move_to(
        EventStatus.PUBLISHED,
        {
            "published_at": now,
            **_places(event.visibility, event.starts_at),
            **_written(actor, now),
        },
    )
    seats.open_pool(pool=event.uuid, capacity=event.capacity, now=now)
    return _changed(published)


def cancel_event(*, event_id: str, actor: Actor, now: datetime) -> Event:
    """Call a draft or a published event off; it leaves the listing at once.

    Refuses with ``EventNotFound``, ``EventForbidden``, ``IllegalTransition`` and
    ``StaleWrite``.
    """
    event = _authorize(event_id, actor, EventAction.CANCEL, now)
    values = {"canceled_at": now, "listing": None, "directory": None, **_written(actor, now)}
    return _changed(event.move_to(EventStatus.CANCELED, values))


def finish_event(*, event_id: str, actor: Actor, now: datetime) -> Event:
    """Close a published event that has begun; it leaves the listing.

    Refuses with ``EventNotFound``, ``EventForbidden``, ``EventNotStarted``,
    ``IllegalTransition`` and ``StaleWrite``.
    """
    event = _authorize(event_id, actor, EventAction.FINISH, now)
    if event.status is EventStatus.PUBLISHED and now < event.starts_at:
        raise EventNotStarted("This event has not begun. To call it off, cancel it.")
    values = {"listing": None, **_written(actor, now)}
    return _changed(event.move_to(EventStatus.FINISHED, values))


def archive_event(*, event_id: str, actor: Actor, now: datetime) -> Event:
    """Put an event that is finished or canceled away: only its team and its guests see it.

    Refuses with ``EventNotFound``, ``EventForbidden``, ``IllegalTransition`` and
    ``StaleWrite``.
    """
    event = _authorize(event_id, actor, EventAction.ARCHIVE, now)
    values = {"directory": None, **_written(actor, now)}
    return _changed(event.move_to(EventStatus.ARCHIVED, values))


def create_published_event(
    *,
    details: EventDetails,
    content_type: str,
    event_app: dict[str, str] | None = None,
    actor: Actor,
    now: datetime,
) -> tuple[Event, str]:
    """A new event that guests see at once, and the key under which its banner can be uploaded.

    The event and its owner are written together; the events stream opens the seat pool should
    this process die before it does. An event may be over already: it is listed, and takes
    nobody. Refuses with ``SignInNeeded`` and ``BadInput`` (also on ``content_type``).
    """
    _require_account(actor)
    event = _draft(_checked(details), actor, now)
    upload = media_bucket.new_upload(event_id=event.uuid, content_type=content_type)
    event.status, event.published_at = EventStatus.PUBLISHED, now
    for name, value in _places(event.visibility, event.starts_at).items():
        setattr(event, name, value)
    event.offered_banner = media_bucket.banner_of(upload)
    event.event_app = event_app or None
    _add_with_owner(event, actor, now)
    seats.open_pool(pool=event.uuid, capacity=event.capacity, now=now)
    return event, upload


def attach_upload(*, upload: str, now: datetime) -> bool:
    """Show the image that a new event's maker put to ``upload``, provided it is one.

    Whatever was uploaded is gone afterwards, and only the first image counts. Bears being
    repeated. ``False`` when nothing changes: no image or too large, or not wanted any more.
    """
    banner = media_bucket.banner_of(upload)
    event = Event.find(media_bucket.event_of(upload))
    if event is None or event.offered_banner != banner or not _awaits_banner(event):
        media_bucket.remove(upload)
        return False
    try:
        media_bucket.copy_checked(event_id=event.uuid, key=upload, banner=banner)
    except BadInput:
        return False
    maker = Actor(ActorKind.USER, user_id=event.creator_id, device="api")
    try:
        _changed(event.show_banner(banner, _written(maker, now)))
        shown = True
    except db.StaleWrite:
        media_bucket.remove(banner)
        shown = False
    # Not before: who is stopped in between finds it when called again.
    media_bucket.remove(upload)
    return shown


def _awaits_banner(event: Event) -> bool:
    return event.status in EDITABLE and event.banner_key is None


def offer_banner(*, event_id: str, content_type: str, actor: Actor, now: datetime) -> UploadOffer:
    """A form for uploading a banner straight to the media bucket; nothing is written.

    Refuses with ``EventNotFound``, ``EventForbidden``, ``EventClosed`` and ``BadInput``
    (on ``content_type``).
    """
    _authorize_change(event_id, actor, now)
    return media_bucket.offer_upload(event_id=event_id, content_type=content_type)


def attach_banner(*, event_id: str, key: str, actor: Actor, now: datetime) -> Event:
    """Show a copy of the uploaded image ``key``; the upload and the banner before are deleted.

    Refuses with ``EventNotFound``, ``EventForbidden``, ``EventClosed``, ``StaleWrite``
    (somebody else changed the banner; the upload stays) and ``BadInput`` on ``banner``,
    also for an upload that was attached before; a file that is no image is deleted. The
    version of the details stays.
    """
    event = _authorize_change(event_id, actor, now)
    before = event.banner_key
    banner = media_bucket.copy_checked(event_id=event_id, key=key)
    try:
        changed = _changed(event.show_banner(banner, _written(actor, now)))
    except db.StaleWrite:
        media_bucket.remove(banner)
        raise
    if before:
        media_bucket.remove(before)
    media_bucket.remove(key)
    return changed


def _authorize_change(event_id: str, actor: Actor, now: datetime) -> Event:
    event = _authorize(event_id, actor, EventAction.EDIT, now)
    if event.status not in EDITABLE:
        raise EventClosed("This event cannot be changed any more.", status=event.status)
    return event


def _authorize(event_id: str, actor: Actor, action: EventAction, now: datetime) -> Event:
    return queries.authorize(event_id=event_id, actor=actor, action=action, now=now, fresh=True)


def _written(actor: Actor, now: datetime) -> dict[str, Any]:
    return {"updated_at": now, "changed_by": actor.label}


def _places(visibility: Visibility, starts_at: datetime) -> dict[str, str | None]:
    """Where a published event is listed, if anywhere."""
    if visibility is not Visibility.PUBLIC:
        return {"listing": None, "directory": None}
    return {"listing": listing_of(starts_at), "directory": DIRECTORY}


def _changed(event: Event) -> Event:
    queries.forget_settings(event.uuid)
    return event


def forget_creator(*, user_id: str) -> None:
    """Take a person's name from every event they made; the events stay, and whose they are."""
    start: dict[str, Any] | None = None
    while True:
        page = Event.list_by_creator(user_id, limit=MAX_LIMIT, start=start)
        for event in page.items:
            event.rename_creator(ERASED_NAME)
        start = page.next_key
        if start is None:
            return
