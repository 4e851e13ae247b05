"""Routes of bookings: what a guest does for oneself."""

from datetime import datetime

from backend.sessions import queries, services
from backend.sessions.models import Session
from backend.sessions.schemas import (
    BookedAnswer,
    BookingAnswer,
    BookingInput,
    MyBookingAnswer,
    MyBookingsAnswer,
)
from backend.shared.actor import Actor
from backend.shared.http import ApiRouter, Reply
from backend.shared.paging import decode_token, encode_token
from backend.shared.shapes import PageQuery

router = ApiRouter("sessions")


@router.serve(
    "POST",
    "/events/<event_id>/sessions/<session_id>/bookings",
    answer=BookedAnswer,
    status=201,
    also={200: "It was booked already: the same booking."},
    creates=True,
    refusals={
        400: ("booking_closed", "fully_booked", "overlaps", "too_many_bookings"),
        403: ("email_not_verified", "not_registered"),
        404: ("event_not_found", "session_not_found"),
        409: ("try_again",),
    },
)
def book_session(
    event_id: str, session_id: str, body: BookingInput, actor: Actor, now: datetime
) -> Reply:
    """Book a session.

    For guests with a place at the event. Once per guest and session, however often it is asked
    for, so an `Idempotency-Key` is accepted and not needed. Where every seat is taken and the
    session has a waiting list, the answer is `WAITLISTED` with the number on it; an e-mail tells
    when a seat is one's own. Another booking at the same time refuses it, unless
    `allowOverlap` says that this is meant.
    """
    outcome = services.book(
        event_id=event_id,
        session_id=session_id,
        allow_overlap=body.allow_overlap,
        actor=actor,
        now=now,
    )
    booking = outcome.booking
    position = None
    if booking.is_waiting:
        position = queries.waiting_position(booking, Session.fetch(event_id, session_id))
    answer = BookedAnswer.of(booking, waiting_position=position)
    return Reply(201 if outcome.created else 200, answer)


@router.serve(
    "DELETE",
    "/events/<event_id>/sessions/<session_id>/bookings/me",
    answer=BookingAnswer,
    refusals={
        400: ("not_cancelable",),
        403: ("email_not_verified",),
        404: ("booking_not_found", "event_not_found", "session_not_found"),
        409: ("stale_write",),
    },
)
def cancel_my_booking(event_id: str, session_id: str, actor: Actor, now: datetime) -> BookingAnswer:
    """Cancel one's booking.

    The seat is free for others at once. Booking again starts afresh.
    """
    booking = services.cancel_booking(
        event_id=event_id, session_id=session_id, actor=actor, now=now
    )
    return BookingAnswer.of(booking)


@router.serve(
    "GET", "/me/bookings", answer=MyBookingsAnswer, refusals={403: ("email_not_verified",)}
)
def list_my_bookings(query: PageQuery, actor: Actor, now: datetime) -> MyBookingsAnswer:
    """List one's bookings.

    Of all events, the one registered for last first, canceled bookings among them. A page may
    hold fewer than `limit` and still have a `nextToken`.
    """
    asked = f"me/bookings?user={actor.user_id}"
    page = queries.my_bookings(
        actor=actor,
        limit=query.limit,
        start=decode_token(query.next_token, query=asked),
        now=now,
    )
    return MyBookingsAnswer(
        bookings=[MyBookingAnswer.of_own(one) for one in page.items],
        next_token=encode_token(page.next_key, query=asked),
    )
