"""The API through its generated client, as a program calls it that knows the OpenAPI file only."""

from functools import partial
from typing import TypeVar
from urllib.parse import urlsplit

import httpx

from foyer_client import AuthenticatedClient, Client
from foyer_client.models import Refusal
from tests.support.api import Person
from tests.support.listed_answers import unlisted

ShapeT = TypeVar("ShapeT")


def anybody(base: str) -> Client:
    """Without a token."""
    return Client(base, raise_on_unexpected_status=True, httpx_args=_how(base))


def caller(base: str, by: Person | str, *, prefix: str = "Bearer") -> AuthenticatedClient:
    """Somebody with an ID token; with ``prefix=""`` it is sent raw."""
    return AuthenticatedClient(
        base,
        token=by if isinstance(by, str) else by.id_token,
        prefix=prefix,
        raise_on_unexpected_status=True,
        httpx_args=_how(base),
    )


def got(shape: type[ShapeT], answer: object) -> ShapeT:
    """The answer, which must be of that shape."""
    assert isinstance(answer, shape), answer
    return answer


def code_of(answer: object) -> str:
    """What a refusal is told apart by."""
    return got(Refusal, answer).code


def _how(base: str) -> dict[str, object]:
    """Every answer must be one that the OpenAPI file lists; nobody has to close the client."""
    return {
        "event_hooks": {"response": [partial(_judge, urlsplit(base).path)]},
        "limits": httpx.Limits(max_keepalive_connections=0),
    }


def _judge(base: str, response: httpx.Response) -> None:
    response.read()
    request = response.request
    path = request.url.path.removeprefix(base)
    problem = unlisted(request.method, path, response.status_code, response.json())
    assert problem is None, problem
