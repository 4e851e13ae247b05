"""Shapes of accounts in the public API. Changing one changes the contract."""

from typing import Annotated, Self

from pydantic import Field, StringConstraints, model_serializer

from backend.shared.shapes import Answer, BareAnswer, Request, line
from backend.users.models import User
from backend.users.services import LONGEST_NAME, LONGEST_PASSWORD, Tokens

Email = Annotated[str, line(254, least=1), Field(examples=["ada@example.org"])]
# Never trimmed: a password is what was typed, and Cognito's rules decide about it.
Password = Annotated[str, line(LONGEST_PASSWORD, least=1, trim=False)]
Code = Annotated[str, line(64, least=1), Field(examples=["123456"])]
RefreshToken = Annotated[str, line(4096, least=1)]


class SignUpInput(Request):
    """A new account."""

    email: Email
    password: Password
    name: Annotated[str, line(LONGEST_NAME, least=1)] = Field(examples=["Ada Byron"])


class ConfirmInput(Request):
    """An address and the code that was sent to it."""

    email: Email
    code: Code


class AddressInput(Request):
    """An address that a code is wanted for."""

    email: Email


class LoginInput(Request):
    """An address and its password."""

    email: Email
    password: Password


class RefreshTokenInput(Request):
    """The token that keeps a person signed in."""

    refresh_token: RefreshToken


class ResetPasswordInput(Request):
    """A new password, and the code that allows it."""

    email: Email
    code: Code
    password: Password


class MessageAnswer(Answer):
    """A sentence for a person; the same for known and unknown addresses."""

    message: str


class TokensAnswer(Answer):
    """What a client needs to act for a person. Send `idToken` in `Authorization`."""

    id_token: str
    access_token: str
    refresh_token: str
    expires_in: int = Field(description="Seconds until `idToken` and `accessToken` expire.")

    @classmethod
    def of(cls, tokens: Tokens) -> Self:
        """The answer for a sign-in."""
        return cls(
            id_token=tokens.id_token,
            access_token=tokens.access_token,
            refresh_token=tokens.refresh_token,
            expires_in=tokens.expires_in,
        )


UserId = Annotated[str, StringConstraints(min_length=1, max_length=64, pattern=r"^[0-9A-Za-z_-]+$")]


class UserInput(Request):
    """A user that an administrator makes; with an address an account, too."""

    name: Annotated[str, line(LONGEST_NAME, least=1)] = Field(examples=["Ada Byron"])
    email: Email | None = Field(None, description="Gets an invitation with a first password.")
    userid: UserId | None = Field(None, description="Without an address only; else made up.")


Unchanged = Annotated[
    Annotated[str, line(254)] | None, Field(description="May be sent back; changes nothing.")
]


class UserChange(Request):
    """What one may change of a user: the name. The rest of what was read may come back with it."""

    name: Annotated[str, line(LONGEST_NAME, least=1)] = Field(examples=["Ada Byron"])
    userid: Unchanged = None
    email: Unchanged = None
    created_at: Unchanged = None
    timestamp: Unchanged = None


class AddedUser(Answer):
    """What a repeated request needs to be answered: whom it is about, and nothing of them."""

    userid: str


def _is_absent(value: object) -> bool:
    return value is None


class UserAnswer(Answer):
    """The record of a user; an empty object stands for a user who has none."""

    userid: str | None = Field(None, exclude_if=_is_absent)
    name: str | None = Field(None, exclude_if=_is_absent)
    email: str | None = Field(None, exclude_if=_is_absent)
    created_at: str | None = Field(None, exclude_if=_is_absent)
    timestamp: str | None = Field(
        None, exclude_if=_is_absent, description="When the record was last changed."
    )

    @classmethod
    def of(cls, user: User) -> Self:
        """The answer for a record."""
        return cls(
            userid=user.userid,
            name=user.name,
            email=user.email,
            created_at=user.created_at,
            timestamp=user.timestamp,
        )


class UsersAnswer(BareAnswer):
    """A page of users as a bare array; the header `X-Next-Token` leads to the next."""

    root: list[UserAnswer]

    @model_serializer
    def _array(self) -> list[UserAnswer]:
        return self.root
