"""People, events and requests for the rows of the table: each asks for its own."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from ulid import ULID

from backend.seats import services as seats
from backend.shared.clock import utc_now
from tests.factories.events import make_event
from tests.support.api import PASSWORD, Answered, Person, Pool
from tests.support.handlers import Claims, Handlers, claims_of


@dataclass(frozen=True)
class Ask:
    """A request that is served."""

    path: str
    body: Any = None
    by: Claims | None = None
    query: Mapping[str, str] | None = None


class Refused(Ask):
    """A request that is refused."""


class World:
    """The handlers in this process, and whatever a row needs to be there before."""

    def __init__(self) -> None:
        self._handlers = Handlers()
        self._pool = Pool()

    def send(self, method: str, ask: Ask) -> Answered:
        """Ask one route."""
        return self._handlers.send(
            method,
            ask.path,
            None if ask.body is None else json.dumps(ask.body),
            claims=ask.by,
            query=dict(ask.query or {}),
        )

    def person(self, *groups: str) -> Claims:
        """Somebody signed in whom nobody has met."""
        return claims_of(str(ULID()).lower(), *groups)

    def account(self) -> Person:
        """Somebody with an account in the user pool."""
        return self._pool.make()

    def signed_up(self) -> str:
        """The address of an account that waits for its code."""
        email = f"{ULID()}@example.org".lower()
        body = {"email": email, "password": PASSWORD, "name": "Ada Byron"}
        assert self.send("POST", Ask("/register", body)).status == 201
        return email

    def event(self, owner: Claims | None = None, **values: Any) -> str:
        """A published event that goes on now, with its seats; its id."""
        now = utc_now()
        given = {"starts_at": now - timedelta(hours=1), "ends_at": now + timedelta(hours=5)}
        event = make_event(creator_id=(owner or self.person())["sub"], **given | values)
        seats.open_pool(pool=event.uuid, capacity=event.capacity, now=now)
        return str(event.uuid)

    def full_event(self) -> str:
        """One without a seat left, and without a waiting list."""
        event_id = self.event(capacity=1, waiting_list=False)
        self.place(event_id, self.person())
        return event_id

    def place(self, event_id: str, guest: Claims) -> dict[str, Any]:
        """Register a guest; the answer with the ticket."""
        answer = self.send("POST", Ask(f"/events/{event_id}/registrations", {}, guest))
        assert answer.status == 201, answer
        body: dict[str, Any] = answer.body
        return body
