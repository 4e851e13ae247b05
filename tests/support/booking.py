"""Short words for what people do with sessions and bookings."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

from backend.events import queries as event_queries
from backend.events.models import Event
from backend.handlers import bookings_stream, registrations_stream, sessions_stream
from backend.jobs import queries as jobs
from backend.jobs.kinds import JobKind
from backend.jobs.models import Job
from backend.seats import queries as seat_queries
from backend.seats.claims import Claim
from backend.seats.models import Block, Pool
from backend.sessions import queries, services
from backend.sessions.models import Booking, Session
from backend.sessions.services import Outcome
from backend.sessions.services.planning import details_of
from tests.factories.events import NOON
from tests.factories.sessions import make_session
from tests.support.jobs import run_all
from tests.support.lambda_context import CONTEXT
from tests.support.registering import OLGA, open_event, person, register
from tests.support.stream_records import Record, Stream


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


class Streams:
    """What is written to the tables of sessions, bookings and registrations from now on."""

    def __init__(self, event: Event) -> None:
        self._event = event
        self._streams = {
            name: Stream(f"test-{name}") for name in ("sessions", "bookings", "registrations")
        }
        self._handlers: dict[str, Callable[..., Any]] = {
            "sessions": sessions_stream.handler,
            "bookings": bookings_stream.handler,
            "registrations": registrations_stream.handler,
        }

    def read(self, name: str) -> list[Record]:
        """The new records of one table that are about this event."""
        about = {self._event.uuid, *(one.session_id for one in self._sessions())}

        def is_ours(record: Record) -> bool:
            keys = record["dynamodb"]["Keys"]
            first = keys.get("event_id", keys.get("shard"))["S"]
            return first.partition("#")[0] in about

        return self._streams[name].read(is_ours)

    def _sessions(self) -> Iterator[Session]:
        return Session.list_for_event(self._event.uuid)

    def deliver(self, name: str, records: list[Record] | None = None) -> list[str]:
        """Hand records to the table's function; the sequence numbers that failed."""
        batch = self.read(name) if records is None else records
        if not batch:
            return []
        answer = self._handlers[name]({"Records": batch}, CONTEXT)
        return [one["itemIdentifier"] for one in answer["batchItemFailures"]]

    def settle(self) -> None:
        """Follow everything, and what follows from that, until nothing is left."""
        for _ in range(10):
            batches = {name: self.read(name) for name in self._streams}
            if not any(batches.values()):
                return
            for name, records in batches.items():
                assert self.deliver(name, records) == []
        raise AssertionError("The streams never come to rest.")


def run_jobs(event: Event, kind: JobKind) -> list[Job]:
    """Run the event's jobs of one kind to their end."""
    page = jobs.list_for_event(event.uuid, limit=100)
    found = [one for one in page.items if one.kind is kind]
    return [run_all(one.job_id, now_fn=lambda: NOON) for one in found]


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
