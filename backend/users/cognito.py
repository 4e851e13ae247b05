"""Cognito's calls for accounts, with its exceptions turned into refusals.

Only calls that need no rights in AWS: what a person does with an own address, password
and code. Answers for known and unknown addresses are alike, also where Cognito's differ.
"""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, TypeVar, cast

from backend.shared.aws_session import aws_session
from backend.shared.config import config
from backend.shared.errors import BadInput, DomainError
from backend.users.errors import SessionOver, SlowDown, StepNeeded, WrongCode, WrongCredentials

if TYPE_CHECKING:
    from mypy_boto3_cognito_idp import CognitoIdentityProviderClient
    from mypy_boto3_cognito_idp.type_defs import InitiateAuthResponseTypeDef

STRONG_ENOUGH = (
    "At least 8 characters, among them an upper-case letter, a lower-case letter and a digit."
)


def weak_password() -> BadInput:
    """The refusal of a password that breaks the pool's rules."""
    return BadInput({"password": STRONG_ENOUGH})


AnswerT = TypeVar("AnswerT")
Refusals = Mapping[str, Callable[[], DomainError]]

_TOO_MANY: Refusals = dict.fromkeys(
    ("TooManyRequestsException", "LimitExceededException", "TooManyFailedAttemptsException"),
    SlowDown,
)
_WEAK: Refusals = {"InvalidPasswordException": weak_password}
_NOT_FOR_THIS_ADDRESS = (
    "InvalidParameterException",
    "NotAuthorizedException",
    "UserNotConfirmedException",
    "UserNotFoundException",
)
_CODE: Refusals = dict.fromkeys(
    ("CodeMismatchException", "ExpiredCodeException", *_NOT_FOR_THIS_ADDRESS), WrongCode
)
_CREDENTIALS: Refusals = dict.fromkeys(
    ("PasswordResetRequiredException", *_NOT_FOR_THIS_ADDRESS), WrongCredentials
)


@dataclass(frozen=True, slots=True)
class Tokens:
    """What a client needs to act for a person; ``expires_in`` seconds from now."""

    id_token: str
    access_token: str
    refresh_token: str
    expires_in: int


@cache
def client() -> "CognitoIdentityProviderClient":
    """The one client of this process."""
    from botocore.config import Config

    settings = Config(connect_timeout=2, read_timeout=8, retries={"max_attempts": 2})
    client = aws_session().create_client(
        "cognito-idp", region_name=config().region, config=settings
    )
    return cast("CognitoIdentityProviderClient", client)


class _PassOver(DomainError):
    """Cognito refuses, but the answer is the one for an address that it accepts."""

    def __init__(self) -> None:
        super().__init__("")


# A code that cannot be sent.
_UNSENT: Refusals = dict.fromkeys(("LimitExceededException", *_NOT_FOR_THIS_ADDRESS), _PassOver)


def asked(ask: Callable[[], AnswerT], refusals: Refusals) -> AnswerT:
    """Cognito's answer, or the refusal that stands for its exception; ``SlowDown`` in any case."""
    from botocore.exceptions import ClientError

    try:
        return ask()
    except ClientError as error:
        refusal = {**_TOO_MANY, **refusals}.get(error.response["Error"]["Code"])
        if refusal is None:
            raise
        raise refusal() from None


def sign_up(*, email: str, password: str, name: str) -> str | None:
    """Make an account and let Cognito send its code; the new ``sub``.

    ``None`` when the address has an account already: nothing changes, nothing is sent.
    Refuses with ``BadInput`` on ``password`` and ``SlowDown``.
    """

    def ask() -> str:
        return client().sign_up(
            ClientId=config().user_pool_client_id,
            Username=email,
            Password=password,
            UserAttributes=[{"Name": "email", "Value": email}, {"Name": "name", "Value": name}],
        )["UserSub"]

    try:
        return asked(ask, {**_WEAK, "UsernameExistsException": _PassOver})
    except _PassOver:
        return None


def confirm_sign_up(*, email: str, code: str) -> None:
    """Prove the address by its code. Refuses with ``WrongCode`` and ``SlowDown``."""
    asked(
        lambda: client().confirm_sign_up(
            ClientId=config().user_pool_client_id, Username=email, ConfirmationCode=code
        ),
        _CODE,
    )


def resend_code(*, email: str) -> None:
    """Send the code once more to an address that waits for one; else do nothing."""
    with suppress(_PassOver):
        asked(
            lambda: client().resend_confirmation_code(
                ClientId=config().user_pool_client_id, Username=email
            ),
            _UNSENT,
        )


def log_in(*, email: str, password: str) -> Tokens:
    """Tokens for an address and its password.

    Refuses with ``WrongCredentials``, ``StepNeeded`` and ``SlowDown``.
    """
    answer = asked(
        lambda: client().initiate_auth(
            ClientId=config().user_pool_client_id,
            AuthFlow="USER_PASSWORD_AUTH",
            AuthParameters={"USERNAME": email, "PASSWORD": password},
        ),
        _CREDENTIALS,
    )
    return _tokens(answer)


def refresh(*, refresh_token: str) -> Tokens:
    """New tokens; the refresh token stays the same. Refuses with ``SessionOver``, ``SlowDown``."""
    answer = asked(
        lambda: client().initiate_auth(
            ClientId=config().user_pool_client_id,
            AuthFlow="REFRESH_TOKEN_AUTH",
            AuthParameters={"REFRESH_TOKEN": refresh_token},
        ),
        dict.fromkeys(_NOT_FOR_THIS_ADDRESS, SessionOver),
    )
    return _tokens(answer, refresh_token)


def revoke(*, refresh_token: str) -> None:
    """End the session of this refresh token; one that is over already is no error."""
    over = ("UnauthorizedException", "UnsupportedTokenTypeException", *_NOT_FOR_THIS_ADDRESS)
    with suppress(_PassOver):
        asked(
            lambda: client().revoke_token(
                ClientId=config().user_pool_client_id, Token=refresh_token
            ),
            dict.fromkeys(over, _PassOver),
        )


def forgot_password(*, email: str) -> None:
    """Send a code for a new password to an address that has an account; else do nothing."""
    with suppress(_PassOver):
        asked(
            lambda: client().forgot_password(ClientId=config().user_pool_client_id, Username=email),
            _UNSENT,
        )


def reset_password(*, email: str, code: str, password: str) -> None:
    """Set a new password by the code.

    Refuses with ``WrongCode``, ``BadInput`` on ``password`` and ``SlowDown``.
    """
    asked(
        lambda: client().confirm_forgot_password(
            ClientId=config().user_pool_client_id,
            Username=email,
            ConfirmationCode=code,
            Password=password,
        ),
        {**_CODE, **_WEAK},
    )


def _tokens(answer: "InitiateAuthResponseTypeDef", refresh_token: str | None = None) -> Tokens:
    if "ChallengeName" in answer:
        raise StepNeeded("Sign in on the web pages once, to finish setting up the account.")
    result = answer["AuthenticationResult"]
    return Tokens(
        id_token=result["IdToken"],
        access_token=result["AccessToken"],
        # Cognito sends a new one only where a pool rotates them.
        refresh_token=result.get("RefreshToken", refresh_token or ""),
        expires_in=result["ExpiresIn"],
    )
