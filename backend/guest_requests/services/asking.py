"""Guests ask, and take back what nobody has begun with."""

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from backend.events import queries as events
from backend.guest_requests import policies
from backend.guest_requests.errors import RequestMoved, RequestNotFound, TooManyOpen
from backend.guest_requests.kinds import Kind
from backend.guest_requests.models import (
    GuestRequest,
    OpenSlots,
    due_bucket,
    guest_key,
    queue_key,
)
from backend.guest_requests.queries import checked_id, fetch_mine, kinds_of
from backend.guest_requests.states import RequestStatus
from backend.registrations import queries as registrations
from backend.registrations.models import Registration
from backend.shared import base32
from backend.shared.actor import Actor
from backend.shared.db import StaleWrite
from backend.shared.secrets_manager import stage_hmac_key

S = RequestStatus

ON_ITS_WAY = timedelta(minutes=1)
"""So long a place is kept for a request that is not there yet: no call takes as long."""
KEPT_WHEN_TAKEN_BACK = timedelta(minutes=2)
"""So long after asking a place stays taken, too, by what was taken back: staff was told of it."""
_ID_BYTES = 15
_ATTEMPTS = 5


@dataclass(frozen=True, slots=True)
class Asked:
    """A request, and whether this call made it."""

    request: GuestRequest
    created: bool


def ask(
    *,
    event_id: str,
    kind: str,
    text: str = "",
    option: str = "",
    request_id: str = "",
    actor: Actor,
    now: datetime,
) -> Asked:
    """Ask staff for something of a kind (its key), as a guest of the event.

    ``request_id`` is the client's own id: the same one asks once, however often it is sent. What
    is stored has an id of its own. Refuses with ``SignInNeeded``, ``EmailNotVerified``,
    ``EventNotFound``, ``NotAGuest``, ``RequestsClosed``, ``NotAdmitted``, ``TooManyOpen``,
    ``BadInput`` (kind, text, option, request_id), and ``IdempotencyMismatch`` when the id came with
    something else before.
    """
    mine = registrations.find_mine(event_id=event_id, actor=actor, now=now)
    registration = policies.check_guest(mine)
    event = events.settings_of(event_id, now=now)
    asked_before = _find_asked(registration, request_id)
    if asked_before is not None:
        return _again(asked_before, kind=kind, text=text, option=option)
    policies.check_open(event, now=now)
    chosen = policies.checked_kind(
        kinds_of(event_id).kinds, kind, event=event, registration=registration, now=now
    )
    text, option = policies.check_wish(chosen, text=text, option=option, request_id=request_id)
    request = _new(registration, chosen, text, option, request_id, actor=actor, now=now)
    _take_slot(request, chosen, now=now)
    try:
        request.add()
    except StaleWrite as refusal:
        if refusal.old is None:
            raise
        # The same was sent twice at once, or the answer to this very write was lost.
        return _again(refusal.old, kind=kind, text=text, option=option)
    return Asked(request, created=True)


def cancel_request(*, request_id: str, actor: Actor, now: datetime) -> GuestRequest:
    """Take one's own request back while nobody has begun with it; repeating it changes nothing.

    Refuses with ``SignInNeeded``, ``RequestNotFound`` and ``RequestMoved``.
    """
    seen = fetch_mine(request_id=request_id, actor=actor)
    try:
        return GuestRequest.cancel(
            checked_id(request_id),
            event_id=seen.event_id,
            guest=seen.guest,
            done_at=now,
            changed_at=now,
            changed_by=actor.label,
        )
    except StaleWrite as refusal:
        stored: GuestRequest | None = refusal.old
        if stored is None:
            raise RequestNotFound("There is no such request.") from None
        if stored.status is S.CANCELED:
            return stored
        raise RequestMoved(_WHY_NOT_CANCELED[stored.status], status=stored.status) from None


_WHY_NOT_CANCELED = {
    S.OPEN: "This request changed just now. Look again.",
    S.CLAIMED: "Somebody is taking care of it already.",
    S.FULFILLED: "This request was fulfilled.",
    S.DECLINED: "This request was declined.",
}


