"""Token to policy: what a person may call of users, whichever route the gateway asked about."""

import json
from datetime import UTC, datetime

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
