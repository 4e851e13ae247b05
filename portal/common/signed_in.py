"""What a session knows about the person: verified claims, and tokens that stay here."""

import logging
from datetime import datetime
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.middleware.csrf import rotate_token

from backend.shared.actor import VISITOR, Actor
from backend.shared.errors import DomainError
from portal.common.devices import device_of
from portal.common.sessions import SIGNED_IN_AS, end_sessions_of

CLAIMS, TOKENS = "claims", "tokens"
REFRESH_BEFORE_SECONDS = 60
# While Cognito cannot be reached, people stay signed in for this long after the last refresh.
GRACE_SECONDS = 300


def remember(request: HttpRequest, outcome: Any, *, stay: bool | None = None) -> None:
    """Sign a person in: new session key, new form token, claims and tokens stored.

    What the session knew stays (a form typed before signing in), unless it was somebody else's.

    ``stay`` keeps the cookie for 30 days instead of until the browser closes; ``None``
    leaves that as it is (a refresh).
    """
    if stay is not None:
        if request.session.get(SIGNED_IN_AS, outcome.claims["sub"]) != outcome.claims["sub"]:
            request.session.flush()
        request.session.cycle_key()
        rotate_token(request)
        request.session.set_expiry(settings.STAY_SIGNED_IN_AGE if stay else 0)
    request.session[SIGNED_IN_AS] = outcome.claims["sub"]
    request.session[CLAIMS] = outcome.claims
    request.session[TOKENS] = {
        "access": outcome.access_token,
        "refresh": outcome.refresh_token,
        "expires_at": outcome.expires_at,
    }


def forget(request: HttpRequest) -> None:
    """Sign the person out here: the session and all it knew are gone."""
    request.session.flush()
    rotate_token(request)


def forget_everywhere(*, email: str, password: str) -> None:
    """End what a person is signed in with, by proof of the password that was just set.

    Best effort: where Cognito asks for more than the password, or cannot be reached, sessions
    end with their tokens.
    """
    from portal.common import cognito

    try:
        outcome = cognito.sign_in(email=email, password=password)
        if isinstance(outcome, cognito.SignedIn):
            end_sessions_of(outcome.claims["sub"])
            cognito.sign_out_everywhere(outcome.access_token)
    except DomainError as refusal:
        logging.getLogger("portal").warning("sessions were not ended: %s", refusal.code)


def actor_of(request: HttpRequest, *, now: datetime) -> Actor:
    """Who acts. Renews tokens that are about to expire; revoked ones end the session."""
    claims = request.session.get(CLAIMS)
    if not claims:
        return VISITOR
    tokens = request.session[TOKENS]
    if tokens["expires_at"] - REFRESH_BEFORE_SECONDS > now.timestamp():
        return Actor.from_claims(claims, device=_device(request))
    return _renewed(request, tokens, now=now)


def _renewed(request: HttpRequest, tokens: dict[str, Any], *, now: datetime) -> Actor:
    from portal.common import cognito

    try:
        remember(request, cognito.refresh(tokens["refresh"]))
    except cognito.ChallengeOver:
        forget(request)
        return VISITOR
    except cognito.Unavailable:
        if now.timestamp() > tokens["expires_at"] + GRACE_SECONDS:
            return VISITOR
    return Actor.from_claims(request.session[CLAIMS], device=_device(request))


def _device(request: HttpRequest) -> str:
    return device_of(request.headers.get("User-Agent", ""))
