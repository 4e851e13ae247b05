"""Routes of events that anyone may ask."""

from datetime import datetime

from backend.events import policies, queries
from backend.events.schemas import EventAnswer, EventsAnswer, EventsQuery, ShownEventAnswer
from backend.seats import services as seats
from backend.shared.actor import VISITOR
from backend.shared.http import ApiRouter
from backend.shared.paging import decode_token, encode_token

router = ApiRouter("events")


@router.serve("GET", "/events", answer=EventsAnswer, public=True)
def list_events(query: EventsQuery, now: datetime) -> EventsAnswer:
    """List the published public events.

    Those that still run and those to come within a year, by start: all of them, those of a
    `month`, or those around a day (`near`). A page may hold fewer than `limit` and still have
    a `nextToken`.
    """
    asked = f"events?{query.category or ''}&{query.since or ''}&{query.until or ''}"
    page = queries.list_upcoming(
        category=query.category,
        since=query.since,
        until=query.until,
        latest_first=query.direction == "earlier",
        limit=query.limit,
        start=decode_token(query.next_token, query=asked),
        now=now,
    )
    return EventsAnswer(
        events=[EventAnswer.of(event) for event in page.items],
        next_token=encode_token(page.next_key, query=asked),
    )


@router.serve(
    "GET",
    "/events/<event_id>",
    answer=ShownEventAnswer,
    public=True,
    refusals={404: ("event_not_found",)},
)
def show_event(event_id: str, now: datetime) -> ShownEventAnswer:
    """Show a published event.

    Unlisted events are shown to who knows their id. Drafts and private events are not
    found here.
    """
    event = queries.fetch_visible(event_id=event_id, actor=VISITOR, now=now)
    availability = seats.availability(pool=event.uuid, now=now)
    return ShownEventAnswer.of(event, offer=policies.offer_of(event, availability, now=now))
