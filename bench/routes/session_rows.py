"""The rows of sessions and bookings."""

from typing import Any, NamedTuple

from backend.events.models import Event
from backend.sessions.models import Session
from bench.routes.rows import TOO_FEW, Pair, row
from bench.routes.world import Ask, Refused, World
from tests.factories.events import new_event_id
from tests.factories.sessions import make_session


class _Planned(NamedTuple):
    """A session that can be booked, and a guest of its event."""

    event_id: str
    session: Session
    guest: dict[str, Any]

    @property
    def bookings(self) -> str:
        """Where it is booked."""
        return f"/events/{self.event_id}/sessions/{self.session.session_id}/bookings"


def _planned(world: World) -> _Planned:
    guest = world.person()
    event_id = world.event()
    world.place(event_id, guest)
    event = Event.fetch(event_id)
    half = event.starts_at + (event.ends_at - event.starts_at) / 2
    return _Planned(event_id, make_session(event, starts_at=half), guest)


@row("GET", "/events/{eventId}/sessions")
def list_sessions(world: World) -> Pair:
    event_id = _planned(world).event_id
    return Ask(f"/events/{event_id}/sessions"), Refused(f"/events/{new_event_id()}/sessions")


@row("POST", "/events/{eventId}/sessions/{sessionId}/bookings")
def book_session(world: World) -> Pair:
    planned = _planned(world)
    stranger = world.person()
    return Ask(planned.bookings, {}, planned.guest), Refused(planned.bookings, {}, stranger)


@row("DELETE", "/events/{eventId}/sessions/{sessionId}/bookings/me")
def cancel_my_booking(world: World) -> Pair:
    booked, other = _planned(world), _planned(world)
    assert world.send("POST", Ask(booked.bookings, {}, booked.guest)).status == 201
    return (
        Ask(f"{booked.bookings}/me", by=booked.guest),
        Refused(f"{other.bookings}/me", by=other.guest),
    )


@row("GET", "/me/bookings")
def list_my_bookings(world: World) -> Pair:
    planned = _planned(world)
    assert world.send("POST", Ask(planned.bookings, {}, planned.guest)).status == 201
    return Ask("/me/bookings", by=planned.guest), Refused(
        "/me/bookings", by=planned.guest, query=TOO_FEW
    )
