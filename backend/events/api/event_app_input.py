"""A new event as the event app's clients send it. Changing this changes the contract."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Annotated, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, AliasChoices, BeforeValidator, Field, model_validator

from backend.events.api.event_app_shapes import LONGEST_ADDRESS
from backend.events.api.event_app_words import (
    read_category,
    read_day,
    read_place,
    read_privacy,
    read_time,
    word_of,
)
from backend.events.details import (
    LARGEST_CAPACITY,
    LONGEST_DESCRIPTION,
    LONGEST_LOCATION,
    LONGEST_TITLE,
    EventDetails,
)
from backend.shared.config import config
from backend.shared.shapes import BadShape, Request, broken, line, prose, whole

LONGEST_WORD = 60
_DIGITS = r"^[0-9]{0,6}$"
_TYPES = {"jpg": "image/jpeg", "jpeg": "image/jpeg", "png": "image/png", "webp": "image/webp"}


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


def _readable(read: Callable[[str], object]) -> AfterValidator:
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
    start_time: Annotated[Word, _readable(read_time)] = Field(
        description="In its own time zone.", examples=["18:30"]
    )
    end_time: Annotated[Word, _readable(read_time)] = Field(
        description="An end that is before the start is one of the next day.", examples=["22:00"]
    )
    location_type: Annotated[Word, _readable(read_place)] = Field(
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
    privacy: Annotated[Word, _readable(read_privacy)] = Field(
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
        validation_alias=AliasChoices(
            "contentType", "content_type", "fileType", "file_type", "imageType", "image_type"
        ),
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
            starts_on = read_day(self.date, zone)
        except ValueError as problem:
            raise BadShape({"date": str(problem)}) from None
        start, end = read_time(self.start_time), read_time(self.end_time)
        if start == end:
            raise BadShape({"endTime": "The end must not be the start."})
        return EventDetails(
            title=self.title,
            description=self.description,
            starts_at=datetime.combine(starts_on, start, zone),
            ends_at=datetime.combine(starts_on + timedelta(days=end < start), end, zone),
            time_zone=zone_name,
            location_type=read_place(self.location_type),
            location=self.location,
            category=read_category(self.category),
            capacity=self.max_attendees,
            waiting_list=False,
            visibility=read_privacy(self.privacy),
        )

    def words(self) -> dict[str, str]:
        """What was sent in other words than ours, by field."""
        told = {
            "startTime": (self.start_time, f"{read_time(self.start_time):%H:%M}"),
            "endTime": (self.end_time, f"{read_time(self.end_time):%H:%M}"),
            "locationType": (self.location_type, word_of(read_place(self.location_type))),
            "category": (self.category, word_of(read_category(self.category))),
            "privacy": (self.privacy, word_of(read_privacy(self.privacy))),
        }
        return {name: sent for name, (sent, ours) in told.items() if sent != ours}
