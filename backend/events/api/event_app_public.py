"""The event app's contract: what anyone may ask of events, as clients of that app ask it."""

from datetime import datetime

from backend.events import queries
from backend.events.api.event_app_shapes import (
    EventAppItem,
    EventAppPage,
    EventAppQuery,
    LastKey,
)
from backend.events.errors import EventNotFound
from backend.shared.actor import VISITOR
from backend.shared.http import ApiRouter

router = ApiRouter("event app")


@router.serve("GET", "/get-events", answer=EventAppPage, public=True)
def get_events(query: EventAppQuery, now: datetime) -> EventAppPage:
    """List all public events, or show one.

    The newest made first; those that are over stay. With `event_id` that event alone, also
    where it is unlisted; an unknown or private one is no error but an empty list.
    """
    if query.event_id is not None:
        return EventAppPage(events=_one(query.event_id, now), last_evaluated_key=None)
    before = query.start_key.lower() if query.start_key else None
    events, last = queries.list_directory(before=before, limit=query.limit)
    return EventAppPage(
        events=[EventAppItem.of(event) for event in events],
        last_evaluated_key=LastKey(uuid=last) if last else None,
    )


def _one(event_id: str, now: datetime) -> list[EventAppItem]:
    try:
        event = queries.fetch_visible(event_id=event_id, actor=VISITOR, now=now)
    except EventNotFound:
        return []
    return [EventAppItem.of(event)]
