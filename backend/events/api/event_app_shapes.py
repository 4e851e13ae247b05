"""Shapes of the event app's contract, in its words. Changing one changes the contract.

Its clients tell a start and an end as a day and two times of the day, and name kinds of events
and places as they like. What says the same in our words is understood; what they sent is sent
back for as long as the event still means it.
"""

import re
from collections.abc import Mapping
from datetime import date as day
from datetime import datetime, time, timedelta
from enum import StrEnum
from typing import Annotated, Any, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, AliasChoices, BeforeValidator, Field, model_validator

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
from backend.shared.clock import parse_iso
from backend.shared.config import config
from backend.shared.shapes import Answer, BadShape, Query, Request, broken, line, prose, whole

LONGEST_ADDRESS, LONGEST_WORD, LONGEST_ID = 254, 60, 64
UUID = r"^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$"
DEFAULT_PAGE, LARGEST_PAGE = 10, 100

_TIME = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2})(?:\.0+)?)?\s*([ap]m)?", re.IGNORECASE | re.ASCII)
_DIGITS = r"^[0-9]{0,6}$"
_TYPES = {"jpg": "image/jpeg", "jpeg": "image/jpeg", "png": "image/png", "webp": "image/webp"}
_PLACES = {
    "in-person": LocationType.IN_PERSON,
    "inperson": LocationType.IN_PERSON,
    "physical": LocationType.IN_PERSON,
    "offline": LocationType.IN_PERSON,
    "venue": LocationType.IN_PERSON,
    "online": LocationType.ONLINE,
    "virtual": LocationType.ONLINE,
    "remote": LocationType.ONLINE,
    "both": LocationType.BOTH,
    "hybrid": LocationType.BOTH,
}


def _word(kind: StrEnum) -> str:
    """``IN_PERSON`` as clients of the event app are told: ``in-person``."""
    return kind.lower().replace("_", "-")


def _plain(text: str) -> str:
    return re.sub(r"[\s_-]+", "-", text.strip().lower())


def _place(text: str) -> LocationType:
    found = _PLACES.get(_plain(text))
    if found is None:
        raise broken("This must be one of in-person, online, both.")
    return found


def _privacy(text: str) -> Visibility:
    word = text.strip().upper()
    if word not in Visibility.__members__:
        raise broken("This must be one of public, unlisted, private.")
    return Visibility(word)


def _category(text: str) -> Category:
    """Ours if it is one; the app's clients have categories of their own, too."""
    word = _plain(text).replace("-", "_").upper()
    return Category(word) if word in Category.__members__ else Category.OTHER


def _time(text: str) -> time:
    parts = _TIME.fullmatch(text.strip())
    try:
        hour, minute, second = (
            (int(part or 0) for part in parts.groups()[:3]) if parts else (24, 0, 0)
        )
        if parts and parts[4]:
            hour = time(hour if 1 <= hour <= 12 else 24).hour % 12 + 12 * (parts[4].lower() == "pm")
        return time(hour, minute, second)
    except ValueError:
        raise broken("This must be a time of the day, such as 18:30.") from None


def _day(text: str, zone: ZoneInfo) -> day:
    try:
        found = (
            parse_iso(text).astimezone(zone).date() if len(text) > 10 else day.fromisoformat(text)
        )
    except (ValueError, OverflowError):
        raise broken("This must be a day, such as 2026-11-20.") from None
    if not 2000 <= found.year < 2200:
        raise broken("This must be a year between 2000 and 2199.")
    return found


def _seats(value: object) -> int | None:
    """How many at most, as a number or in digits; nothing at all is no limit."""
    text = str(value) if isinstance(value, str | int) and value is not True else "no"
    if value is None or text == "":
        return None
    if re.fullmatch(_DIGITS, text) and 1 <= int(text) <= LARGEST_CAPACITY:
        return int(text)
    raise broken(f"This must be a whole number from 1 to {LARGEST_CAPACITY}, or empty.")


def _extension(text: str) -> str:
    word = text.strip().lower().removeprefix(".")
    if word and word not in _TYPES:
        raise broken(f"This must be one of {', '.join(_TYPES)}.")
    return word


def _image_type(text: str) -> str:
    word = text.strip().lower()
    if word and word not in _TYPES.values():
        raise broken(f"This must be one of {', '.join(dict.fromkeys(_TYPES.values()))}.")
    return word


def _readable(read: Any) -> AfterValidator:
    """The text itself, provided ``read`` understands it."""

    def check(text: str) -> str:
        read(text)
        return text

    return AfterValidator(check)


Word = Annotated[str, line(LONGEST_WORD, least=1)]
Seats = Annotated[
    int | None,
    BeforeValidator(
        _seats,
        json_schema_input_type=Annotated[int, whole(1, LARGEST_CAPACITY)]
        | Annotated[str, Field(max_length=6, pattern=_DIGITS)]
        | None,
    ),
]


