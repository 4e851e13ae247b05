"""People who sign in through an outside provider, as the user pool knows them."""

import json
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

import boto3
import pytest

from backend.shared.config import config
from backend.users import cognito
from backend.users.directory import Account

_BY_NAME = ("AdminGetUser", "AdminUpdateUserAttributes", "AdminDeleteUser")


@contextmanager
def an_outsider(monkeypatch: pytest.MonkeyPatch, name: str = "Otto Outside") -> Iterator[Account]:
    """A pool in which one person has a user name of the provider's making.

    Real pools take the ``sub`` of local people for a user name, and of nobody else; the local
    cloud's takes anybody's, so it is refused here.
    """
    pool = boto3.client("cognito-idp").create_user_pool(PoolName="outsiders")["UserPool"]["Id"]
    monkeypatch.setenv("USER_POOL_ID", pool)
    config.cache_clear()
    username = f"Google_{uuid.uuid4().int % 10**21}"
    email = f"{uuid.uuid4().hex}@example.org"
    told = {"email": email, "email_verified": "true", "name": name}
    made = cognito.client().admin_create_user(
        UserPoolId=pool,
        Username=username,
        MessageAction="SUPPRESS",
        UserAttributes=[{"Name": key, "Value": value} for key, value in told.items()],
    )["User"]
    [sub] = [pair["Value"] for pair in made["Attributes"] if pair["Name"] == "sub"]

    def refuse(model: Any, params: dict[str, Any], **_: Any) -> Any:
        if model.name in _BY_NAME and json.loads(params["body"])["Username"] == sub:
            error = {"Code": "UserNotFoundException", "Message": "User does not exist."}
            return SimpleNamespace(status_code=400), {"Error": error}
        return None

    hooks = cognito.client().meta.events
    hooks.register("before-call.cognito-identity-provider", refuse)
    try:
        yield Account(sub, username, email, name)
    finally:
        hooks.unregister("before-call.cognito-identity-provider", refuse)
        monkeypatch.undo()
        config.cache_clear()
