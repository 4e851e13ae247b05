"""Guest requests as guests and staff read them."""

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from backend.events import queries as events
from backend.events.errors import SignInNeeded
from backend.events.models import Event
from backend.events.policies import EventAction
from backend.guest_requests import policies
from backend.guest_requests.errors import QueueNotFound, RequestNotFound
from backend.guest_requests.kinds import BUILT_IN, Kind
from backend.guest_requests.models import EventKinds, GuestRequest
from backend.guest_requests.states import RequestStatus
from backend.registrations import queries as registrations
from backend.shared.actor import Actor
from backend.shared.errors import DomainError
from backend.shared.paging import DEFAULT_LIMIT, Page
from backend.team import queries as team

MOST_WAITING_SHOWN = 100
"""Of each queue: the board shows the oldest, and the others as these are done."""
MOST_DONE_SHOWN = 20
_DONE_READ = 60
_PER_READ = 100
_REQUEST_ID = re.compile(r"[0-9A-Z]{24}")


@dataclass(frozen=True, slots=True)
class OfferedKinds:
    """What guests can ask for at an event. ``version`` is for saving; 0: nothing was saved yet.

    ``former`` are the keys of own kinds that were removed.
    """

    kinds: tuple[Kind, ...]
    version: int = 0
    former: tuple[str, ...] = ()

    @property
    def teams(self) -> list[str]:
        """The teams that serve a kind that is switched on, in the order of the kinds."""
        return list(dict.fromkeys(k.team for k in self.kinds if k.enabled and k.team))

    def named(self, key: str) -> Kind | None:
        """The kind with this key, switched off ones included."""
        return next((kind for kind in self.kinds if kind.key == key), None)


@dataclass(frozen=True, slots=True)
class Choice:
    """A kind that is switched on; ``refusal``: why this guest cannot ask for it now, or empty."""

    kind: Kind
    refusal: str = ""


@dataclass(frozen=True, slots=True)
class Board:
    """What staff look at: ``new`` and ``claimed`` oldest first, ``done`` (ten minutes) latest first.

    ``names`` are those of who holds or fulfilled something, by user id. ``is_cut``: a queue is
    longer than what is shown of it.
    """

    event: Event
    kinds: tuple[Kind, ...]
    new: tuple[GuestRequest, ...]
    claimed: tuple[GuestRequest, ...]
    done: tuple[GuestRequest, ...]
    names: Mapping[str, str]
    is_cut: bool
    now: datetime

    @property
    def fingerprint(self) -> str:
        """The same as long as the board looks the same: for ``ETag`` and ``304``.

        Ages are told in minutes, so a board on which somebody waits changes with each.
        """
        waiting = (*self.new, *self.claimed)
        shown = [f"{one.request_id}:{one.version}" for one in (*waiting, *self.done)]
        minute = self.now.strftime("%H%M") if waiting else ""
        kinds = [f"{kind.key}:{kind.name}:{kind.team}" for kind in self.kinds]
        names = [f"{who}:{name}" for who, name in sorted(self.names.items())]
        parts = (*shown, minute, *kinds, *names, str(self.is_cut))
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:32]


def kinds_of(event_id: str, *, consistent: bool = False) -> OfferedKinds:
    """What can be asked for at an event: what was saved, else the built-in kinds, switched off.

    One keyed read, for whoever is allowed to know of the event.
    """
    stored = EventKinds.find_event(event_id, consistent=consistent)
    if stored is None:
        return OfferedKinds(BUILT_IN)
    kinds = tuple(Kind.of_document(document) for document in stored.kinds)
    return OfferedKinds(kinds, int(stored.kinds_version), tuple(stored.former))


def choices_of(*, event_id: str, actor: Actor, now: datetime) -> tuple[Event, list[Choice]]:
    """The event, and what the actor as its guest can ask for, with what is closed just now.

    Refuses with ``SignInNeeded``, ``EmailNotVerified``, ``EventNotFound`` and ``NotAGuest``.
    """
    found = registrations.find_mine(event_id=event_id, actor=actor, now=now)
    registration = policies.check_guest(found)
    event = events.settings_of(event_id, now=now)
    kinds = kinds_of(event_id).kinds
    choices = []
    for kind in (kind for kind in kinds if kind.enabled):
        try:
            policies.check_open(event, now=now)
            policies.checked_kind(kinds, kind.key, event=event, registration=registration, now=now)
        except DomainError as refusal:
            choices.append(Choice(kind, refusal.message))
        else:
            choices.append(Choice(kind))
    return event, choices


