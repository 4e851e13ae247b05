"""Signing in and out with Cognito: the only module that knows pycognito.

Passwords go through SRP, so they never leave this process. Tokens are verified here,
once, and stay in the session store; pages only ever see the claims.
"""

import os
import threading
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Any

import boto3
import jwt
import pycognito
import requests
from botocore import UNSIGNED
from botocore.config import Config as BotoConfig
from botocore.exceptions import BotoCoreError, ClientError
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from pycognito.aws_srp import AWSSRP
from pycognito.exceptions import TokenVerificationException

from backend.shared.config import config
from backend.shared.errors import Rejected, TooManyAttempts, Unauthorized

CLAIMS = ("sub", "email", "email_verified", "name", "cognito:groups")
NOT_KNOWN = ("NotAuthorizedException", "UserNotFoundException", "UserNotFound")
TOO_MANY = ("TooManyRequestsException", "LimitExceededException", "TooManyFailedAttemptsException")


class WrongCredentials(Rejected):
    """Address and password do not belong together; alike for known and unknown addresses."""

    code = "wrong_credentials"


class NotConfirmed(Rejected):
    """The address still has to be confirmed by the code in the mail."""

    code = "not_confirmed"


class ResetRequired(Rejected):
    """An administrator asked for a new password before the next sign-in."""

    code = "reset_required"


class WrongCode(Rejected):
    """The code of the authenticator app is not the present one."""

    code = "wrong_code"


class WeakPassword(Rejected):
    """The pool's password rules refuse the new password."""

    code = "weak_password"


class ChallengeOver(Unauthorized):
    """The sign-in took too long, or the tokens were revoked: start again."""

    code = "challenge_over"


class Unavailable(Rejected):
    """Cognito cannot be reached; nothing is known about the person."""

    code = "sign_in_unavailable"

    def __init__(self) -> None:
        super().__init__(
            _("Sign-in cannot be reached at the moment. Please try again in a minute.")
        )


class Step(StrEnum):
    """What Cognito still wants to know before it lets somebody in."""

    NEW_PASSWORD = "NEW_PASSWORD_REQUIRED"  # noqa: S105 - Cognito's name of the challenge
    APP_CODE = "SOFTWARE_TOKEN_MFA"
    SMS_CODE = "SMS_MFA"


@dataclass(frozen=True, slots=True)
class Challenge:
    """A sign-in half done. ``session`` is Cognito's handle, valid for some minutes."""

    step: Step
    session: str
    username: str


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Verified claims and the tokens they came in; ``expires_at`` seconds since 1970."""

    claims: dict[str, Any]
    access_token: str
    refresh_token: str
    expires_at: int


def sign_in(*, email: str, password: str) -> SignedIn | Challenge:
    """Check a password by SRP.

    Refuses with ``WrongCredentials``, ``NotConfirmed``, ``ResetRequired`` or
    ``TooManyAttempts``.
    """
    pool = _Pool()
    srp = AWSSRP(
        username=email,
        password=password,
        pool_id=pool.user_pool_id,
        client_id=pool.client_id,
        client=pool.client,
    )
    asked = srp.get_auth_params()

    def prove() -> Any:
        first = pool.client.initiate_auth(
            ClientId=pool.client_id, AuthFlow="USER_SRP_AUTH", AuthParameters=asked
        )
        return pool.client.respond_to_auth_challenge(
            ClientId=pool.client_id,
            ChallengeName=first["ChallengeName"],
            ChallengeResponses=srp.process_challenge(first["ChallengeParameters"], asked),
        )

    answer = _ask(prove, dict.fromkeys(NOT_KNOWN, WrongCredentials))
    return _outcome(pool, answer, username=email)


def set_first_password(challenge: Challenge, *, password: str) -> SignedIn | Challenge:
    """Answer ``Step.NEW_PASSWORD``. Refuses with ``WeakPassword`` or ``ChallengeOver``."""
    return _respond(challenge, {"NEW_PASSWORD": password})


def give_code(challenge: Challenge, *, code: str) -> SignedIn | Challenge:
    """Answer a code step. Refuses with ``WrongCode`` or ``ChallengeOver``."""
    return _respond(challenge, {f"{challenge.step.value}_CODE": code})


def refresh(refresh_token: str) -> SignedIn:
    """New tokens and claims. Refuses with ``ChallengeOver`` once they were revoked."""
    pool = _Pool()
    answer = _ask(
        lambda: pool.client.initiate_auth(
            ClientId=pool.client_id,
            AuthFlow="REFRESH_TOKEN_AUTH",
            AuthParameters={"REFRESH_TOKEN": refresh_token},
        ),
        dict.fromkeys(NOT_KNOWN, ChallengeOver),
    )
    return _signed_in(pool, answer["AuthenticationResult"], refresh_token)


def sign_out(refresh_token: str) -> None:
    """Revoke this device's tokens; tokens that are dead already are no error."""
    pool = _Pool()
    _ask(
        lambda: pool.client.revoke_token(Token=refresh_token, ClientId=pool.client_id),
        dict.fromkeys((*NOT_KNOWN, "UnsupportedTokenTypeException")),
    )


def sign_out_everywhere(access_token: str) -> None:
    """Revoke the person's tokens on all devices."""
    _ask(
        lambda: _Pool().client.global_sign_out(AccessToken=access_token),
        dict.fromkeys(NOT_KNOWN),
    )


