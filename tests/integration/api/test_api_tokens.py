"""Who is let in: each protected route with every token that must not pass."""

import json
import re
from pathlib import Path

import pytest

from tests.support.api import Pool
from tests.support.tokens import forged
from tests.support.written import written

OPERATIONS = [
    (method.upper(), path, operation)
    for path, methods in json.loads(Path("openapi.json").read_text())["paths"].items()
    for method, operation in methods.items()
]
PROTECTED = [(method, path) for method, path, operation in OPERATIONS if operation["security"]]
PUBLIC = [(method, path) for method, path, operation in OPERATIONS if not operation["security"]]
SOME_ID = "0190aaaa-0000-7000-8000-000000000001"


def address(path):
    return re.sub(r"{\w+}", SOME_ID, path)


@pytest.fixture(scope="session")
def bad_tokens(stage_cloud, stage, pool, stranger):
    keys = stage_cloud.state_dir / "services" / "cognito-pool-keys"
    return forged(stranger, pool=pool, key_file=keys / f"{pool.pool_id}-id.pem")


@pytest.fixture(scope="session")
def elsewhere(pool):
    """A person of another user pool."""
    other = pool.cognito.create_user_pool(
        PoolName="other", UsernameAttributes=["email"], AutoVerifiedAttributes=["email"]
    )["UserPool"]["Id"]
    client = pool.cognito.create_user_pool_client(
        UserPoolId=other,
        ClientName="other",
        ExplicitAuthFlows=["ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
    )["UserPoolClient"]["ClientId"]
    return Pool(other, client).make("Elsa Elsewhere")


@pytest.fixture(scope="session")
def other_client(pool, stranger):
    """The same person through another client of the same pool."""
    client = pool.cognito.create_user_pool_client(
        UserPoolId=pool.pool_id,
        ClientName="second",
        ExplicitAuthFlows=["ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
    )["UserPoolClient"]["ClientId"]
    return Pool(pool.pool_id, client).sign_in(stranger.email)


@pytest.fixture
def unwritten(stage):
    """Nothing is written meanwhile."""
    before = written()
    yield
    assert written() == before


@pytest.mark.usefixtures("unwritten")
@pytest.mark.parametrize(("method", "path"), PROTECTED)
def test_protected_route_refuses_every_bad_token(
    api, bad_tokens, elsewhere, other_client, method, path
):
    tokens = bad_tokens | {
        "nothing": "",
        "another pool's": elsewhere.id_token,
        "another client's": other_client.id_token,
    }
    # Each token in one form here and in the other on the next route: an authorizer takes long.
    turn = PROTECTED.index((method, path))
    forms = {name: ("", "Bearer ")[(turn + nth) % 2] for nth, name in enumerate(tokens)}
    said = {
        (forms[name], name): api.call(
            method, address(path), {}, token=forms[name] + token if token else ""
        ).said
        for name, token in tokens.items()
    }

    assert said == dict.fromkeys(said, (401, "unauthorized"))


@pytest.mark.parametrize("form", ["", "Bearer "])
@pytest.mark.parametrize(("method", "path"), PROTECTED)
def test_protected_route_takes_the_id_token(api, stranger, method, path, form):
    answer = api.call(method, address(path), "no json", token=form + stranger.id_token)

    # A stranger to the administrators' routes is known, and refused by name.
    known = {403} if path.startswith("/users") else {200, 400, 404}
    assert answer.status in known


@pytest.mark.parametrize(("method", "path"), PUBLIC)
def test_public_route_asks_for_no_token(api, method, path):
    answer = api.call(method, address(path), {} if method == "POST" else None)

    # A stranger to the administrators' routes is known, and refused by name.
    known = {403} if path.startswith("/users") else {200, 400, 404}
    assert answer.status in known


def test_identity_is_not_taken_from_the_request(api, event, stranger, owner):
    event_id = event()

    listed = api.get(f"/me/events?userId={owner.user_id}", by=stranger)
    posted = api.post(f"/events/{event_id}/registrations", {"userEmail": owner.email}, by=stranger)

    assert (listed.said, posted.said) == ((400, "bad_input"), (400, "bad_input"))
