"""The portal in process, on the worker's own local cloud."""

import os
import uuid
from collections.abc import Callable

import boto3
import pytest
from django.test import Client
from django.test.utils import setup_test_environment

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")

PASSWORD = "Correct-Horse-7"


@pytest.fixture(scope="session")
def portal(tables: dict[str, str]) -> None:
    """Django, set up once the environment names the stage, with its assets built."""
    import django

    from infra import assets

    assets.build()
    django.setup()
    setup_test_environment(debug=False)


@pytest.fixture
def browser(portal: None) -> Client:
    """A browser that checks form tokens as a real one would have to."""
    return Client(enforce_csrf_checks=True)


@pytest.fixture
def visitor(portal: None) -> Client:
    """A browser without the ceremony of form tokens."""
    return Client()


@pytest.fixture(scope="session")
def pool(portal: None) -> "Pool":
    return Pool()


class Pool:
    """Makes people in the user pool."""

    def __init__(self) -> None:
        self.client = boto3.client("cognito-idp")
        self.pool_id = os.environ["USER_POOL_ID"]

    def make(self, *, password: str = PASSWORD, name: str = "Åsa Ångström") -> str:
        """A person with a confirmed address; returns the address."""
        email = self.invite(password="Temp0rary-pass", name=name)
        self.client.admin_set_user_password(
            UserPoolId=self.pool_id, Username=email, Password=password, Permanent=True
        )
        return email

    def invite(self, *, password: str, name: str = "Åsa Ångström") -> str:
        """A person who still has to choose a password; returns the address."""
        email = f"p-{uuid.uuid4().hex[:12]}@example.com"
        self.client.admin_create_user(
            UserPoolId=self.pool_id,
            Username=email,
            TemporaryPassword=password,
            MessageAction="SUPPRESS",
            UserAttributes=[
                {"Name": "email", "Value": email},
                {"Name": "email_verified", "Value": "true"},
                {"Name": "name", "Value": name},
            ],
        )
        return email


@pytest.fixture
def sign_in(portal: None, pool: Pool) -> Callable[..., Client]:
    """``sign_in()``: a client in which a new person (or ``email``) is signed in."""

    def signed_in(email: str = "", password: str = PASSWORD) -> Client:
        client = Client()
        answer = client.post("/signin", {"email": email or pool.make(), "password": password})
        assert answer.status_code == 302, answer.text
        return client

    return signed_in
