"""What clients of the older event app send, and what they get."""

from datetime import UTC, datetime, timedelta
from typing import Any

from tests.support.api import Person

TOMORROW = datetime.now(UTC).date() + timedelta(days=1)
ITEM = {
    "uuid",
    "title",
    "description",
    "date",
    "startTime",
    "endTime",
    "locationType",
    "location",
    "category",
    "maxAttendees",
    "privacy",
    "creator",
    "s3_key",
    "file_url",
}
UNKNOWN = "0190aaaa-0000-7000-8000-000000000001"


def new_event(**values: Any) -> dict[str, Any]:
    """What a client of the event app sends."""
    defaults = {
        "title": "Harbour Meetup",
        "description": "By the water.",
        "date": TOMORROW.isoformat(),
        "startTime": "18:30",
        "endTime": "22:00",
        "locationType": "in-person",
        "location": "Pier 2, Hamburg",
        "category": "meetup",
        "maxAttendees": "50",
        "privacy": "public",
        "fileExtension": "png",
    }
    return {name: value for name, value in (defaults | values).items() if value is not ...}


def attend(api, event_id: str, person: Person, **values: Any):
    body = {"event_uuid": event_id, "user_email": person.email} | values
    return api.post("/register-user-to-event", body, by=person)


def registered_to(api, person: Person, more: str = ""):
    path = f"/get-events-that-user-registered-to?user_email={person.email}{more}"
    return api.get(path, by=person)
