"""Shapes of profiles in the public API: those of two older systems, whose spelling they keep."""

import json
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, PrivateAttr

from backend.profiles.models import Profile
from backend.profiles.services import LONGEST_NAME
from backend.shared.shapes import Answer, FreeObject, Request, line


class ProfileInput(Request):
    """What people are called."""

    name: Annotated[str, line(LONGEST_NAME, least=1)] = Field(examples=["Ada Byron"])


class ProfileAnswer(Answer):
    """A person's profile."""

    user_id: str
    name: str
    email: str
    updated_at: int = Field(description="Milliseconds since 1970.")

    @classmethod
    def of(cls, profile: Profile) -> Self:
        """The answer for a profile; what nobody wrote yet, or another program left out, is empty."""
        at = profile.updated_at
        return cls(
            user_id=profile.user_id,
            name=profile.name or "",
            email=profile.email or "",
            updated_at=round(at.timestamp() * 1000) if at else 0,
        )


class UpsertedAnswer(Answer):
    """That the profile was written, and what it says now."""

    message: str
    profile: ProfileAnswer


class ProfileDocument(FreeObject):
    """Any JSON object, up to 100,000 bytes; every number in it survives."""


class DocumentAnswer(BaseModel):
    """What the person wrote, number for number."""

    model_config = ConfigDict(frozen=True, defer_build=True)
    profile_data: dict[str, Any]
    _text: str = PrivateAttr("{}")

    @classmethod
    def of(cls, text: str) -> "DocumentAnswer":
        """The answer for a stored JSON text, which is not read: its numbers would change."""
        answer = cls.model_construct(profile_data={})
        answer._text = text
        return answer

    def model_dump_json(self, **_: Any) -> str:
        """The text, under its name."""
        return f"{{{json.dumps('profile_data')}: {self._text}}}"
