from datetime import timedelta
from typing import Any

from ulid import ULID

from backend.events.kinds import shards_for
from backend.events.models import Event
from backend.seats import services as seats
from backend.sessions import policies
from backend.sessions.details import SessionDetails
from backend.sessions.models import Session
from backend.sessions.states import SessionStatus
from tests.factories.events import NOON


def build_session_details(event: Event, **values: Any) -> SessionDetails:
    """What an organiser types for a session an hour after its event began; override at will."""
    starts_at = values.get("starts_at", event.starts_at + timedelta(hours=1))
    defaults: dict[str, Any] = {
        "title": "Tides for beginners",
        "room": "Hall A",
        "starts_at": starts_at,
        "ends_at": starts_at + timedelta(minutes=45),
        "track": "Water",
        "speakers": "Grace Hopper",
        "capacity": 20,
    }
    return SessionDetails(**defaults | values)


def make_session(event: Event, *, opened: bool = True, **values: Any) -> Session:
    """A planned session, saved, with its pool of seats unless not ``opened``."""
    own = {name: values.pop(name) for name in list(values) if name in Session.get_attributes()}
    details = build_session_details(event, **{k: v for k, v in own.items() if k in _DETAILS})
    defaults: dict[str, Any] = {
        "event_id": event.uuid,
        "session_id": str(ULID()),
        "status": SessionStatus.PLANNED,
        "shards": min(int(event.shards), shards_for(details.capacity)),
        "version": 1,
        "schedule_version": 1,
        "created_at": NOON,
        "updated_at": NOON,
        "changed_by": "USER:user-olga",
        **policies.notice_of(details.starts_at, details.notice_minutes, now=NOON),
        **details.stored(),
    }
    session = Session(**defaults | {k: v for k, v in own.items() if k not in _DETAILS})
    session.save()
    if opened:
        seats.open_pool(pool=session.pool, capacity=session.capacity, now=NOON)
    return session


_DETAILS = SessionDetails.__dataclass_fields__
