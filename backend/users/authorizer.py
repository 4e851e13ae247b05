"""Who may call ``/users``: the gateway asks before it lets a request through, and keeps the answer.

The policy names every route its token may call, not only the one that was asked about, because
the gateway applies a kept answer to all of them.
"""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from backend.shared.actor import Actor
from backend.users import id_tokens

_SCHEME = "bearer "
_ONE = ("GET", "PUT", "DELETE")


def identify(event: Mapping[str, Any], *, now: datetime) -> dict[str, Any]:
    """The answer to a gateway's ``TOKEN`` question: a policy by group and owner, and the claims.

    ``authorizationToken`` is an ID token, raw or after ``Bearer ``. Administrators may call
    every route of users, others those of themselves. Refuses (``Unauthorized``) any other
    token; raises ``KeysUnreachable``.
    """
    shown = str(event.get("authorizationToken", "")).strip()
    if shown[: len(_SCHEME)].lower() == _SCHEME:
        shown = shown[len(_SCHEME) :].strip()
    claims = id_tokens.verify(shown, now=now)
    actor = Actor.from_claims(claims)
    stage = "/".join(str(event["methodArn"]).split("/")[:2])
    statement = {
        "Effect": "Allow",
        "Action": "execute-api:Invoke",
        "Resource": [f"{stage}/{route}" for route in _routes(actor)],
    }
    return {
        "principalId": actor.user_id,
        "policyDocument": {"Version": "2012-10-17", "Statement": [statement]},
        "context": {"claims": json.dumps(claims)},
    }


def _routes(actor: Actor) -> list[str]:
    if actor.is_administrator:
        return ["GET/users", "POST/users", *(f"{method}/users/*" for method in _ONE)]
    return [f"{method}/users/{actor.user_id}" for method in _ONE]
