import base64
import json
from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from urllib.request import urlopen

import boto3
import pytest
from botocore.exceptions import ClientError
from ulid import ULID

from backend.profiles.models import Profile
from backend.shared.clock import iso
from backend.shared.config import config
from backend.shared.db import StaleWrite
from backend.shared.errors import BadInput
from backend.users import cognito, services
from backend.users.errors import (
    SessionOver,
    SlowDown,
    StepNeeded,
    WrongCode,
    WrongCredentials,
)
from backend.users.models import User
from tests.factories.events import NOON

PASSWORD = "Harbour-2030"
NEW_PASSWORD = "Lighthouse-7"
# What the local cloud's Cognito sends.
SIGN_UP_CODE, RESET_CODE = "123456", "654321"


@pytest.fixture(autouse=True)
def pool(tables, monkeypatch):
    """A user pool of this module's own, whose accounts have to be confirmed by a code."""
    client = boto3.client("cognito-idp")
    pool = client.create_user_pool(
        PoolName=f"users-{ULID()}",
        UsernameAttributes=["email"],
        AutoVerifiedAttributes=["email"],
        Policies={
            "PasswordPolicy": {
                "MinimumLength": 8,
                "RequireUppercase": True,
                "RequireLowercase": True,
                "RequireNumbers": True,
                "RequireSymbols": False,
            }
        },
    )["UserPool"]
    app = client.create_user_pool_client(
        UserPoolId=pool["Id"],
        ClientName="web",
        ExplicitAuthFlows=["ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
        PreventUserExistenceErrors="ENABLED",
        EnableTokenRevocation=True,
    )["UserPoolClient"]
    monkeypatch.setenv("USER_POOL_ID", pool["Id"])
    monkeypatch.setenv("USER_POOL_CLIENT_ID", app["ClientId"])
    config.cache_clear()
    yield pool["Id"]
    client.delete_user_pool(UserPoolId=pool["Id"])
    monkeypatch.undo()
    config.cache_clear()


def sign_up(email: str = "gina@example.org", **values) -> None:
    services.sign_up(
        **{"email": email, "password": PASSWORD, "name": "Gina Guest", "now": NOON} | values
    )


def confirmed(email: str = "gina@example.org") -> str:
    sign_up(email)
    services.confirm_sign_up(email=email, code=SIGN_UP_CODE)
    return email


def accounts(pool: str) -> list[dict]:
    return boto3.client("cognito-idp").list_users(UserPoolId=pool)["Users"]


def sub_of(pool: str) -> str:
    [account] = accounts(pool)
    return next(a["Value"] for a in account["Attributes"] if a["Name"] == "sub")


def mails_to(email: str) -> int:
    # The inbox of the local cloud; AWS has no such address.
    endpoint = boto3.client("cognito-idp").meta.endpoint_url
    with urlopen(f"{endpoint}/_ministack/ses/messages") as answer:
        return answer.read().decode().count(email)


@contextmanager
def cognito_refuses(operation: str, code: str) -> Iterator[None]:
    """Let Cognito answer the next calls with an error that the local one never gives."""
    answer = SimpleNamespace(status_code=400), {"Error": {"Code": code, "Message": "No."}}
    place = f"before-call.cognito-identity-provider.{operation}"

    def refuse(**_):
        return answer

    events = cognito.client().meta.events
    events.register(place, refuse)
    yield
    events.unregister(place, refuse)


def claims_of(token: str) -> dict:
    payload = token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))


def test_sign_up_stores_the_user_and_the_name_under_the_accounts_id(pool):
    sign_up(" Gina@Example.org ", name="  Gina Guest ")

    sub = sub_of(pool)
    user, profile = User.find(sub), Profile.find(sub)
    assert user
    assert profile
    assert (user.name, user.email, user.created_at, user.timestamp) == (
        "Gina Guest",
        "gina@example.org",
        iso(NOON),
        iso(NOON),
    )
    assert (profile.name, profile.document, profile.updated_at) == ("Gina Guest", None, NOON)


