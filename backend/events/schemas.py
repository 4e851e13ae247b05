"""Shapes of events in the public API. Changing one changes the contract."""

from typing import Annotated, Any, Self

from pydantic import Field, model_validator

from backend.events.details import (
    LARGEST_CAPACITY,
    LONGEST_DESCRIPTION,
    LONGEST_LOCATION,
    LONGEST_TITLE,
    EventDetails,
)
from backend.events.kinds import Category, LocationType, Visibility
from backend.events.media_bucket import public_url
from backend.events.models import Event
from backend.events.states import EventStatus
from backend.shared.config import config
from backend.shared.shapes import (
    Answer,
    Flag,
    PageQuery,
    Request,
    UtcTime,
    broken,
    line,
    prose,
    whole,
)


class EventInput(Request):
    """What an organiser says about an event."""

    title: Annotated[str, line(LONGEST_TITLE, least=1)] = Field(examples=["Harbour Conference"])
    description: Annotated[str, prose(LONGEST_DESCRIPTION)] = Field("", description="Markdown.")
    starts_at: UtcTime = Field(examples=["2026-11-20T18:00:00+01:00"])
    ends_at: UtcTime = Field(examples=["2026-11-20T22:00:00+01:00"])
    time_zone: Annotated[str, line(64)] = Field(
        "", description="IANA name; the stage's own unless given.", examples=["Europe/Berlin"]
    )
    location_type: LocationType = LocationType.IN_PERSON
    location: Annotated[str, line(LONGEST_LOCATION)] = Field("", examples=["Pier 2, Hamburg"])
    category: Category = Category.OTHER
    capacity: Annotated[int, whole(1, LARGEST_CAPACITY)] | None = Field(
        None, description="How many guests at most; null for no limit.", examples=[50]
    )
    waiting_list: Flag = False
    visibility: Visibility = Visibility.PUBLIC

    def details(self) -> EventDetails:
        """The same for the services, without what is not part of the details."""
        values = self.model_dump(exclude={"version"})
        values["time_zone"] = values["time_zone"] or config().default_time_zone
        return EventDetails(**values)


class EventEdit(EventInput):
    """All details anew, over the version that the caller saw."""

    version: Annotated[int, whole(1, 10**9)] = Field(description="`version` as last read.")


class BannerInput(Request):
    """Either the type of an image to upload, or the key of one that was uploaded."""

    content_type: Annotated[str, line(50)] | None = Field(None, examples=["image/png"])
    key: Annotated[str, line(200)] | None = Field(None, description="`key` of the offer.")

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.content_type is None) == (self.key is None):
            raise broken("Send either contentType or key.")
        return self


class EventsQuery(PageQuery):
    """Which public events are asked for."""

    category: Category | None = None


_NAMED_ELSE = frozenset({"event_id", "organiser", "banner_url"})


class EventAnswer(Answer):
    """An event as anyone who may know of it sees it."""

    event_id: str
    title: str
    description: str
    starts_at: UtcTime
    ends_at: UtcTime
    time_zone: str
    location_type: LocationType
    location: str
    category: Category
    capacity: int | None
    waiting_list: bool
    visibility: Visibility
    status: EventStatus
    organiser: str
    banner_url: str | None

    @classmethod
    def of(cls, event: Event) -> Self:
        """The answer for an event."""
        stored = event.attribute_values
        values: dict[str, Any] = {
            name: stored.get(name) for name in cls.model_fields if name not in _NAMED_ELSE
        }
        banner = event.banner_key
        return cls(
            event_id=event.uuid,
            organiser=event.creator_name,
            banner_url=public_url(banner) if banner else None,
            **values,
        )


class OwnEventAnswer(EventAnswer):
    """An event as its team sees it."""

    version: int
    created_at: UtcTime
    updated_at: UtcTime
    published_at: UtcTime | None
    canceled_at: UtcTime | None


class EventsAnswer(Answer):
    """A page of public events, those that start first first."""

    events: list[EventAnswer]
    next_token: str | None


class OwnEventsAnswer(Answer):
    """A page of one's own events, the latest start first."""

    events: list[OwnEventAnswer]
    next_token: str | None


class BannerAnswer(Answer):
    """Where to upload an image, or where the uploaded one is served."""

    key: str = Field(description="Names the upload; not where the image is served.")
    url: str | None = Field(None, description="Address for the form POST of the file.")
    fields: dict[str, str] | None = Field(
        None, description="Fields that the form must carry before the file."
    )
    banner_url: str | None = None