class EventAppInput(Request):
    """A new event, as the event app's clients send it."""

    title: Annotated[str, line(LONGEST_TITLE, least=1)] = Field(examples=["Harbour Meetup"])
    description: Annotated[str, prose(LONGEST_DESCRIPTION)] = Field("", examples=["By the water."])
    date: Annotated[str, line(40, least=1)] = Field(
        description="The day it starts, in its own time zone.", examples=["2026-11-20"]
    )
    start_time: Annotated[Word, _readable(_time)] = Field(
        description="In its own time zone.", examples=["18:30"]
    )
    end_time: Annotated[Word, _readable(_time)] = Field(
        description="An end that is before the start is one of the next day.", examples=["22:00"]
    )
    location_type: Annotated[Word, _readable(_place)] = Field(
        "in-person", description="`in-person`, `online` or `both`.", examples=["in-person"]
    )
    location: Annotated[str, line(LONGEST_LOCATION)] = Field("", examples=["Pier 2, Hamburg"])
    category: Word = Field(
        "other",
        description="A category of ours in any case, or a word of one's own.",
        examples=["meetup"],
    )
    max_attendees: Seats = Field(
        None, description="A whole number, or its digits; empty for no limit.", examples=["50"]
    )
    privacy: Annotated[Word, _readable(_privacy)] = Field(
        "public", description="`public`, `unlisted` or `private`.", examples=["public"]
    )
    time_zone: Annotated[str, line(64)] = Field(
        "", description="IANA name; the stage's own unless given.", examples=["Europe/Berlin"]
    )
    creator: Annotated[str, line(LONGEST_ADDRESS)] = Field(
        "", description="Needed by nobody: if sent, it must be one's own address."
    )
    extension: Annotated[str, line(10), AfterValidator(_extension)] = Field(
        "",
        validation_alias=AliasChoices(
            "fileExtension", "file_extension", "extension", "imageExtension", "image_extension"
        ),
        description="Of the image to upload; or send `contentType`.",
        examples=["png"],
    )
    content_type: Annotated[str, line(50), AfterValidator(_image_type)] = Field(
        "",
        validation_alias=AliasChoices("contentType", "content_type", "fileType", "file_type"),
        description="Of the image to upload; or send `fileExtension`.",
        examples=["image/png"],
    )

    @model_validator(mode="after")
    def _one_image_type(self) -> Self:
        if self.extension and self.content_type and self.image_type != self.content_type:
            raise broken("fileExtension and contentType name different types.")
        if not self.image_type:
            raise broken("Send the fileExtension or the contentType of the image.")
        return self

    @property
    def image_type(self) -> str:
        """The content type of the image that is going to be uploaded."""
        return _TYPES.get(self.extension, self.content_type)

    def details(self) -> EventDetails:
        """The same for the services.

        Refuses (``BadShape``) a zone that is none, a day that is none, and an end at the start.
        """
        zone_name = self.time_zone or config().default_time_zone
        try:
            zone = ZoneInfo(zone_name)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise BadShape(
                {"timeZone": "Choose a time zone by its IANA name, such as Europe/Berlin."}
            ) from None
        try:
            starts_on = _day(self.date, zone)
        except ValueError as problem:
            raise BadShape({"date": str(problem)}) from None
        start, end = _time(self.start_time), _time(self.end_time)
        if start == end:
            raise BadShape({"endTime": "The end must not be the start."})
        return EventDetails(
            title=self.title,
            description=self.description,
            starts_at=datetime.combine(starts_on, start, zone),
            ends_at=datetime.combine(starts_on + timedelta(days=end < start), end, zone),
            time_zone=zone_name,
            location_type=_place(self.location_type),
            location=self.location,
            category=_category(self.category),
            capacity=self.max_attendees,
            waiting_list=False,
            visibility=_privacy(self.privacy),
        )

    def words(self) -> dict[str, str]:
        """What was sent in other words than ours, by field."""
        told = {
            "startTime": (self.start_time, f"{_time(self.start_time):%H:%M}"),
            "endTime": (self.end_time, f"{_time(self.end_time):%H:%M}"),
            "locationType": (self.location_type, _word(_place(self.location_type))),
            "category": (self.category, _word(_category(self.category))),
            "privacy": (self.privacy, _word(_privacy(self.privacy))),
        }
        return {name: sent for name, (sent, ours) in told.items() if sent != ours}


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
            start_time=_told_time(sent.get("startTime"), starts_at),
            end_time=_told_time(sent.get("endTime"), ends_at),
            location_type=_told(sent.get("locationType"), _place, event.location_type),
            location=event.location,
            category=_told(sent.get("category"), _category, event.category),
            max_attendees="" if event.capacity is None else str(event.capacity),
            privacy=_told(sent.get("privacy"), _privacy, event.visibility),
            creator=creator or event.creator_name,
            s3_key=image or "",
            file_url=public_url(image) if image else "",
        )


def _told(sent: str | None, read: Any, meant: StrEnum) -> str:
    return sent if sent is not None and read(sent) is meant else _word(meant)


def _told_time(sent: str | None, moment: datetime) -> str:
    meant = moment.time().replace(microsecond=0)
    return sent if sent is not None and _time(sent) == meant else f"{meant:%H:%M}"


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