def test_sign_up_of_a_known_address_answers_alike_and_changes_nothing(pool):
    sign_up()
    before = (accounts(pool), mails_to("gina@example.org"))

    assert sign_up(password=NEW_PASSWORD, name="Somebody Else") is None

    assert (accounts(pool), mails_to("gina@example.org")) == before
    user = User.find(sub_of(pool))
    assert user
    assert user.name == "Gina Guest"


@pytest.mark.parametrize(
    ("values", "fields"),
    [
        ({"email": "gina"}, ["email"]),
        ({"email": "gina@"}, ["email"]),
        ({"email": "gïna@example.org"}, ["email"]),
        ({"email": "a" * 250 + "@example.org"}, ["email"]),
        ({"password": "Short-1"}, ["password"]),
        ({"password": "nouppercase1"}, ["password"]),
        ({"password": "NOLOWERCASE1"}, ["password"]),
        ({"password": "NoDigitsHere"}, ["password"]),
        ({"password": "Aa1" + "x" * 254}, ["password"]),
        ({"password": " Harbour-2030"}, ["password"]),
        ({"name": "  "}, ["name"]),
        ({"name": "x" * 101}, ["name"]),
        ({"name": "Gina\x00"}, ["name"]),
        ({"email": "gina", "name": "", "password": "x"}, ["email", "name", "password"]),
    ],
)
def test_sign_up_names_each_field_that_breaks_a_rule(pool, values, fields):
    with pytest.raises(BadInput) as refusal:
        sign_up(**values)

    assert sorted(refusal.value.fields) == fields
    assert accounts(pool) == []


def test_a_password_the_pool_itself_refuses_is_told_by_its_rule(pool):
    with pytest.raises(BadInput) as refusal:
        cognito.sign_up(email="gina@example.org", password="weak", name="Gina")

    assert refusal.value.fields == {"password": services.STRONG_ENOUGH}


def test_a_user_is_stored_once(pool):
    sign_up()
    user = User.find(sub_of(pool))
    assert user

    with pytest.raises(StaleWrite):
        user.add()


def test_sign_up_sent_again_makes_up_for_what_the_first_call_did_not_get_to(pool):
    """It died right after Cognito had made the account."""
    cognito.sign_up(email="gina@example.org", password=PASSWORD, name="Gina Guest")

    sign_up(password=NEW_PASSWORD, name="Somebody Else")

    user, profile = User.find(sub_of(pool)), Profile.find(sub_of(pool))
    assert user
    assert profile
    assert (user.name, user.email, profile.name) == ("Gina Guest", "gina@example.org", "Gina Guest")


def test_confirm_sign_up_lets_somebody_log_in():
    email = confirmed()

    tokens = services.log_in(email=email.upper(), password=PASSWORD)

    claims = claims_of(tokens.id_token)
    assert (claims["email"], claims["token_use"]) == (email, "id")
    assert tokens.expires_in > 0
    assert tokens.access_token != tokens.id_token
    assert tokens.refresh_token


@pytest.mark.parametrize("email", ["gina@example.org", "nobody@example.org"])
def test_confirm_sign_up_refuses_a_wrong_code_alike(email):
    sign_up()

    with pytest.raises(WrongCode) as refusal:
        services.confirm_sign_up(email=email, code="000000")

    assert refusal.value.fields == {"code": refusal.value.message}


def test_confirm_sign_up_twice_is_answered_like_a_wrong_code():
    email = confirmed()

    with pytest.raises(WrongCode):
        services.confirm_sign_up(email=email, code=SIGN_UP_CODE)


def test_confirm_sign_up_refuses_what_is_no_code():
    with pytest.raises(BadInput) as refusal:
        services.confirm_sign_up(email="gina@example.org", code="12 34\n")

    assert list(refusal.value.fields) == ["code"]


def test_resend_code_sends_another_mail():
    sign_up()
    before = mails_to("gina@example.org")

    services.resend_code(email="gina@example.org")

    assert mails_to("gina@example.org") > before


def test_resend_code_to_a_stranger_says_and_sends_nothing():
    services.resend_code(email="nobody@example.org")

    assert mails_to("nobody@example.org") == 0