class _Pool(pycognito.Cognito):
    """pycognito on this stage's pool, with one client and one key set per process."""

    def __init__(self) -> None:
        super().__init__(
            config().user_pool_id,
            config().user_pool_client_id,
            user_pool_region=config().region,
            session=_Clients(),
        )

    def get_key(self, kid: str) -> Any:
        """The pool's public key ``kid``; a key that is not known yet is looked up once."""
        for fresh in (False, True):
            for key in _keys(self.user_pool_id, self.user_pool_url, fresh=fresh):
                if key.get("kid") == kid:
                    return key
        raise TokenVerificationException("The token is signed with a key the pool does not have.")


class _Clients:
    def client(self, _name: str, **_options: Any) -> Any:
        """The process's one client: making another for each sign-in costs 40 ms CPU."""
        return _client(config().region, os.environ.get("AWS_ENDPOINT_URL"))


@cache
def _client(region: str, _endpoint: str | None) -> Any:
    settings = BotoConfig(
        signature_version=UNSIGNED,  # people prove who they are; the portal's role has no part in it
        connect_timeout=2,
        read_timeout=5,
        retries={"total_max_attempts": 3},
    )
    return boto3.client("cognito-idp", region_name=region, config=settings)


_KEYS: dict[str, list[dict[str, Any]]] = {}
_KEYS_LOCK = threading.Lock()


def _keys(pool_id: str, pool_url: str, *, fresh: bool) -> list[dict[str, Any]]:
    """The pool's public keys. The local cloud serves them under its own address."""
    with _KEYS_LOCK:
        if fresh or pool_id not in _KEYS:
            endpoint = os.environ.get("AWS_ENDPOINT_URL")
            base = f"{endpoint.rstrip('/')}/{pool_id}" if endpoint else pool_url
            try:
                answer = requests.get(f"{base}/.well-known/jwks.json", timeout=5)
                answer.raise_for_status()
            except requests.RequestException as error:
                raise Unavailable from error
            _KEYS[pool_id] = answer.json()["keys"]
        return _KEYS[pool_id]


def _respond(challenge: Challenge, answers: dict[str, str]) -> SignedIn | Challenge:
    pool = _Pool()
    answer = _ask(
        lambda: pool.client.respond_to_auth_challenge(
            ClientId=pool.client_id,
            ChallengeName=challenge.step.value,
            Session=challenge.session,
            ChallengeResponses={"USERNAME": challenge.username, **answers},
        ),
        dict.fromkeys(NOT_KNOWN, ChallengeOver),
    )
    return _outcome(pool, answer, username=challenge.username)


def _outcome(pool: _Pool, answer: Any, *, username: str) -> SignedIn | Challenge:
    if result := answer.get("AuthenticationResult"):
        return _signed_in(pool, result, result["RefreshToken"])
    name = answer.get("ChallengeName")
    if name not in list(Step):
        raise Rejected(
            _("This account needs a sign-in step that this page cannot do (%(name)s).")
            % {"name": name}
        )
    known_as = answer.get("ChallengeParameters", {}).get("USER_ID_FOR_SRP", username)
    return Challenge(step=Step(name), session=answer["Session"], username=known_as)


def _signed_in(pool: _Pool, result: dict[str, Any], refresh_token: str) -> SignedIn:
    try:
        claims = pool.verify_token(result["IdToken"], "id_token", "id")
        pool.verify_token(result["AccessToken"], "access_token", "access")
    except (TokenVerificationException, jwt.PyJWTError) as error:
        raise ChallengeOver(_("The tokens could not be verified. Please sign in again.")) from error
    return SignedIn(
        claims={name: claims[name] for name in CLAIMS if name in claims},
        access_token=result["AccessToken"],
        refresh_token=result.get("RefreshToken", refresh_token),
        expires_at=int(claims["exp"]),
    )


REFUSALS: dict[str, tuple[type[Exception], Promise]] = {
    "UserNotConfirmedException": (
        NotConfirmed,
        gettext_lazy("Please confirm your e-mail address first."),
    ),
    "PasswordResetRequiredException": (
        ResetRequired,
        gettext_lazy("A new password has to be set first."),
    ),
    "CodeMismatchException": (WrongCode, gettext_lazy("That is not the present code.")),
    "EnableSoftwareTokenMFAException": (WrongCode, gettext_lazy("That is not the present code.")),
    "ExpiredCodeException": (
        ChallengeOver,
        gettext_lazy("The sign-in took too long. Please start again."),
    ),
    "InvalidPasswordException": (
        WeakPassword,
        gettext_lazy("The password does not follow the rules."),
    ),
}
MESSAGES: dict[type[Exception], Promise] = {
    WrongCredentials: gettext_lazy("This e-mail and password do not match."),
    ChallengeOver: gettext_lazy("The sign-in took too long. Please start again."),
}


def _ask(call: Callable[[], Any], refusals: dict[str, type[Exception] | None]) -> Any:
    """Call Cognito; its anticipated errors become refusals, ``None`` means no error at all."""
    try:
        return call()
    except BotoCoreError as error:
        raise Unavailable from error
    except ClientError as error:
        name = error.response.get("Error", {}).get("Code", "")
        if name in refusals:
            kind = refusals[name]
            if kind is None:
                return None
            raise kind(str(MESSAGES.get(kind, ""))) from error
        if name in REFUSALS:
            kind, message = REFUSALS[name]
            raise kind(str(message)) from error
        if name in TOO_MANY:
            raise TooManyAttempts(
                _("Too many attempts. Please wait a quarter of an hour.")
            ) from error
        if error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0) >= 500:
            raise Unavailable from error
        raise
