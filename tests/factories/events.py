from datetime import UTC, datetime, timedelta
from typing import Any

from ulid import ULID

from backend.events.details import EventDetails
from backend.events.kinds import Category, LocationType, Visibility, shards_for
from backend.events.models import DIRECTORY, Event, listing_of
from backend.events.states import EventStatus

NOON = datetime(2030, 5, 1, 12, 0, tzinfo=UTC)


def new_event_id() -> str:
    return str(ULID().to_uuid7(compliant=True))


def build_details(**values: Any) -> EventDetails:
    """What an organiser types for such an event; override what the test is about."""
    defaults: dict[str, Any] = {
        "title": "Harbour Conference",
        "description": "Two days by the water.",
        "starts_at": NOON + timedelta(days=7),
        "ends_at": NOON + timedelta(days=7, hours=8),
        "time_zone": "Europe/Berlin",
        "location_type": LocationType.IN_PERSON,
        "location": "Pier 2, Hamburg",
        "category": Category.CONFERENCE,
        "capacity": 50,
        "visibility": Visibility.PUBLIC,
    }
    return EventDetails(**defaults | values)


def build_event(**values: Any) -> Event:
    """A published public event a week after ``NOON``, not saved; override what the test is about."""
    starts_at = values.get("starts_at", NOON + timedelta(days=7))
    status = values.get("status", EventStatus.PUBLISHED)
    visibility = values.get("visibility", Visibility.PUBLIC)
    shown = status in (EventStatus.PUBLISHED, EventStatus.FINISHED)
    listed = status is EventStatus.PUBLISHED and visibility is Visibility.PUBLIC
    defaults: dict[str, Any] = {
        "uuid": new_event_id(),
        "title": "Harbour Conference",
        "description": "Two days by the water.",
        "starts_at": starts_at,
        "ends_at": starts_at + timedelta(hours=8),
        "time_zone": "Europe/Berlin",
        "location_type": LocationType.IN_PERSON,
        "location": "Pier 2, Hamburg",
        "category": Category.CONFERENCE,
        "capacity": 50,
        "visibility": visibility,
        "status": status,
        "shards": shards_for(values.get("capacity", 50)),
        "creator_id": "user-olga",
        "creator_name": "Olga Owner",
        "created_at": NOON,
        "updated_at": NOON,
        "published_at": None if status is EventStatus.DRAFT else NOON,
        "changed_by": "USER:user-olga",
        "listing": listing_of(starts_at) if listed else None,
        "directory": DIRECTORY if shown and visibility is Visibility.PUBLIC else None,
    }
    return Event(**defaults | values)


def make_event(**values: Any) -> Event:
    """The same, saved. It has no seat pool: a test that registers opens one."""
    event = build_event(**values)
    event.save()
    return event
