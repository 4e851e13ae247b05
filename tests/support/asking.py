"""Short words for what guests and staff do with requests."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from ulid import ULID

from backend.events.models import Event
from backend.guest_requests import queries, services
from backend.guest_requests.models import GuestRequest
from backend.registrations.models import Registration
from backend.shared.actor import Actor
from backend.team.roles import Role
from tests.factories.events import NOON, make_event
from tests.factories.guest_requests import offer
from tests.factories.registrations import make_registration
from tests.factories.team import make_member
from tests.factories.users import a_user


@dataclass
class Venue:
    """An event that runs, at which guests may ask, and some of its people."""

    event: Event
    fay: Actor
    finn: Actor

    @property
    def id(self) -> str:
        return self.event.uuid

    def guest(self, name: str = "ada", **values: Any) -> Actor:
        """Somebody with a place; ``values`` are their registration's."""
        actor = a_user(f"{name}-{self.id}", email=f"{name}@example.com", name=name.title())
        self.register(actor, **values)
        return actor

    def register(self, actor: Actor, **values: Any) -> Registration:
        given = {"event_id": self.id, "user_email": actor.email, "name": actor.name}
        return make_registration(**given, user_id=actor.user_id, **values)

    def ask(self, actor: Actor, **values: Any) -> GuestRequest:
        given = {"kind": "FOOD", "text": "By the window", "actor": actor, "now": NOON}
        return services.ask(event_id=self.id, **given | values).request

    def do(self, step: str, request: GuestRequest, actor: Actor | None = None, **values: Any):
        """``claim``, ``fulfil``, ``release``, ``recall`` or ``decline`` it; Fay does."""
        given = {"actor": actor or self.fay, "now": NOON + timedelta(minutes=1)}
        return getattr(services, step)(
            event_id=self.id, request_id=request.request_id, **given | values
        )

    def board(self, **values: Any) -> queries.Board:
        given = {"actor": self.fay, "now": NOON + timedelta(minutes=2)}
        return queries.board(event_id=self.id, **given | values)


def open_venue(**kinds: Any) -> Venue:
    """Its kinds are the built-in ones, switched on, with the changes ``kinds``."""
    event = make_event(starts_at=NOON - timedelta(hours=1), creator_id=f"user-{ULID()}")
    floor = {}
    for name in ("fay", "finn"):
        floor[name] = a_user(f"{name}-{event.uuid}", name=name.title())
        make_member(
            event_id=event.uuid,
            member=floor[name].user_id,
            name=f"{name.title()} Floor",
            role=Role.FLOOR,
        )
    offer(event, **kinds)
    return Venue(event, **floor)
