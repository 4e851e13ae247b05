"""Shapes of registrations in the public API. Changing one changes the contract."""

from typing import Annotated, Literal, Self

from pydantic import Field

from backend.registrations.guests import NAME_LENGTH
from backend.registrations.models import Registration
from backend.registrations.states import Admission, RegistrationStatus
from backend.registrations.tickets import issue, short_code
from backend.shared.shapes import Answer, PageQuery, Request, UtcTime, line

# A tombstone is as if nothing were there.
Status = Literal["CONFIRMED", "WAITLISTED", "CANCELED"]


class RegistrationInput(Request):
    """What a guest says when registering; the address is the token's."""

    name: Annotated[str, line(NAME_LENGTH)] = Field(
        "", description="As the badge shows it; the account's unless given.", examples=["Ada Byron"]
    )


class RegistrationsQuery(PageQuery):
    """Which of an event's registrations are asked for."""

    name_prefix: Annotated[str, line(NAME_LENGTH)] = Field(
        "", description="Start of the name, whatever its case and accents."
    )
    status: Status | None = None


class RegistrationAnswer(Answer):
    """One's own registration."""

    event_id: str
    guest: str
    name: str
    status: Status
    admission: Admission
    registered_at: UtcTime
    canceled_at: UtcTime | None
    admitted_at: UtcTime | None

    @classmethod
    def of(cls, registration: Registration) -> Self:
        """The answer for a registration."""
        return cls(**{name: getattr(registration, name) for name in cls.model_fields})


class TicketAnswer(RegistrationAnswer):
    """One's own registration with its ticket, while it is confirmed."""

    ticket: str | None = Field(description="Text of the QR code.")
    short_code: str | None = Field(examples=["7K3M-Q2XD"])

    @classmethod
    def of(cls, registration: Registration) -> Self:
        """The answer for a registration; issues the ticket of a confirmed one."""
        common = RegistrationAnswer.of(registration).model_dump()
        if registration.status is not RegistrationStatus.CONFIRMED:
            return cls(ticket=None, short_code=None, **common)
        code = short_code(registration.guest, registration.ticket_no)
        return cls(ticket=issue(registration), short_code=code, **common)


class RegistrationsAnswer(Answer):
    """A page of one's own registrations, the newest first."""

    registrations: list[RegistrationAnswer]
    next_token: str | None


class GuestAnswer(Answer):
    """A guest as the team sees them; never with the ticket."""

    guest: str
    name: str
    email: str | None = Field(description="For organisers; null for the desk.")
    status: Status
    admission: Admission
    registered_at: UtcTime
    canceled_at: UtcTime | None
    admitted_at: UtcTime | None
    admitted_gate: str | None
    version: int

    @classmethod
    def of(cls, registration: Registration, *, with_email: bool) -> Self:
        """The answer for a registration."""
        names = cls.model_fields.keys() - {"email"}
        email = registration.user_email if with_email else None
        return cls(email=email, **{name: getattr(registration, name) for name in names})


class GuestsAnswer(Answer):
    """A page of an event's guests by name."""

    registrations: list[GuestAnswer]
    next_token: str | None
