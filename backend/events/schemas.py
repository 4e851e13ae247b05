"""Shapes of events in the public API. Changing one changes the contract."""

from datetime import UTC, date, datetime, time
from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator
from typing_extensions import TypeAliasType

from backend.events.details import (
    LARGEST_CAPACITY,
    LONGEST_DESCRIPTION,
    LONGEST_LOCATION,
    LONGEST_TITLE,
    EventDetails,
)
from backend.events.kinds import Category, LocationType, Offer, Visibility
from backend.events.media_bucket import public_url
from backend.events.models import Event
from backend.events.questions import (
    LONGEST_CHOICE,
    LONGEST_LABEL,
    LONGEST_QUESTION_ID,
    MOST_CHOICES,
    MOST_QUESTIONS,
    QUESTION_ID,
    Question,
    QuestionKind,
    questions_of,
)
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

_OPENS = "From when guests are let in; null for twelve hours before the start."
_CLOSES = "Until when guests are let in; null for the end."


class QuestionInput(Request):
    """Something that guests are asked when they register."""

    id: Annotated[str, Field(pattern=f"^({QUESTION_ID})?$", max_length=LONGEST_QUESTION_ID)] = (
        Field("", description="What answers refer to; send it back to keep it. Made unless given.")
    )
    kind: QuestionKind
    label: Annotated[str, line(LONGEST_LABEL, least=1)] = Field(examples=["Which food?"])
    required: Flag = False
    choices: Annotated[
        list[Annotated[str, line(LONGEST_CHOICE, least=1)]], Field(max_length=MOST_CHOICES)
    ] = Field([], description="What can be chosen; with the kind CHOICE only.")


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
    waiting_list: Flag = Field(True, description="Whether guests wait where no seat is left.")
    visibility: Visibility = Visibility.PUBLIC
    questions: Annotated[list[QuestionInput], Field(max_length=MOST_QUESTIONS)] = []
    admission_opens_at: UtcTime | None = Field(None, description=_OPENS)
    admission_closes_at: UtcTime | None = Field(None, description=_CLOSES)
    reentry: Flag = Field(False, description="Whether who left may come in again.")

    def details(self) -> EventDetails:
        """The same for the services, without what is not part of the details."""
        values = self.model_dump(exclude={"version", "questions"})
        values["time_zone"] = values["time_zone"] or config().default_time_zone
        values["questions"] = tuple(
            Question(**one.model_dump(exclude={"choices"}), choices=tuple(one.choices))
            for one in self.questions
        )
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

    category: Category | None = Field(None, description="Only those of this kind.")
    month: Annotated[str, Field(pattern=r"^2[01]\d\d-(0[1-9]|1[0-2])$")] | None = Field(
        None, description="Those that start in this month (UTC).", examples=["2026-11"]
    )
    near: date | None = Field(
        None,
        description="Those that start from this day on (UTC), or before it: `direction`.",
        examples=["2026-11-20"],
    )
    direction: Literal["later", "earlier"] = Field(
        "later", description="`earlier` goes back from the day `near`, the latest first."
    )

    @model_validator(mode="after")
    def _one_time(self) -> Self:
        if self.month and self.near:
            raise broken("Send either month or near.")
        if self.direction == "earlier" and not self.near:
            raise broken("Say from which day on: near.")
        return self

    @property
    def since(self) -> datetime | None:
        """The earliest start that is asked for."""
        if self.month:
            return datetime.fromisoformat(f"{self.month}-01T00:00:00Z")
        return self._near if self.direction == "later" else None

    @property
    def until(self) -> datetime | None:
        """The end of what is asked for, itself left out."""
        if self.month:
            year, month = map(int, self.month.split("-"))
            return datetime(year + month // 12, month % 12 + 1, 1, tzinfo=UTC)
        return self._near if self.direction == "earlier" else None

    @property
    def _near(self) -> datetime | None:
        return datetime.combine(self.near, time.min, UTC) if self.near else None


_NAMED_ELSE = frozenset({"event_id", "organiser", "banner_url", "questions", "offer"})


class QuestionAnswer(Answer):
    """Something that guests are asked when they register."""

    id: str
    kind: QuestionKind
    label: str
    required: bool
    choices: list[str]


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
    questions: list[QuestionAnswer]
    admission_opens_at: UtcTime | None = Field(description=_OPENS)
    admission_closes_at: UtcTime | None = Field(description=_CLOSES)
    reentry: bool

    @classmethod
    def of(cls, event: Event, **more: Any) -> Self:
        """The answer for an event, with what only this answer has."""
        stored = event.attribute_values
        values: dict[str, Any] = {
            name: stored.get(name) for name in cls.model_fields if name not in _NAMED_ELSE
        }
        banner = event.banner_key
        return cls(
            event_id=event.uuid,
            organiser=event.creator_name,
            banner_url=public_url(banner) if banner else None,
            questions=[QuestionAnswer(**one.to_document()) for one in questions_of(event)],
            **values,
            **more,
        )


class ShownEventAnswer(EventAnswer):
    """The same with what a newcomer would get now."""

    offer: Offer = Field(
        description="On registering now: a place, a place on the waiting list, nothing while it "
        "is sold out, nothing but a try later, or nothing because registration is closed."
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


FormFields = TypeAliasType(
    "FormFields", Annotated[dict[str, str], Field(description="Fields of a form, by name.")]
)


class BannerAnswer(Answer):
    """Where to upload an image, or where the uploaded one is served."""

    key: str = Field(description="Names the upload; not where the image is served.")
    url: str | None = Field(None, description="Address for the form POST of the file.")
    fields: FormFields | None = Field(
        None, description="Fields that the form must carry before the file."
    )
    banner_url: str | None = None
