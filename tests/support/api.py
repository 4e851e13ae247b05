"""The deployed API as a client sees it: over HTTP, through the gateway and its authorizer."""

import json
import os
import urllib.error
import urllib.request
import uuid
from dataclasses import dataclass, field
from typing import Any

import boto3

from tests.support.listed_answers import unlisted

ORIGIN = "https://app.example.test"
PASSWORD = "Correct-Horse-7"


@dataclass(frozen=True)
class Answered:
    status: int
    body: Any
    headers: dict[str, str]

    @property
    def code(self) -> str | None:
        return self.body.get("code")

    @property
    def said(self) -> tuple[int, str | None]:
        """Status and code: what a refusal is told apart by."""
        return self.status, self.code


@dataclass(frozen=True)
class Person:
    user_id: str
    email: str
    name: str
    id_token: str
    access_token: str
    refresh_token: str


NOBODY = Person("", "", "", "", "", "")


@dataclass
class Api:
    """``call`` sends one request; a body that is no text is sent as JSON.

    Every answer must be one that the OpenAPI file lists.
    """

    base: str
    _opener: Any = field(
        default_factory=lambda: urllib.request.build_opener(urllib.request.ProxyHandler({}))
    )

    def call(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        by: Person = NOBODY,
        token: str = "",
        headers: dict[str, str] | None = None,
    ) -> Answered:
        asked = {"Origin": ORIGIN}
        if token or by.id_token:
            asked["Authorization"] = token or by.id_token
        data = None
        if body is not None:
            asked["Content-Type"] = "application/json"
            data = body.encode() if isinstance(body, str) else json.dumps(body).encode()
        request = urllib.request.Request(
            self.base + path, method=method, headers=asked | (headers or {}), data=data
        )
        try:
            answer = self._opener.open(request, timeout=30)
        except urllib.error.HTTPError as refusal:
            answer = refusal
        with answer:
            text = answer.read().decode()
            lower = {name.lower(): value for name, value in answer.headers.items()}
            answered = Answered(answer.status, json.loads(text) if text else None, lower)
        assert (problem := unlisted(method, path, answered.status, answered.body)) is None, problem
        return answered

    def get(self, path: str, **how: Any) -> Answered:
        return self.call("GET", path, **how)

    def post(self, path: str, body: Any = None, **how: Any) -> Answered:
        return self.call("POST", path, body, **how)

    def put(self, path: str, body: Any = None, **how: Any) -> Answered:
        return self.call("PUT", path, body, **how)

    def delete(self, path: str, **how: Any) -> Answered:
        return self.call("DELETE", path, **how)


class Pool:
    """Makes people in the stage's user pool (or another one) and signs them in."""

    def __init__(self, pool_id: str = "", client_id: str = "") -> None:
        self.cognito = boto3.client("cognito-idp")
        self.pool_id = pool_id or os.environ["USER_POOL_ID"]
        self.client_id = client_id or os.environ["USER_POOL_CLIENT_ID"]

    def make(self, name: str = "Ada Byron", *, verified: bool = True, group: str = "") -> Person:
        email = f"{name.split(maxsplit=1)[0].lower()}-{uuid.uuid4().hex[:12]}@example.org"
        self.cognito.admin_create_user(
            UserPoolId=self.pool_id,
            Username=email,
            MessageAction="SUPPRESS",
            UserAttributes=[
                {"Name": "email", "Value": email},
                {"Name": "email_verified", "Value": str(verified).lower()},
                {"Name": "name", "Value": name},
            ],
        )
        self.cognito.admin_set_user_password(
            UserPoolId=self.pool_id, Username=email, Password=PASSWORD, Permanent=True
        )
        if group:
            self.cognito.admin_add_user_to_group(
                UserPoolId=self.pool_id, Username=email, GroupName=group
            )
        return self.sign_in(email, name)

    def sign_in(self, email: str, name: str = "") -> Person:
        tokens = self.cognito.initiate_auth(
            ClientId=self.client_id,
            AuthFlow="USER_PASSWORD_AUTH",
            AuthParameters={"USERNAME": email, "PASSWORD": PASSWORD},
        )["AuthenticationResult"]
        user = self.cognito.get_user(AccessToken=tokens["AccessToken"])
        attributes = {pair["Name"]: pair["Value"] for pair in user["UserAttributes"]}
        return Person(
            user_id=attributes["sub"],
            email=email,
            name=name,
            id_token=tokens["IdToken"],
            access_token=tokens["AccessToken"],
            refresh_token=tokens["RefreshToken"],
        )
