from typing import Any

from ulid import ULID

from backend.announcements.kinds import Audience
from backend.announcements.models import Announcement
from tests.factories.events import NOON


def make_announcement(**values: Any) -> Announcement:
    """A saved draft; override what the test is about."""
    defaults: dict[str, Any] = {
        "event_id": "ev-1",
        "announcement_id": str(ULID()),
        "subject": "Doors open at eight",
        "text": "Hello **{name}**,\n\nsee you at {event}.\n\n- Bring your ticket\n- {where}",
        "audience": Audience.EVERYBODY,
        "created_at": NOON,
        "created_by": "USER:user-olga",
        "updated_at": NOON,
    }
    announcement = Announcement(**defaults | values)
    announcement.save()
    return announcement
