"""Routes of guest requests: what guests ask for, and what staff do about it."""

from datetime import datetime

from backend.guest_requests import queries, services
from backend.guest_requests.models import GuestRequest
from backend.guest_requests.schemas import (
    DeclineInput,
    QueueAnswer,
    QueuedRequest,
    RequestAnswer,
    RequestInput,
    RequestsAnswer,
)
from backend.shared.actor import Actor
from backend.shared.http import ApiRouter, Reply
from backend.shared.paging import decode_token, encode_token
from backend.shared.shapes import PageQuery

router = ApiRouter("guest requests")
_STAFF = {403: ("event_forbidden",), 404: ("event_not_found", "request_not_found")}
_STEP = _STAFF | {409: ("taken_by_somebody", "request_moved")}


@router.serve(
    "POST",
    "/events/<event_id>/requests",
    answer=RequestAnswer,
    status=201,
    also={200: "The same was asked before, under the same id: that request as it is now."},
    creates=True,
    refusals={
        400: ("requests_closed", "not_admitted", "too_many_open"),
        403: ("email_not_verified", "not_a_guest"),
        404: ("event_not_found",),
        409: ("idempotency_mismatch",),
    },
)
def ask_staff(
    event_id: str, body: RequestInput, actor: Actor, now: datetime, idempotency_key: str
) -> Reply:
    """Ask staff for something.

    For guests with a place at the event; some kinds only for those who are checked in. What can
    be asked for, when, and for how much at once, is up to the event.
    """
    asked = services.ask(
        event_id=event_id,
        kind=body.kind,
        text=body.text,
        option=body.option,
        request_id=body.request_id or idempotency_key,
        actor=actor,
        now=now,
    )
    return Reply(201 if asked.created else 200, RequestAnswer.of(asked.request))


@router.serve("GET", "/me/requests", answer=RequestsAnswer)
def list_my_requests(query: PageQuery, actor: Actor) -> RequestsAnswer:
    """List one's requests.

    At all events, the latest first, those that are done with among them.
    """
    asked = f"me/requests?user={actor.user_id}"
    page = queries.my_requests(
        actor=actor, limit=query.limit, start=decode_token(query.next_token, query=asked)
    )
    return RequestsAnswer(
        requests=[RequestAnswer.of(one) for one in page.items],
        next_token=encode_token(page.next_key, query=asked),
    )


@router.serve(
    "DELETE",
    "/me/requests/<request_id>",
    answer=RequestAnswer,
    refusals={404: ("request_not_found",), 409: ("request_moved",)},
)
def cancel_my_request(request_id: str, actor: Actor, now: datetime) -> RequestAnswer:
    """Take a request back.

    While nobody has taken it on. Repeating it changes nothing.
    """
    return RequestAnswer.of(services.cancel_request(request_id=request_id, actor=actor, now=now))


@router.serve(
    "GET",
    "/events/<event_id>/queues/<kind>",
    answer=QueueAnswer,
    refusals={403: ("event_forbidden",), 404: ("event_not_found", "queue_not_found")},
)
def show_queue(
    event_id: str, kind: str, query: PageQuery, actor: Actor, now: datetime
) -> QueueAnswer:
    """Show a queue.

    The open and claimed requests of one kind, the oldest first. For the floor and organisers.
    """
    asked = f"{event_id}/queues/{kind}"
    page = queries.list_queue(
        event_id=event_id,
        kind=kind,
        actor=actor,
        limit=query.limit,
        start=decode_token(query.next_token, query=asked),
        now=now,
    )
    names = queries.names_of(event_id=event_id, requests=page.items, now=now)
    return QueueAnswer(
        requests=[QueuedRequest.of_queue(one, names) for one in page.items],
        next_token=encode_token(page.next_key, query=asked),
    )


@router.serve(
    "POST",
    "/events/<event_id>/requests/<request_id>/claim",
    answer=QueuedRequest,
    refusals=_STEP,
)
def claim_request(event_id: str, request_id: str, actor: Actor, now: datetime) -> QueuedRequest:
    """Take a request on.

    Of two who do so at once one gets it; the other is told who did. It keeps its place in the
    queue.
    """
    done = services.claim(event_id=event_id, request_id=request_id, actor=actor, now=now)
    return _told(done, now)


@router.serve(
    "POST",
    "/events/<event_id>/requests/<request_id>/fulfil",
    answer=QueuedRequest,
    refusals=_STEP,
)
def fulfil_request(event_id: str, request_id: str, actor: Actor, now: datetime) -> QueuedRequest:
    """Say that the guest has it.

    Who took it on does so; the guest is told.
    """
    done = services.fulfil(event_id=event_id, request_id=request_id, actor=actor, now=now)
    return _told(done, now)


@router.serve(
    "POST",
    "/events/<event_id>/requests/<request_id>/release",
    answer=QueuedRequest,
    refusals=_STEP,
)
def release_request(event_id: str, request_id: str, actor: Actor, now: datetime) -> QueuedRequest:
    """Give a request back.

    It is open again, in its old place. Also what somebody else holds can be given back.
    """
    done = services.release(event_id=event_id, request_id=request_id, actor=actor, now=now)
    return _told(done, now)


@router.serve(
    "POST",
    "/events/<event_id>/requests/<request_id>/recall",
    answer=QueuedRequest,
    refusals=_STAFF | {409: ("taken_by_somebody", "request_moved", "recall_too_late")},
)
def recall_request(event_id: str, request_id: str, actor: Actor, now: datetime) -> QueuedRequest:
    """Call back what was fulfilled.

    Within ten minutes; the caller holds it then.
    """
    done = services.recall(event_id=event_id, request_id=request_id, actor=actor, now=now)
    return _told(done, now)


@router.serve(
    "POST",
    "/events/<event_id>/requests/<request_id>/decline",
    answer=QueuedRequest,
    refusals=_STEP,
)
def decline_request(
    event_id: str, request_id: str, body: DeclineInput, actor: Actor, now: datetime
) -> QueuedRequest:
    """Decline a request.

    One that is open, or that the caller took on. The guest is told the reason.
    """
    done = services.decline(
        event_id=event_id, request_id=request_id, reason=body.reason, actor=actor, now=now
    )
    return _told(done, now)


def _told(request: GuestRequest, now: datetime) -> QueuedRequest:
    names = queries.names_of(event_id=request.event_id, requests=[request], now=now)
    return QueuedRequest.of_queue(request, names)
