"""Routes of events for those who organise them."""

from datetime import datetime

from backend.events import queries, services
from backend.events.schemas import (
    BannerAnswer,
    BannerInput,
    EventAnswer,
    EventEdit,
    EventInput,
    OwnEventAnswer,
    OwnEventsAnswer,
)
from backend.shared.actor import Actor
from backend.shared.http import ApiRouter, Reply
from backend.shared.paging import decode_token, encode_token
from backend.shared.shapes import PageQuery

router = ApiRouter("events")


@router.serve(
    "POST",
    "/events",
    answer=OwnEventAnswer,
    status=201,
    creates=True,
    refusals={409: ("idempotency_mismatch", "still_running")},
)
def create_event(
    body: EventInput, actor: Actor, now: datetime, idempotency_key: str
) -> OwnEventAnswer:
    """Create a draft.

    The caller owns it. Nobody else sees it until it is published.
    """
    # Only this route needs the table of keys.
    from backend.shared.idempotency import once

    return once(
        lambda: OwnEventAnswer.of(
            services.create_event(details=body.details(), actor=actor, now=now)
        ),
        answer=OwnEventAnswer,
        operation="create_event",
        key=idempotency_key,
        body=body,
        actor=actor,
        now=now,
    )


@router.serve(
    "PUT",
    "/events/<event_id>",
    answer=OwnEventAnswer,
    refusals={
        403: ("event_forbidden",),
        404: ("event_not_found",),
        409: ("event_closed", "stale_write"),
    },
)
def edit_event(event_id: str, body: EventEdit, actor: Actor, now: datetime) -> OwnEventAnswer:
    """Edit an event.

    The details are replaced as a whole, provided `version` is still the stored one.
    """
    event = services.edit_event(
        event_id=event_id, details=body.details(), version=body.version, actor=actor, now=now
    )
    return OwnEventAnswer.of(event)


@router.serve(
    "DELETE",
    "/events/<event_id>",
    answer=OwnEventAnswer,
    refusals={
        403: ("event_forbidden",),
        404: ("event_not_found",),
        409: ("illegal_transition", "stale_write"),
    },
)
def cancel_event(event_id: str, actor: Actor, now: datetime) -> OwnEventAnswer:
    """Cancel an event.

    Only its owner does. The event stays, with the status `CANCELED`.
    """
    return OwnEventAnswer.of(services.cancel_event(event_id=event_id, actor=actor, now=now))


@router.serve(
    "POST",
    "/events/<event_id>/publish",
    answer=OwnEventAnswer,
    refusals={
        403: ("event_forbidden",),
        404: ("event_not_found",),
        409: ("illegal_transition", "stale_write"),
    },
)
def publish_event(event_id: str, actor: Actor, now: datetime) -> OwnEventAnswer:
    """Publish a draft.

    From then on guests can register.
    """
    return OwnEventAnswer.of(services.publish_event(event_id=event_id, actor=actor, now=now))


@router.serve(
    "POST",
    "/events/<event_id>/banner",
    answer=BannerAnswer,
    also={201: "Where and how to upload the image."},
    refusals={
        403: ("event_forbidden",),
        404: ("event_not_found",),
        409: ("event_closed", "stale_write"),
    },
)
def change_banner(
    event_id: str, body: BannerInput, actor: Actor, now: datetime
) -> BannerAnswer | Reply:
    """Change the banner image.

    First with `contentType`: the answer is a presigned form for uploading straight to the
    media store, within five minutes. Then, once the file is there, with the `key` of that
    answer: the file is checked, and a copy of it shown. A key can be used once, and within
    a day.
    """
    if body.key is not None:
        event = services.attach_banner(event_id=event_id, key=body.key, actor=actor, now=now)
        return BannerAnswer(key=body.key, banner_url=EventAnswer.of(event).banner_url)
    offer = services.offer_banner(
        event_id=event_id, content_type=body.content_type or "", actor=actor, now=now
    )
    return Reply(201, BannerAnswer(key=offer.key, url=offer.url, fields=offer.fields))


@router.serve("GET", "/me/events", answer=OwnEventsAnswer)
def list_my_events(query: PageQuery, actor: Actor) -> OwnEventsAnswer:
    """List the events one made.

    In every state, drafts and canceled ones among them, the latest start first.
    """
    asked = f"me/events?user={actor.user_id}"
    page = queries.list_created_by(
        actor=actor, limit=query.limit, start=decode_token(query.next_token, query=asked)
    )
    return OwnEventsAnswer(
        events=[OwnEventAnswer.of(event) for event in page.items],
        next_token=encode_token(page.next_key, query=asked),
    )
