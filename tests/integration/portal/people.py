"""Browsers of people with a role, signed in as signing in leaves them, without the sign-in."""

import uuid
from datetime import UTC, datetime

from django.conf import settings
from django.test import Client

from backend.shared.actor import Actor
from backend.team.roles import Role
from tests.factories.team import make_member


def browser_of(role: str, event_id: str = "", *, name: str = "Olga Owner") -> Client:
    """``owner``, ``organiser``, ``desk``, ``floor``, ``administrator``, ``stranger`` or ``visitor``."""
    client = Client()
    if role == "visitor":
        return client
    sub = f"user-{uuid.uuid4().hex[:12]}"
    claims = {
        "sub": sub,
        "email": f"{sub}.x@example.com",
        "email_verified": True,
        "name": name,
        "cognito:groups": ["apiAdmins"] if role == "administrator" else [],
    }
    if role.upper() in Role.__members__:
        make_member(event_id=event_id, member=sub, name=name, role=Role(role.upper()))
    client.cookies[settings.SESSION_COOKIE_NAME] = session_of(claims)
    client.actor = Actor.from_claims(claims)
    return client


def session_of(claims: dict) -> str:
    from portal.common.sessions import SIGNED_IN_AS, SessionStore
    from portal.common.signed_in import CLAIMS, TOKENS

    session = SessionStore()
    session[SIGNED_IN_AS], session[CLAIMS] = claims["sub"], claims
    tomorrow = datetime.now(UTC).timestamp() + 24 * 3600
    session[TOKENS] = {"access": "a", "refresh": "r", "expires_at": tomorrow}
    session.save()
    return session.session_key


def sign_out(client: Client) -> None:
    """The session ends while a page is open."""
    del client.cookies[settings.SESSION_COOKIE_NAME]
