"""Who may call what devices call: the gateway asks before it lets a request through.

It answers who it is, not what they may do: that the services decide. So a kiosk of another event,
or a person without a role, gets the API's own refusal.
"""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from backend.kiosks import services as kiosks
from backend.shared.actor import Actor
from backend.users import id_tokens

_SCHEME_OF_KIOSKS = "kiosk "
_SCHEME_OF_PEOPLE = "bearer "


def identify(event: Mapping[str, Any], *, now: datetime) -> dict[str, Any]:
    """The answer to a gateway's ``TOKEN`` question: a policy for this one method, and who it is.

    ``authorizationToken`` is ``Kiosk <id>.<secret>``, or an ID token raw or after ``Bearer ``.
    A kiosk is noted as seen, at most once a minute. Refuses (``Unauthorized``) what is neither;
    raises ``KeysUnreachable``.
    """
    shown = str(event.get("authorizationToken", "")).strip()
    scheme = shown[: len(_SCHEME_OF_KIOSKS)].lower()
    if scheme == _SCHEME_OF_KIOSKS:
        credential = shown[len(_SCHEME_OF_KIOSKS) :].strip()
        kiosk = kiosks.authenticate(credential=credential, now=now)
        kiosks.note_seen(kiosk=kiosk, now=now)
        return _allow(event, *_of_device(kiosks.actor_of(kiosk)))
    if shown[: len(_SCHEME_OF_PEOPLE)].lower() == _SCHEME_OF_PEOPLE:
        shown = shown[len(_SCHEME_OF_PEOPLE) :].strip()
    claims = id_tokens.verify(shown, now=now)
    return _allow(event, str(claims["sub"]), {"claims": json.dumps(claims)})


def _of_device(actor: Actor) -> tuple[str, dict[str, str]]:
    device: dict[str, object] = {
        "event_id": actor.event_id,
        "kiosk_id": actor.device,
        "name": actor.name,
        "gate": actor.gate,
        "self_service": actor.self_service,
    }
    return actor.label, {"kiosk": json.dumps(device)}


def _allow(event: Mapping[str, Any], principal: str, context: dict[str, str]) -> dict[str, Any]:
    """``context`` reaches the function as ``requestContext.authorizer``; it can hold texts only."""
    statement = {
        "Effect": "Allow",
        "Action": "execute-api:Invoke",
        "Resource": event["methodArn"],
    }
    return {
        "principalId": principal,
        "policyDocument": {"Version": "2012-10-17", "Statement": [statement]},
        "context": context,
    }
