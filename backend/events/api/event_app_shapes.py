"""Shapes of the event app's contract. Changing one changes the contract."""

from collections.abc import Mapping
from typing import Annotated, Self
from zoneinfo import ZoneInfo

from pydantic import Field

from backend.events.api.event_app_words import (
    read_category,
    read_place,
    read_privacy,
    told_time,
    told_word,
)
from backend.events.media_bucket import public_url
from backend.events.models import Event
from backend.shared.shapes import Answer, BadShape, Query, line

LONGEST_ADDRESS, LONGEST_ID = 254, 64
UUID = r"^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$"
DEFAULT_PAGE, LARGEST_PAGE = 10, 100


class EventAppQuery(Query):
    """Which part of all public events is asked for, or which one."""

    limit: int = Field(DEFAULT_PAGE, ge=1, le=LARGEST_PAGE, description="How many at most.")
    start_key: Annotated[str, Field(pattern=UUID)] | None = Field(
        None, alias="start_key", description="`last_evaluated_key.uuid` of the page before."
    )
    event_id: Annotated[str, line(LONGEST_ID)] | None = Field(
        None, alias="event_id", description="Only this one."
    )


class OwnerQuery(Query):
    """Whose events are asked for: one's own."""

    user_email: Annotated[str, line(LONGEST_ADDRESS)] = Field(
        "", alias="user_email", description="One's own address.", examples=["ada@example.org"]
    )

    def required_email(self) -> str:
        """The address; refuses (``BadShape``) a request without one."""
        if not self.user_email:
            raise BadShape({"user_email": "This is required."}, "user_email is required")
        return self.user_email


class CreatedEvent(Answer):
    """What a repeated request needs to be answered: the event, and where its image goes."""

    event_id: str
    upload: str


class CreatedEventAnswer(Answer):
    """The new event, and where to put its image."""

    event_id: str = Field(alias="event_id")
    upload_url: str = Field(
        alias="upload_url",
        description="Takes one HTTP PUT of the image, with its type as `Content-Type`, within 60 "
        "seconds. An image of at most 5 MB is served at `file_url` soon after; anything else is "
        "deleted.",
    )


class EventAppItem(Answer):
    """An event in the event app's words."""

    uuid: str
    title: str
    description: str
    date: str
    start_time: str
    end_time: str
    location_type: str
    location: str
    category: str
    max_attendees: str = Field(description="Empty for no limit.")
    privacy: str
    creator: str = Field(description="An address to its maker only, a name to everybody else.")
    s3_key: str = Field(alias="s3_key", description="Of the image; empty without one.")
    file_url: str = Field(alias="file_url", description="Where the image is served, once it is.")

    @classmethod
    def of(cls, event: Event, *, creator: str = "") -> Self:
        """The item for an event; ``creator`` where the caller may know the address."""
        zone = ZoneInfo(event.time_zone)
        starts_at, ends_at = event.starts_at.astimezone(zone), event.ends_at.astimezone(zone)
        sent: Mapping[str, str] = event.event_app or {}
        image = event.banner_key or event.offered_banner
        return cls(
            uuid=event.uuid,
            title=event.title,
            description=event.description,
            date=f"{starts_at:%Y-%m-%d}",
            start_time=told_time(sent.get("startTime"), starts_at),
            end_time=told_time(sent.get("endTime"), ends_at),
            location_type=told_word(sent.get("locationType"), read_place, event.location_type),
            location=event.location,
            category=told_word(sent.get("category"), read_category, event.category),
            max_attendees="" if event.capacity is None else str(event.capacity),
            privacy=told_word(sent.get("privacy"), read_privacy, event.visibility),
            creator=creator or event.creator_name,
            s3_key=image or "",
            file_url=public_url(image) if image else "",
        )


class LastKey(Answer):
    """Where the next page goes on: send `uuid` as `start_key`."""

    uuid: str


class EventAppPage(Answer):
    """A page of public events, the newest made first."""

    events: list[EventAppItem]
    last_evaluated_key: LastKey | None = Field(
        alias="last_evaluated_key", description="Null at the end."
    )


class EventAppEvents(Answer):
    """All of somebody's events."""

    events: list[EventAppItem]