def board(
    *,
    event_id: str,
    kinds: Sequence[str] = (),
    team: str = "",
    actor: Actor,
    now: datetime,
) -> Board:
    """The board of these kinds (keys), of those that a team serves, or of all.

    Reads what waits, and what was done in the last ten minutes, never what was done before: one
    query per kind, one for what was done, one batch for names not known for half a minute.
    Refuses like ``authorize`` (``SERVE_REQUESTS``).
    """
    event = _authorize(event_id, actor, now)
    offered = kinds_of(event_id)
    chosen = [k for k in offered.kinds if _is_chosen(k, kinds, team)]
    keys = [kind.key for kind in chosen]
    if not kinds and not team:
        keys += offered.former
    pages = [GuestRequest.list_queue(event_id, key, limit=MOST_WAITING_SHOWN) for key in keys]
    waiting = sorted((one for page in pages for one in page.items), key=lambda one: one.created_at)
    done = GuestRequest.list_done(event_id, since=now - policies.RECALLED_WITHIN, limit=_DONE_READ)
    shown = [one for one in done.items if one.kind in keys][:MOST_DONE_SHOWN]
    holders = {one.held_by for one in (*waiting, *shown) if one.held_by}
    return Board(
        event=event,
        kinds=tuple(chosen),
        new=tuple(one for one in waiting if one.status is RequestStatus.OPEN),
        claimed=tuple(one for one in waiting if one.status is RequestStatus.CLAIMED),
        done=tuple(shown),
        names=_names_of(event_id, holders, now),
        is_cut=any(page.next_key for page in pages),
        now=now,
    )


def list_queue(
    *,
    event_id: str,
    kind: str,
    actor: Actor,
    limit: int = DEFAULT_LIMIT,
    start: dict[str, Any] | None = None,
    now: datetime,
) -> Page[GuestRequest]:
    """One page of what waits in the queue of a kind, the oldest first.

    Refuses like ``authorize`` (``SERVE_REQUESTS``) and with ``QueueNotFound``.
    """
    _authorize(event_id, actor, now)
    offered = kinds_of(event_id)
    if offered.named(kind) is None and kind not in offered.former:
        raise QueueNotFound("This event has no such queue.")
    return GuestRequest.list_queue(event_id, kind, limit=limit, start=start)


def names_of(
    *, event_id: str, requests: Sequence[GuestRequest], now: datetime
) -> Mapping[str, str]:
    """The names of who holds these, by user id, for who may see the requests."""
    return _names_of(event_id, {one.held_by for one in requests if one.held_by}, now)


def fetch_request(*, event_id: str, request_id: str, actor: Actor, now: datetime) -> GuestRequest:
    """One request for the event's staff; refuses like ``board`` and with ``RequestNotFound``."""
    _authorize(event_id, actor, now)
    return GuestRequest.fetch(event_id, checked_id(request_id))


def fetch_mine(*, request_id: str, actor: Actor) -> GuestRequest:
    """The actor's own request as it is now; refuses with ``SignInNeeded`` and ``RequestNotFound``."""
    found = GuestRequest.find(checked_id(request_id)) if _signed_in(actor) else None
    if found is None or found.user_id != actor.user_id:
        raise RequestNotFound("There is no such request.")
    return found


def my_requests(
    *, actor: Actor, limit: int = DEFAULT_LIMIT, start: dict[str, Any] | None = None
) -> Page[GuestRequest]:
    """One page of what the actor asked for, at all events, the latest first, as it is now.

    Refuses with ``SignInNeeded``.
    """
    page = GuestRequest.list_for_user(_signed_in(actor), limit=limit, start=start)
    current = {
        one.request_id: one
        for one in GuestRequest.find_current([one.request_id for one in page.items])
    }
    found = [current[one.request_id] for one in page.items if one.request_id in current]
    return Page(found, page.next_key)


def list_of_guest(*, event_id: str, guest: str) -> list[GuestRequest]:
    """All that a guest (by key) ever asked for at an event, the oldest first, as it is now.

    For who may see everything of the guest: exports and erasing.
    """
    found: list[GuestRequest] = []
    start: dict[str, Any] | None = None
    while True:
        page = GuestRequest.list_for_guest(event_id, guest, limit=_PER_READ, start=start)
        found += GuestRequest.find_current([one.request_id for one in page.items])
        start = page.next_key
        if start is None:
            return sorted(found, key=lambda one: one.created_at)


def checked_id(request_id: str) -> str:
    """The id of a request; ``RequestNotFound`` for a text that can be none."""
    if not _REQUEST_ID.fullmatch(request_id):
        raise RequestNotFound("There is no such request.")
    return request_id


def _signed_in(actor: Actor) -> str:
    if not actor.is_signed_in:
        raise SignInNeeded("Sign in to see your requests.")
    return actor.user_id


def _authorize(event_id: str, actor: Actor, now: datetime) -> Event:
    return events.authorize(
        event_id=event_id, actor=actor, action=EventAction.SERVE_REQUESTS, now=now
    )


def _is_chosen(kind: Kind, keys: Sequence[str], label: str) -> bool:
    return (not keys or kind.key in keys) and (not label or kind.team == label)


def _names_of(event_id: str, user_ids: set[str], now: datetime) -> dict[str, str]:
    known = team.names_of(event_id=event_id, user_ids=user_ids, now=now)
    return {user_id: known.get(user_id) or "Somebody" for user_id in user_ids}
