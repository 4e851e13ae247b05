"""Token to policy: what a person may call of users, whichever route the gateway asked about."""

import json
import re
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from pathlib import Path

import pytest

from backend.shared.errors import Unauthorized
from backend.shared.http import actor_of
from backend.users import authorizer
from tests.support.api import Person, Pool

pytestmark = pytest.mark.usefixtures("tables")
STAGE = "arn:aws:execute-api:eu-central-1:000000000000:api/test"


def asked(token: str, route: str = "GET/users") -> dict:
    question = {"type": "TOKEN", "authorizationToken": token, "methodArn": f"{STAGE}/{route}"}
    return authorizer.identify(question, now=datetime.now(UTC))


def allowed(answer: dict) -> set[str]:
    (statement,) = answer["policyDocument"]["Statement"]
    assert (statement["Effect"], statement["Action"]) == ("Allow", "execute-api:Invoke")
    return {resource.removeprefix(f"{STAGE}/") for resource in statement["Resource"]}


@pytest.fixture(scope="module")
def robin(tables) -> Person:
    return Pool().make("Robin Regular")


@pytest.mark.parametrize("route", ["GET/users", "DELETE/users/somebody"])
def test_person_may_call_the_routes_of_the_own_record(robin, route):
    answer = asked(robin.id_token, route)

    assert answer["principalId"] == robin.user_id
    assert allowed(answer) == {f"{m}/users/{robin.user_id}" for m in ("GET", "PUT", "DELETE")}


def test_administrator_may_call_every_route_of_users(tables):
    boss = Pool().make("Ada Administrator", group="apiAdmins")

    assert allowed(asked(boss.id_token)) == {
        "GET/users", "POST/users", "GET/users/*", "PUT/users/*", "DELETE/users/*",
    }  # fmt: skip


@pytest.mark.parametrize("scheme", ["", "Bearer ", "bearer   "])
def test_handler_gets_to_know_who_it_is(robin, scheme):
    answer = asked(scheme + robin.id_token)
    actor = actor_of({"requestContext": {"authorizer": answer["context"]}})

    assert {type(value) for value in answer["context"].values()} == {str}
    assert (actor.user_id, actor.email) == (robin.user_id, robin.email)


@pytest.mark.parametrize("shown", ["", "Bearer", "Bearer x.y.z", "access"])
def test_other_tokens_are_refused(robin, shown):
    with pytest.raises(Unauthorized):
        asked(robin.access_token if shown == "access" else shown)


def test_answer_does_not_repeat_the_token(robin):
    assert robin.id_token not in json.dumps(asked(robin.id_token))


ROUTES = [
    (method.upper(), path)
    for path, methods in json.loads(Path("openapi.json").read_text())["paths"].items()
    for method in methods
]
OTHER = "0190aaaa-0000-7000-8000-000000000001"


def may(answer: dict, method: str, path: str) -> bool:
    """What a gateway that kept this answer says about another route."""
    (statement,) = answer["policyDocument"]["Statement"]
    return any(fnmatchcase(f"{STAGE}/{method}{path}", one) for one in statement["Resource"])


@pytest.mark.parametrize(("asked_method", "asked_path"), [*ROUTES, ("OPTIONS", "/users")])
def test_answer_that_is_kept_is_right_for_every_route(robin, asked_method, asked_path):
    """Whichever was asked about first: the gateway applies a kept answer to all of them."""
    first = re.sub(r"{\w+}", OTHER, f"{asked_method}{asked_path}")
    answer = asked(robin.id_token, first)

    own = {
        (method, path) for method, path in ROUTES
        if may(answer, method, re.sub(r"{\w+}", robin.user_id, path))
    }  # fmt: skip
    others = {
        (method, path) for method, path in ROUTES
        if may(answer, method, re.sub(r"{\w+}", OTHER, path))
    }  # fmt: skip
    assert own == {(method, "/users/{userid}") for method in ("GET", "PUT", "DELETE")}
    assert others == set()


def test_answer_that_is_kept_for_an_administrator_opens_users_and_nothing_else(tables):
    boss = Pool().make("Ada Administrator", group="apiAdmins")
    answer = asked(boss.id_token, f"GET/users/{boss.user_id}")

    opened = {route for route in ROUTES if may(answer, route[0], re.sub(r"{\w+}", OTHER, route[1]))}
    assert opened == {route for route in ROUTES if route[1] in {"/users", "/users/{userid}"}}


@pytest.mark.parametrize("group", ["apiadmins", "apiAdmins2", "Api Admins", "admins"])
def test_group_that_only_looks_like_the_administrators_opens_nothing(tables, group):
    pool = Pool()
    pool.cognito.create_group(UserPoolId=pool.pool_id, GroupName=group)
    somebody = pool.make("Gus Group", group=group)

    assert f"GET/users/{somebody.user_id}" in allowed(asked(somebody.id_token))
    assert len(allowed(asked(somebody.id_token))) == 3


@pytest.mark.parametrize(("left", "known"), [(60, True), (0, False), (-60, False)])
def test_answer_that_is_kept_ends_with_its_token(robin, left, known):
    context = asked(robin.id_token)["context"]
    claims = json.loads(context["claims"]) | {"exp": datetime.now(UTC).timestamp() + left}
    event = {"requestContext": {"authorizer": {"claims": json.dumps(claims)}}}

    if known:
        assert actor_of(event).user_id == robin.user_id
    else:
        with pytest.raises(Unauthorized):
            actor_of(event)
