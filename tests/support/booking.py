"""Short words for what people do with sessions and bookings."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from backend.events import queries as event_queries
from backend.events.models import Event
from backend.seats import queries as seat_queries
from backend.seats.claims import Claim
from backend.seats.models import Block, Pool
from backend.sessions import queries, services
from backend.sessions.models import Booking, Session
from backend.sessions.services import Outcome
from backend.sessions.services.planning import details_of
from tests.factories.events import NOON
from tests.factories.sessions import make_session
from tests.support.registering import OLGA, open_event, person, register


def open_session(
    capacity: int | None = 2, *, guests: tuple[str, ...] = ("ada", "ben", "cyd"), **values: Any
) -> tuple[Event, Session]:
    """A session of a published event at which these guests are registered."""
    event = open_event(capacity=50)
    for guest in guests:
        register(event, guest)
    session = make_session(event, capacity=capacity, **values)
    seat_queries.forget_views()
    return event, session


def book(session: Session, who: str = "ada", **values: Any) -> Outcome:
    given: dict[str, Any] = {"actor": person(who), "now": NOON}
    return services.book(event_id=session.event_id, session_id=session.session_id, **given | values)


def cancel(session: Session, who: str = "ada", **values: Any) -> Booking:
    given: dict[str, Any] = {"actor": person(who), "now": NOON + timedelta(seconds=1)}
    return services.cancel_booking(
        event_id=session.event_id, session_id=session.session_id, **given | values
    )


def stored(booking: Booking) -> Booking:
    found = Booking.find(booking.shard, booking.guest)
    assert found is not None
    return found


def stored_session(session: Session) -> Session:
    return Session.fetch(session.event_id, session.session_id)


def claims_in(session: Session) -> set[Claim]:
    pool = Pool.find_pool(session.pool)
    assert pool is not None
    blocks = Block.list_for_pool(session.pool, blocks=int(pool.blocks))
    return {claim for block in blocks for claim, _ in block.list_claims()}


def bookings_of(session: Session) -> list[Booking]:
    return [
        one
        for shard in queries.shards_of(session)
        for one in Booking.list_in_shard(shard, after=None, limit=100).items
    ]


def update(session: Session, **values: Any) -> Session:
    """What the organiser does, over the session as it is stored."""
    now = values.pop("now", NOON)
    seen = stored_session(session)
    return services.update_session(
        event_id=session.event_id,
        session_id=session.session_id,
        details=replace(details_of(seen), **values),
        version=seen.version,
        actor=OLGA,
        now=now,
    )


def change_event(event: Event, **values: Any) -> None:
    """As if by somebody long ago: this process knows of it."""
    Event.change(event.uuid, actions=Event.assignments(values))
    event_queries.forget_settings(event.uuid)


def call_off(session: Session) -> Session:
    return services.cancel_session(
        event_id=session.event_id,
        session_id=session.session_id,
        version=stored_session(session).version,
        actor=OLGA,
        now=NOON,
    )
