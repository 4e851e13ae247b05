"""Staff take care of requests: each step is one write with the state and the holder as condition."""

from datetime import datetime
from typing import Any

from backend.events import queries as events
from backend.events.models import Event
from backend.events.policies import EventAction
from backend.guest_requests import policies
from backend.guest_requests.errors import (
    RecallTooLate,
    RequestMoved,
    RequestNotFound,
    TakenBySomebody,
)
from backend.guest_requests.models import GuestRequest
from backend.guest_requests.queries import checked_id, names_of
from backend.guest_requests.states import RequestStatus
from backend.shared.actor import Actor
from backend.shared.db import StaleWrite
from backend.shared.errors import Conflict

S = RequestStatus
_NOW = {
    S.OPEN: "This request is open again.",
    S.CLAIMED: "This request changed just now. Look again.",
    S.FULFILLED: "This request was fulfilled already.",
    S.CANCELED: "The guest took this request back.",
    S.DECLINED: "This request was declined.",
}


def claim(*, event_id: str, request_id: str, actor: Actor, now: datetime) -> GuestRequest:
    """Take a request on. Of two who do so at once one gets it; repeating it changes nothing.

    Refuses like ``authorize`` (``SERVE_REQUESTS``), with ``RequestNotFound``, ``TakenBySomebody``
    (says who) and ``RequestMoved``: as do all of these services.
    """
    _authorize(event_id, actor, now)
    try:
        return GuestRequest.claim(
            checked_id(request_id),
            event_id=event_id,
            held_by=actor.user_id,
            claimed_at=now,
            **_change(actor, now),
        )
    except StaleWrite as refusal:
        stored = _stored(refusal, event_id)
        if stored.status is S.CLAIMED and stored.held_by == actor.user_id:
            return stored
        raise _refusal(stored, actor, now) from None


def fulfil(*, event_id: str, request_id: str, actor: Actor, now: datetime) -> GuestRequest:
    """Say that the guest has it: who claimed it does so. Refuses like ``claim``."""
    _authorize(event_id, actor, now)
    try:
        return GuestRequest.fulfil(
            checked_id(request_id),
            event_id=event_id,
            holder=actor.user_id,
            done_at=now,
            **_change(actor, now),
        )
    except StaleWrite as refusal:
        stored = _stored(refusal, event_id)
        if stored.status is S.FULFILLED and stored.held_by == actor.user_id:
            return stored
        if stored.status is S.OPEN:
            raise RequestMoved("Claim this request first.", status=stored.status) from None
        raise _refusal(stored, actor, now) from None


def release(
    *, event_id: str, request_id: str, holder: str = "", actor: Actor, now: datetime
) -> GuestRequest:
    """Put a claimed request back in its old place: one's own, or one whose holder does not come.

    With ``holder`` (a user id) only if it is still theirs. Refuses like ``claim``.
    """
    _authorize(event_id, actor, now)
    try:
        return GuestRequest.release(
            checked_id(request_id), event_id=event_id, holder=holder, **_change(actor, now)
        )
    except StaleWrite as refusal:
        stored = _stored(refusal, event_id)
        if stored.status is S.OPEN:
            return stored
        raise _refusal(stored, actor, now) from None


def recall(*, event_id: str, request_id: str, actor: Actor, now: datetime) -> GuestRequest:
    """Take on again, within ten minutes, what was not done after all.

    Refuses like ``claim`` and with ``RecallTooLate``: also at an event that was called off.
    """
    event = _authorize(event_id, actor, now)
    if event.canceled_at is not None:
        raise RecallTooLate("The event was canceled.")
    seen = GuestRequest.fetch(event_id, checked_id(request_id))
    try:
        return GuestRequest.recall(
            request_id,
            event_id=event_id,
            kind=seen.kind,
            since=now - policies.RECALLED_WITHIN,
            reminded=seen.late_at is not None,
            held_by=actor.user_id,
            claimed_at=now,
            **_change(actor, now),
        )
    except StaleWrite as refusal:
        stored = _stored(refusal, event_id)
        if stored.status is S.CLAIMED and stored.held_by == actor.user_id:
            return stored
        if stored.status is S.FULFILLED:
            raise RecallTooLate("Only what was fulfilled in the last ten minutes.") from None
        if stored.status is S.OPEN:
            raise RequestMoved("This request is open. Claim it.", status=S.OPEN) from None
        raise _refusal(stored, actor, now) from None


def decline(
    *, event_id: str, request_id: str, reason: str, actor: Actor, now: datetime
) -> GuestRequest:
    """Say no to a request that is open, or that one holds; the guest is told the reason.

    Refuses like ``claim`` and with ``BadInput`` (reason).
    """
    _authorize(event_id, actor, now)
    told = policies.check_reason(reason)
    # Mostly it is open, or one's own; who else holds it is found by the condition.
    for source in (S.OPEN, S.CLAIMED):
        try:
            return GuestRequest.decline(
                checked_id(request_id),
                event_id=event_id,
                source=source,
                holder=actor.user_id,
                reason=told,
                done_at=now,
                **_change(actor, now),
            )
        except StaleWrite as refusal:
            stored = _stored(refusal, event_id)
        if stored.status is S.DECLINED and stored.reason == told:
            return stored
        if stored.status is not S.CLAIMED or stored.held_by != actor.user_id:
            break
    raise _refusal(stored, actor, now)


def _authorize(event_id: str, actor: Actor, now: datetime) -> Event:
    return events.authorize(
        event_id=event_id, actor=actor, action=EventAction.SERVE_REQUESTS, now=now
    )


def _change(actor: Actor, now: datetime) -> dict[str, Any]:
    return {"changed_at": now, "changed_by": actor.label}


def _stored(refusal: StaleWrite, event_id: str) -> GuestRequest:
    stored: GuestRequest | None = refusal.old
    if stored is None or stored.event_id != event_id:
        raise RequestNotFound("There is no such request.") from None
    return stored


def _refusal(stored: GuestRequest, actor: Actor, now: datetime) -> Conflict:
    """Says what became of the request, and who has it."""
    if stored.status is S.CLAIMED and stored.held_by != actor.user_id:
        names = names_of(event_id=stored.event_id, requests=[stored], now=now)
        who = names.get(str(stored.held_by), "somebody")
        return TakenBySomebody(f"Taken by {who}.", status=stored.status, by=who)
    return RequestMoved(_NOW[stored.status], status=stored.status)
