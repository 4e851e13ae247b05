"""The event app's contract: its routes of one's own events, as clients of that app call them.

The shapes are that app's, what happens is Foyer's. Refusals have Foyer's form.
"""

from datetime import datetime
from typing import Any

from backend.events import media_bucket, policies, queries, services
from backend.events.api.event_app_input import EventAppInput
from backend.events.api.event_app_shapes import (
    CreatedEvent,
    CreatedEventAnswer,
    EventAppEvents,
    EventAppItem,
    OwnerQuery,
)
from backend.shared.actor import Actor
from backend.shared.http import ApiRouter
from backend.shared.paging import MAX_LIMIT

router = ApiRouter("event app")


@router.serve(
    "POST",
    "/create-event",
    answer=CreatedEventAnswer,
    creates=True,
    refusals={403: ("other_address",), 409: ("idempotency_mismatch", "still_running")},
)
def create_published_event(
    body: EventAppInput, actor: Actor, now: datetime, idempotency_key: str
) -> CreatedEventAnswer:
    """Create an event that is published at once.

    Without a waiting list. The answer tells where to put the image, in a plain HTTP PUT within
    60 seconds; a repeated request with the same key names the same event and a new address.
    """
    from backend.shared.idempotency import once

    if body.creator:
        policies.require_own_address(body.creator, actor)
    details = body.details()

    def create() -> CreatedEvent:
        event, upload = services.create_published_event(
            details=details,
            content_type=body.image_type,
            event_app=body.words(),
            actor=actor,
            now=now,
        )
        return CreatedEvent(event_id=event.uuid, upload=upload)

    made = once(
        create,
        answer=CreatedEvent,
        operation="create_published_event",
        key=idempotency_key,
        body=body,
        actor=actor,
        now=now,
    )
    return CreatedEventAnswer(
        event_id=made.event_id, upload_url=media_bucket.put_address(made.upload)
    )


@router.serve(
    "GET",
    "/get-events-that-user-created",
    answer=EventAppEvents,
    refusals={403: ("other_address",)},
)
def list_events_user_created(query: OwnerQuery, actor: Actor) -> EventAppEvents:
    """List the events one made.

    All of them, in every state, the latest start first. `user_email` must be one's own address.
    """
    policies.require_own_address(query.required_email(), actor)
    made: list[EventAppItem] = []
    start: dict[str, Any] | None = None
    while True:
        page = queries.list_created_by(actor=actor, limit=MAX_LIMIT, start=start)
        made += [EventAppItem.of(event, creator=actor.email) for event in page.items]
        start = page.next_key
        if start is None:
            return EventAppEvents(events=made)
