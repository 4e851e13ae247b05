"""The Lambdas' handlers in this process, asked as the gateway asks them."""

import importlib
import json
import os
import re
from functools import cache
from typing import Any

import jwt

from infra import openapi
from tests.support.api import NOBODY, Answered, Person

Claims = dict[str, Any]


class NobodyServes(AssertionError):
    """No function has this route: the gateway itself answers."""


class Handlers:
    """Gives each request to the function that serves its route, as the gateway would."""

    def __init__(self) -> None:
        self.served: set[str] = set()

    def call(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        by: Person = NOBODY,
        key: str = "",
    ) -> Answered:
        """Ask with a body that is sent as JSON."""
        text = None if body is None else json.dumps(body)
        claims = jwt.decode(by.id_token, options={"verify_signature": False}) if by.id_token else {}
        return self.send(method, path, text, claims=claims, headers={"idempotency-key": key})

    def send(
        self,
        method: str,
        path: str,
        text: str | None = None,
        *,
        claims: Claims | None = None,
        headers: dict[str, str] | None = None,
        query: dict[str, str] | None = None,
        base64: bool = False,
    ) -> Answered:
        """Ask with exactly this text; ``claims`` are what the authorizer verified.

        With a ``query`` of its own the path is taken as it is, question marks and all.
        """
        route, _, asked = path.partition("?") if query is None else (path, "", "")
        event = {
            "httpMethod": method,
            "path": route,
            "headers": {"content-type": "application/json"} | (headers or {}),
            "multiValueHeaders": {},
            "queryStringParameters": query
            if query is not None
            else dict(p.split("=") for p in asked.split("&") if p),
            "requestContext": {
                "requestId": "request-1",
                "stage": "test",
                "path": f"/test{route}",
                "authorizer": {"claims": _as_texts(claims or {})},
            },
            "body": text,
            "isBase64Encoded": base64,
        }
        answer = self._function(method, route)(event, None)
        body = answer["body"]
        headers = {name.lower(): many[0] for name, many in answer["multiValueHeaders"].items()}
        return Answered(answer["statusCode"], json.loads(body) if body else None, headers)

    def _function(self, method: str, route: str) -> Any:
        for rule, operation, name in _routes():
            if operation.method == method and rule.fullmatch(route):
                self.served.add(operation.name)
                return importlib.import_module(f"backend.handlers.{name}").handler
        raise NobodyServes(f"{method} {route}")


def claims_of(user_id: str, *groups: str, email: str = "") -> Claims:
    """What the gateway's authorizer says of a person with a verified address."""
    return {
        "sub": user_id,
        "token_use": "id",
        "aud": os.environ["USER_POOL_CLIENT_ID"],
        "email": email or f"{user_id}@example.org",
        "email_verified": True,
        "name": user_id.title(),
        "cognito:groups": list(groups),
    }


def _as_texts(claims: Claims) -> Claims:
    return {name: str(value).lower() if value is True else value for name, value in claims.items()}


@cache
def _routes() -> list[tuple[re.Pattern[str], openapi.Operation, str]]:
    return [
        (re.compile(re.sub(r"<\w+>", "[^/]+", operation.rule)), operation, name)
        for name, operations in openapi.functions().items()
        for operation in operations
    ]
