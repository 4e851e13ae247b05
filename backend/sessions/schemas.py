"""Shapes of sessions and bookings in the public API. Changing one changes the contract."""

from typing import Annotated, Any, Literal, Self

from pydantic import Field
from typing_extensions import TypeAliasType

from backend.events.models import Event
from backend.sessions.models import Booking, Session
from backend.sessions.queries import MyBooking, Numbers
from backend.sessions.states import SessionStatus
from backend.shared.shapes import Answer, Flag, Request, UtcTime

# A tombstone is as if nothing were there. Generated clients make a class of a shape with a name.
BookingStatus = TypeAliasType(
    "BookingStatus",
    Annotated[
        Literal["BOOKED", "WAITLISTED", "ATTENDED", "CANCELED"],
        Field(description="Whether a guest has a seat."),
    ],
)


class BookingInput(Request):
    """How a guest books a session."""

    allow_overlap: Flag = Field(
        False, description="Book it even if another session of one's own is at the same time."
    )


class SessionAnswer(Answer):
    """An item of an event's agenda."""

    event_id: str
    session_id: str
    title: str
    description: str = Field(description="Plain text.", examples=["How water moves, and why."])
    room: str = Field(description="Empty where none is given.")
    starts_at: UtcTime
    ends_at: UtcTime
    time_zone: str
    track: str = Field(description="Empty where none is given.")
    speakers: str = Field(description="As text; empty where none are given.")
    capacity: int | None
    places_left: int | None = Field(
        description="About how many seats nobody has, a moment behind; null without a limit."
    )
    waiting_list: bool
    booking_open: bool = Field(description="Whether guests may book it, until it starts.")
    status: SessionStatus

    @classmethod
    def of(cls, session: Session, event: Event, numbers: Numbers) -> Self:
        """The answer for a session of an event."""
        own = {"time_zone": event.time_zone, "places_left": numbers.left}
        stored = {name: getattr(session, name) for name in cls.model_fields if name not in own}
        return cls(**stored | own)


class SessionsAnswer(Answer):
    """A page of an event's agenda, what starts first first."""

    sessions: list[SessionAnswer]
    next_token: str | None


class BookingAnswer(Answer):
    """One's own booking of a session."""

    event_id: str
    session_id: str
    status: BookingStatus
    booked_at: UtcTime = Field(description="When it was asked for.")
    canceled_at: UtcTime | None
    attended_at: UtcTime | None = Field(description="When the guest came in; null before.")

    @classmethod
    def of(cls, booking: Booking, **more: Any) -> Self:
        """The answer for a booking, with what only this answer has."""
        mine = BookingAnswer.model_fields
        return cls(**{name: getattr(booking, name) for name in mine} | more)


class BookedAnswer(BookingAnswer):
    """The same with the place on the waiting list."""

    waiting_position: int | None = Field(
        description="The number on the session's waiting list, from 1, while it is `WAITLISTED`."
    )


class MyBookingAnswer(BookingAnswer):
    """One's own booking, and when and where that is."""

    event_title: str = Field(description="What the event is called.")
    title: str
    room: str = Field(description="Empty where none is given.")
    starts_at: UtcTime
    ends_at: UtcTime
    time_zone: str
    session_status: SessionStatus = Field(description="Whether the session takes place.")

    @classmethod
    def of_own(cls, mine: MyBooking) -> Self:
        """The answer for a booking with its session and event."""
        session = mine.session
        return cls.of(
            mine.booking,
            event_title=mine.event.title,
            title=session.title,
            room=session.room,
            starts_at=session.starts_at,
            ends_at=session.ends_at,
            time_zone=mine.event.time_zone,
            session_status=session.status,
        )


class MyBookingsAnswer(Answer):
    """A page of one's own bookings, by event."""

    bookings: list[MyBookingAnswer]
    next_token: str | None