def _stored_id(registration: Registration, client_id: str) -> str:
    """The id of what a guest asks under an id of their client's: nobody else's can be the same."""
    if not client_id:
        return base32.encode(secrets.token_bytes(_ID_BYTES))
    message = f"request\n{registration.event_id}\n{registration.guest}\n{client_id}"
    digest = hmac.new(stage_hmac_key(), message.encode(), hashlib.sha256).digest()
    return base32.encode(digest[:_ID_BYTES])


def _find_asked(registration: Registration, client_id: str) -> GuestRequest | None:
    """What was asked under this id before, also when nothing of the kind is taken any more."""
    if not client_id or len(client_id) > policies.LONGEST_CLIENT_ID:
        return None
    return GuestRequest.find(_stored_id(registration, client_id))


def _again(stored: GuestRequest, *, kind: str, text: str, option: str) -> Asked:
    said = (kind, text.replace("\r\n", "\n").strip(), option.strip())
    if stored.erased_at is None and said != (stored.kind, stored.text, stored.option):
        from backend.shared.idempotency import IdempotencyMismatch

        raise IdempotencyMismatch("This id was used for another request.")
    return Asked(stored, created=False)


def _new(
    registration: Registration,
    kind: Kind,
    text: str,
    option: str,
    client_id: str,
    *,
    actor: Actor,
    now: datetime,
) -> GuestRequest:
    request_id = _stored_id(registration, client_id)
    event_id, guest = registration.event_id, registration.guest
    return GuestRequest(
        request_id=request_id,
        event_id=event_id,
        kind=kind.key,
        kind_name=kind.name,
        team=kind.team,
        status=S.OPEN,
        version=1,
        guest=guest,
        shard=registration.shard,
        guest_key=guest_key(event_id, guest),
        user_id=actor.user_id,
        guest_name=registration.name,
        text=text,
        option=option,
        created_at=now,
        due_at=now + timedelta(minutes=kind.target_minutes),
        changed_at=now,
        changed_by=actor.label,
        open_queue=queue_key(event_id, kind.key),
        due_bucket=due_bucket(request_id),
    )


def _take_slot(request: GuestRequest, kind: Kind, *, now: datetime) -> None:
    """Refuse (``TooManyOpen``) the request if the guest waits for as many as one may.

    The condition of one write decides, so two at once do not pass. What is full is looked through:
    requests that are done with give their place to this one.
    """
    key = f"slots#{request.event_id}#{request.guest}#{kind.key}"
    for _ in range(_ATTEMPTS):
        try:
            OpenSlots.take(key, request.request_id, most=kind.most_open, now=now)
        except StaleWrite as refusal:
            stored: OpenSlots | None = refusal.old
            if stored is None:
                continue  # it was there a moment ago
            if request.request_id in stored.slots:
                return  # the same was sent twice at once, and the other made the item
            done_with = _done_with(stored, now=now)
            if done_with:
                stored.give_back(done_with)
            elif len(stored.slots) >= kind.most_open:
                break
        else:
            return
    raise TooManyOpen(
        f"You asked for {kind.name.lower()} already. Ask again when you have it, or, if you took "
        "it back, in two minutes."
        if kind.most_open == 1
        else f"You have {kind.most_open} open requests of this kind. Ask again when you have one, "
        "or, if you took one back, in two minutes."
    )


def _done_with(stored: OpenSlots, *, now: datetime) -> list[str]:
    current = {one.request_id: one for one in GuestRequest.find_current([*stored.slots])}
    return [
        request_id
        for request_id, second in stored.slots.items()
        if not _keeps_place(current.get(request_id), second, now=now)
    ]


def _keeps_place(request: GuestRequest | None, second: int, *, now: datetime) -> bool:
    """Whether what was asked at that second still takes a place."""
    if request is not None and request.is_waiting:
        return True
    if request is not None and request.status is not S.CANCELED:
        return False
    kept = ON_ITS_WAY if request is None else KEPT_WHEN_TAKEN_BACK
    return second > int((now - kept).timestamp())
