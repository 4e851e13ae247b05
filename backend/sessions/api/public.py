"""Routes of the agenda that anyone may ask."""

from datetime import datetime

from backend.sessions import queries
from backend.sessions.schemas import SessionAnswer, SessionsAnswer
from backend.shared.actor import VISITOR
from backend.shared.http import ApiRouter
from backend.shared.paging import decode_token, encode_token
from backend.shared.shapes import PageQuery

router = ApiRouter("sessions")


@router.serve(
    "GET",
    "/events/<event_id>/sessions",
    answer=SessionsAnswer,
    public=True,
    refusals={404: ("event_not_found",)},
)
def list_sessions(event_id: str, query: PageQuery, now: datetime) -> SessionsAnswer:
    """List an event's sessions.

    By start; those that were canceled are shown as such. Of published events, unlisted ones to
    who knows their id. Drafts and private events are not found here.
    """
    asked = f"{event_id}/sessions"
    event, page = queries.list_page(
        event_id=event_id,
        actor=VISITOR,
        limit=query.limit,
        start=decode_token(query.next_token, query=asked),
        now=now,
    )
    numbers = queries.numbers_of(page.items)
    return SessionsAnswer(
        sessions=[SessionAnswer.of(one, event, numbers[one.session_id]) for one in page.items],
        next_token=encode_token(page.next_key, query=asked),
    )
