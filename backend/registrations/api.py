"""Routes of registrations: what a guest does for oneself, and what the team sees."""

from datetime import datetime

from backend.events import policies
from backend.events import queries as events
from backend.events.policies import EventAction
from backend.registrations import queries, selections, services
from backend.registrations.models import Registration
from backend.registrations.schemas import (
    GuestAnswer,
    GuestsAnswer,
    RegistrationAnswer,
    RegistrationInput,
    RegistrationsAnswer,
    RegistrationsQuery,
    TicketAnswer,
)
from backend.registrations.selections import Group, Selection
from backend.registrations.states import RegistrationStatus
from backend.shared.actor import Actor
from backend.shared.http import ApiRouter, Reply
from backend.shared.paging import decode_token, encode_token
from backend.shared.shapes import PageQuery

router = ApiRouter("registrations")


@router.serve(
    "POST",
    "/events/<event_id>/registrations",
    answer=TicketAnswer,
    status=201,
    also={200: "One was registered already: the same registration and ticket."},
    creates=True,
    refusals={
        400: ("sold_out", "registration_closed"),
        403: ("email_not_verified",),
        404: ("event_not_found",),
        409: ("try_again",),
    },
)
def register(event_id: str, body: RegistrationInput, actor: Actor, now: datetime) -> Reply:
    """Register oneself.

    Once per guest and event, however often it is asked for, so an `Idempotency-Key` is
    accepted and not needed. Where every seat is taken and the event has a waiting list, the
    answer is `WAITLISTED` with the number on it; an e-mail tells when a seat is one's own.
    """
    outcome = services.register(
        event_id=event_id,
        name=body.name or actor.name,
        answers=body.answers,
        actor=actor,
        now=now,
    )
    return Reply(201 if outcome.created else 200, _own(outcome.registration, now))


@router.serve(
    "GET",
    "/events/<event_id>/registrations/me",
    answer=TicketAnswer,
    refusals={403: ("email_not_verified",), 404: ("registration_not_found", "event_not_found")},
)
def show_my_registration(event_id: str, actor: Actor, now: datetime) -> TicketAnswer:
    """Show one's registration with its ticket.

    A ticket is there while the registration is `CONFIRMED`; while it is `WAITLISTED` the number
    on the waiting list. A canceled registration is shown as such.
    """
    return _own(queries.fetch_mine(event_id=event_id, actor=actor, now=now), now)


def _own(registration: Registration, now: datetime) -> TicketAnswer:
    position = queries.waiting_position(registration, now=now)
    return TicketAnswer.of_own(registration, position=position)


@router.serve(
    "DELETE",
    "/events/<event_id>/registrations/me",
    answer=RegistrationAnswer,
    refusals={
        400: ("not_cancelable",),
        403: ("email_not_verified",),
        404: ("registration_not_found", "event_not_found"),
        409: ("stale_write",),
    },
)
def cancel_my_registration(event_id: str, actor: Actor, now: datetime) -> RegistrationAnswer:
    """Cancel one's registration.

    The seat is free for others at once. Registering again starts afresh.
    """
    registration = services.cancel_mine(event_id=event_id, actor=actor, now=now)
    return RegistrationAnswer.of(registration)


@router.serve(
    "GET", "/me/registrations", answer=RegistrationsAnswer, refusals={403: ("email_not_verified",)}
)
def list_my_registrations(query: PageQuery, actor: Actor) -> RegistrationsAnswer:
    """List one's registrations.

    At all events, the newest first, canceled ones among them. The ticket is at
    `/events/{eventId}/registrations/me`.
    """
    asked = f"me/registrations?user={actor.user_id}"
    page = queries.list_mine(
        actor=actor, limit=query.limit, start=decode_token(query.next_token, query=asked)
    )
    return RegistrationsAnswer(
        registrations=[RegistrationAnswer.of(item) for item in page.items],
        next_token=encode_token(page.next_key, query=asked),
    )


@router.serve(
    "GET",
    "/events/<event_id>/registrations",
    answer=GuestsAnswer,
    refusals={403: ("event_forbidden",), 404: ("event_not_found",)},
)
def list_registrations(
    event_id: str, query: RegistrationsQuery, actor: Actor, now: datetime
) -> GuestsAnswer:
    """List an event's guests.

    For organisers and the desk, by name; the desk gets no addresses. With `status=WAITLISTED`
    and no `namePrefix` the waiting list in its order, the longest first.
    """
    asked = f"{event_id}/registrations?{query.name_prefix}\0{query.status or ''}"
    start = decode_token(query.next_token, query=asked)
    if query.status == RegistrationStatus.WAITLISTED and not query.name_prefix:
        event = events.authorize(
            event_id=event_id, actor=actor, action=EventAction.SEE_GUESTS, now=now
        )
        page = selections.list_selected(
            event,
            Selection(Group.WAITLISTED),
            with_addresses=False,
            limit=query.limit,
            start=start,
        )
    else:
        page = queries.list_for_event(
            event_id=event_id,
            actor=actor,
            name_prefix=query.name_prefix,
            status=RegistrationStatus(query.status) if query.status else None,
            limit=query.limit,
            start=start,
            now=now,
        )
    with_email = _may_see_addresses(event_id, actor, now)
    return GuestsAnswer(
        registrations=[GuestAnswer.of(item, with_email=with_email) for item in page.items],
        next_token=encode_token(page.next_key, query=asked),
    )


def _may_see_addresses(event_id: str, actor: Actor, now: datetime) -> bool:
    event = events.settings_of(event_id, now=now)
    role = events.role_at(event=event, actor=actor, now=now)
    return policies.may(actor, event, role, EventAction.MANAGE_GUESTS)
