"""Shapes of guest requests in the public API. Changing one changes the contract."""

from collections.abc import Mapping
from typing import Annotated, Self

from pydantic import Field

from backend.guest_requests.kinds import LONGEST_OPTION
from backend.guest_requests.models import GuestRequest
from backend.guest_requests.policies import LONGEST_CLIENT_ID, LONGEST_REASON, LONGEST_TEXT
from backend.guest_requests.states import RequestStatus
from backend.shared.shapes import Answer, Request, UtcTime, line, prose


class RequestInput(Request):
    """What a guest asks for."""

    kind: Annotated[str, line(32, least=1)] = Field(
        description="The key of one of the event's kinds.", examples=["FOOD"]
    )
    text: Annotated[str, prose(LONGEST_TEXT)] = Field(
        "", description="In the guest's own words.", examples=["Table 5, by the window"]
    )
    option: Annotated[str, line(LONGEST_OPTION)] = Field(
        "", description="One of the kind's options.", examples=["Vegetarian"]
    )
    request_id: Annotated[str, line(LONGEST_CLIENT_ID)] = Field(
        "",
        description="The client's own id: the same one asks once. Does what an "
        "`Idempotency-Key` does, and goes before it.",
        examples=["a5c1e0de-0d4b-4a52-8a52-5f7a0d1c9e11"],
    )


class DeclineInput(Request):
    """Why a request is declined."""

    reason: Annotated[str, prose(LONGEST_REASON)] = Field(
        description="What the guest is told.", examples=["The kitchen is closed."]
    )


class RequestAnswer(Answer):
    """One's own request."""

    request_id: str
    event_id: str
    kind: str = Field(description="The key of its kind.", examples=["FOOD"])
    kind_name: str = Field(description="What the kind is called.", examples=["Food"])
    text: str = Field(examples=["Table 5, by the window"], description="As the guest wrote it.")
    option: str = Field(examples=["Vegetarian"], description="The option that was chosen, if any.")
    status: RequestStatus = Field(examples=["OPEN"])
    reason: str = Field(examples=[""], description="Why it was declined; else empty.")
    created_at: UtcTime
    due_at: UtcTime = Field(
        examples=["2026-11-20T17:45:00Z"], description="The guest should have it by then."
    )
    done_at: UtcTime | None = Field(
        examples=[None], description="When it was fulfilled, declined or canceled."
    )

    @classmethod
    def of(cls, request: GuestRequest) -> Self:
        """The answer for a request."""
        return cls(**_values(request, RequestAnswer))


class RequestsAnswer(Answer):
    """A page of one's own requests, the latest first."""

    requests: list[RequestAnswer] = Field(description="The requests of this page.")
    next_token: str | None


class QueuedRequest(RequestAnswer):
    """A request as staff see it; never with an address."""

    guest_name: str = Field(
        examples=["Ada Byron"], description="Empty once the guest's data was erased."
    )
    held_by: str | None = Field(
        examples=[None], description="The name of who took it on; null while nobody did."
    )
    version: int = Field(examples=[1], description="Grows with every change.")

    @classmethod
    def of_queue(cls, request: GuestRequest, names: Mapping[str, str]) -> Self:
        """The answer for a request; ``names`` of who holds requests are by user id."""
        held_by = names.get(request.held_by) if request.held_by else None
        return cls(
            guest_name=request.guest_name or "",
            held_by=held_by,
            version=int(request.version),
            **_values(request, RequestAnswer),
        )


class QueueAnswer(Answer):
    """A page of a queue: open and claimed requests, the oldest first."""

    requests: list[QueuedRequest] = Field(description="The requests of this page.")
    next_token: str | None


def _values(request: GuestRequest, shape: type[Answer]) -> dict[str, object]:
    known = {name: getattr(request, name) for name in shape.model_fields}
    return known | {"reason": request.reason or ""}
