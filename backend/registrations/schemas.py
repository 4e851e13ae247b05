"""Shapes of registrations in the public API. Changing one changes the contract."""

from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, StringConstraints, WithJsonSchema
from typing_extensions import TypeAliasType

from backend.events.questions import (
    LARGEST_NUMBER,
    LONGEST_ANSWER,
    MOST_QUESTIONS,
    QUESTION_ID,
)
from backend.registrations import states
from backend.registrations.guests import NAME_LENGTH
from backend.registrations.models import Registration
from backend.registrations.states import Admission
from backend.registrations.tickets import issue, short_code
from backend.shared.shapes import Answer, PageQuery, Request, UtcTime, broken, line

# A tombstone is as if nothing were there. Generated clients make a class of a shape with a name.
RegistrationStatus = TypeAliasType(
    "RegistrationStatus",
    Annotated[
        Literal["CONFIRMED", "WAITLISTED", "CANCELED"],
        Field(description="Whether a guest has a place."),
    ],
)


def _read_answer(value: object) -> object:
    if not isinstance(value, str | int | float):
        raise broken("This must be a text, a number, or true or false.")
    return value


QuestionId = Annotated[str, StringConstraints(pattern=f"^{QUESTION_ID}$")]
GivenAnswer = Annotated[
    # Not a union of types: its refusals would name the types instead of the question.
    object,
    BeforeValidator(_read_answer),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "string", "maxLength": LONGEST_ANSWER},
                {"type": "number", "minimum": -LARGEST_NUMBER, "maximum": LARGEST_NUMBER},
                {"type": "boolean"},
            ]
        }
    ),
]
GivenAnswers = Annotated[
    dict[QuestionId, GivenAnswer],
    Field(
        description="By the id of the event's question: a text, one of the choices, a number, "
        "or true for a consent.",
        examples=[{"q1": "Vegetarian", "q2": 3, "q3": True}],
    ),
]
Answers = TypeAliasType("Answers", GivenAnswers)


class RegistrationInput(Request):
    """What a guest says when registering; the address is the token's."""

    name: Annotated[str, line(NAME_LENGTH)] = Field(
        "", description="As the badge shows it; the account's unless given.", examples=["Ada Byron"]
    )
    answers: GivenAnswers = Field({}, max_length=MOST_QUESTIONS)


class RegistrationsQuery(PageQuery):
    """Which of an event's registrations are asked for."""

    name_prefix: Annotated[str, line(NAME_LENGTH)] = Field(
        "", description="Start of the name, whatever its case and accents."
    )
    status: RegistrationStatus | None = Field(None, description="Only those in this state.")


class RegistrationAnswer(Answer):
    """One's own registration."""

    event_id: str
    guest: str
    name: str = Field(description="Empty once the guest's data was erased.")
    status: RegistrationStatus
    admission: Admission
    registered_at: UtcTime
    canceled_at: UtcTime | None
    admitted_at: UtcTime | None

    @classmethod
    def of(cls, registration: Registration) -> Self:
        """The answer for a registration."""
        known = {name: getattr(registration, name) for name in cls.model_fields}
        return cls(**known | {"name": registration.name or ""})


class TicketAnswer(RegistrationAnswer):
    """One's own registration with its ticket, while it is confirmed."""

    answers: Answers
    waiting_position: int | None = Field(
        description="The number on the waiting list, from 1, while it is `WAITLISTED`."
    )
    ticket: str | None = Field(description="Text of the QR code.")
    short_code: str | None = Field(examples=["7K3M-Q2XD"])

    @classmethod
    def of_own(cls, registration: Registration, *, position: int | None) -> Self:
        """The answer for a registration; issues the ticket of a confirmed one."""
        common = RegistrationAnswer.of(registration).model_dump()
        own = {"answers": registration.answers or {}, "waiting_position": position}
        if registration.status is not states.RegistrationStatus.CONFIRMED:
            return cls(ticket=None, short_code=None, **own, **common)
        code = short_code(registration.guest, registration.ticket_no)
        return cls(ticket=issue(registration), short_code=code, **own, **common)


class RegistrationsAnswer(Answer):
    """A page of one's own registrations, the newest first."""

    registrations: list[RegistrationAnswer]
    next_token: str | None


class GuestAnswer(Answer):
    """A guest as the team sees them; never with the ticket."""

    guest: str
    name: str = Field(description="Empty once the guest's data was erased.")
    email: str | None = Field(description="For organisers; null for the desk.")
    status: RegistrationStatus
    admission: Admission
    registered_at: UtcTime
    canceled_at: UtcTime | None
    admitted_at: UtcTime | None
    admitted_gate: str | None
    waiting_since: UtcTime | None
    answers: Answers
    note: str = Field(description="What the crew noted; the guest does not see it.")
    attention: bool = Field(description="Whether the desk should look at the note.")
    version: int

    @classmethod
    def of(cls, registration: Registration, *, with_email: bool) -> Self:
        """The answer for a registration."""
        special = {
            "name": registration.name or "",
            "email": registration.user_email if with_email else None,
            "answers": registration.answers or {},
            "note": registration.note or "",
            "attention": bool(registration.attention),
        }
        names = cls.model_fields.keys() - special.keys()
        return cls(**special, **{name: getattr(registration, name) for name in names})


class GuestsAnswer(Answer):
    """A page of an event's guests by name; who waits, by how long."""

    registrations: list[GuestAnswer]
    next_token: str | None
