"""The event app's contract: its routes of registrations, as clients of that app call them."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import Field, model_serializer

from backend.events import policies as event_policies
from backend.events.api.event_app_shapes import (
    LONGEST_ADDRESS,
    LONGEST_ID,
    EventAppEvents,
    EventAppItem,
    OwnerQuery,
)
from backend.events.errors import EventNotFound
from backend.registrations import queries, services
from backend.registrations.errors import SoldOut
from backend.shared.actor import Actor
from backend.shared.http import ApiRouter
from backend.shared.paging import MAX_LIMIT
from backend.shared.shapes import Answer, BareAnswer, Request, line

router = ApiRouter("event app")


class AttendanceInput(Request):
    """Who wants to come, and where."""

    event_uuid: Annotated[str, line(LONGEST_ID, least=1)] = Field(
        alias="event_uuid", examples=["0190aaaa-0000-7000-8000-000000000001"]
    )
    user_email: Annotated[str, line(LONGEST_ADDRESS, least=1)] = Field(
        alias="user_email", description="One's own address.", examples=["ada@example.org"]
    )


class AttendedQuery(OwnerQuery):
    """Whose registrations are asked for (one's own), or whether there is one."""

    event_uuid: Annotated[str, line(LONGEST_ID)] = Field(
        "", alias="event_uuid", description="Ask about this event only."
    )


class RegisteredAnswer(Answer):
    """One is registered, whether since now or before."""

    message: str


class AttendingAnswer(Answer):
    """Whether one has a place at the event; waiting for one is not having it."""

    is_attending: bool


class AttendedAnswer(BareAnswer):
    """The events, or with `event_uuid` whether one attends it."""

    root: EventAppEvents | AttendingAnswer

    @model_serializer
    def _either(self) -> EventAppEvents | AttendingAnswer:
        return self.root


@router.serve(
    "POST",
    "/register-user-to-event",
    answer=RegisteredAnswer,
    creates=True,
    refusals={
        400: ("sold_out", "registration_closed"),
        403: ("other_address",),
        404: ("event_not_found",),
        409: ("try_again",),
    },
)
def register_user_to_event(body: AttendanceInput, actor: Actor, now: datetime) -> RegisteredAnswer:
    """Register oneself.

    Once, however often it is asked for, so an `Idempotency-Key` is accepted and not needed. A
    full event is refused: this contract knows no waiting list, so nobody is put on one.
    """
    event_policies.require_own_address(body.user_email, actor)
    outcome = services.register(
        event_id=body.event_uuid,
        name=actor.name or actor.email.partition("@")[0],
        may_wait=False,
        actor=actor,
        now=now,
    )
    if not outcome.registration.is_confirmed:
        raise SoldOut("This event is sold out; you are on its waiting list.")
    return RegisteredAnswer(message="User registered successfully")


@router.serve(
    "GET",
    "/get-events-that-user-registered-to",
    answer=AttendedAnswer,
    refusals={403: ("other_address",)},
)
def list_events_user_registered_to(
    query: AttendedQuery, actor: Actor, now: datetime
) -> AttendedAnswer:
    """List the events one has a place at, or ask about one event.

    All of them, the latest registered first. `user_email` must be one's own address.
    """
    event_policies.require_own_address(query.required_email(), actor)
    if query.event_uuid:
        return AttendedAnswer(
            root=AttendingAnswer(is_attending=_is_attending(query.event_uuid, actor, now))
        )
    items: list[EventAppItem] = []
    start: dict[str, Any] | None = None
    while True:
        page = queries.list_my_places(actor=actor, limit=MAX_LIMIT, start=start)
        items += [
            EventAppItem.of(place.event) for place in page.items if place.registration.is_confirmed
        ]
        start = page.next_key
        if start is None:
            return AttendedAnswer(root=EventAppEvents(events=items))


def _is_attending(event_id: str, actor: Actor, now: datetime) -> bool:
    try:
        mine = queries.find_mine(event_id=event_id, actor=actor, now=now)
    except EventNotFound:
        return False
    return mine is not None and mine.is_confirmed