def test_log_in_answers_alike_for_every_reason():
    unconfirmed = "una@example.org"
    sign_up(unconfirmed)
    known = confirmed()
    messages = set()

    for email, password in [
        (known, "Wrong-2030"),
        ("nobody@example.org", PASSWORD),
        (unconfirmed, PASSWORD),
    ]:
        with pytest.raises(WrongCredentials) as refusal:
            services.log_in(email=email, password=password)
        messages.add((refusal.value.code, refusal.value.message))

    assert len(messages) == 1


def test_log_in_without_a_password_names_the_field():
    with pytest.raises(BadInput) as refusal:
        services.log_in(email="gina@example.org", password="")

    assert list(refusal.value.fields) == ["password"]


def test_log_in_of_an_invited_person_asks_for_the_web_pages(pool):
    boto3.client("cognito-idp").admin_create_user(
        UserPoolId=pool,
        Username="ivo@example.org",
        TemporaryPassword=PASSWORD,
        MessageAction="SUPPRESS",
    )

    with pytest.raises(StepNeeded):
        services.log_in(email="ivo@example.org", password=PASSWORD)


def test_refresh_gives_new_tokens_and_keeps_the_refresh_token():
    tokens = services.log_in(email=confirmed(), password=PASSWORD)

    fresh = services.refresh(refresh_token=tokens.refresh_token)

    assert claims_of(fresh.id_token)["sub"] == claims_of(tokens.id_token)["sub"]
    assert fresh.refresh_token == tokens.refresh_token


def test_refresh_refuses_a_token_that_is_none():
    with pytest.raises(SessionOver):
        services.refresh(refresh_token="nonsense")


def test_log_out_ends_the_session():
    tokens = services.log_in(email=confirmed(), password=PASSWORD)

    services.log_out(refresh_token=tokens.refresh_token)

    with pytest.raises(SessionOver):
        services.refresh(refresh_token=tokens.refresh_token)


def test_log_out_twice_is_no_error():
    tokens = services.log_in(email=confirmed(), password=PASSWORD)

    services.log_out(refresh_token=tokens.refresh_token)

    assert services.log_out(refresh_token=tokens.refresh_token) is None


def test_reset_password_replaces_the_old_one():
    email = confirmed()
    services.forgot_password(email=email)

    services.reset_password(email=email, code=RESET_CODE, password=NEW_PASSWORD)

    assert services.log_in(email=email, password=NEW_PASSWORD).id_token
    with pytest.raises(WrongCredentials):
        services.log_in(email=email, password=PASSWORD)


def test_forgot_password_of_a_stranger_says_and_sends_nothing():
    services.forgot_password(email="nobody@example.org")

    assert mails_to("nobody@example.org") == 0


@pytest.mark.parametrize("asked", [True, False])
@pytest.mark.parametrize("email", ["gina@example.org", "nobody@example.org"])
def test_reset_password_refuses_a_wrong_code_alike(email, asked):
    confirmed()
    if asked:
        services.forgot_password(email=email)

    with pytest.raises(WrongCode):
        services.reset_password(email=email, code="000000", password=NEW_PASSWORD)


def test_reset_password_names_a_weak_one():
    with pytest.raises(BadInput) as refusal:
        services.reset_password(email="gina@example.org", code=RESET_CODE, password="weak")

    assert refusal.value.fields == {"password": services.STRONG_ENOUGH}


@pytest.mark.parametrize("code", ["TooManyRequestsException", "LimitExceededException"])
def test_too_many_attempts_are_told_as_such(code):
    with cognito_refuses("InitiateAuth", code), pytest.raises(SlowDown):
        services.log_in(email="gina@example.org", password=PASSWORD)


def test_a_code_that_was_asked_for_too_often_is_answered_like_any_other():
    # Only real accounts have such a limit, so telling would give them away.
    with cognito_refuses("ForgotPassword", "LimitExceededException"):
        assert services.forgot_password(email="gina@example.org") is None


def test_a_failure_of_cognito_is_no_refusal():
    with (
        cognito_refuses("InitiateAuth", "InternalErrorException"),
        pytest.raises(ClientError) as failure,
    ):
        services.log_in(email="gina@example.org", password=PASSWORD)

    assert failure.value.response["Error"]["Code"] == "InternalErrorException"
