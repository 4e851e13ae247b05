"""Every refusal that the gateway gives by itself has the form of our own, on every route."""

import json
import re
from pathlib import Path

import pytest

from tests.support.api import ORIGIN

PATHS = json.loads(Path("openapi.json").read_text())["paths"]
METHODS = {"GET", "POST", "PUT", "DELETE", "PATCH"}
SOME_ID = "0190aaaa-0000-7000-8000-000000000001"
NO_ROUTE = {"error": "There is no such route.", "code": "not_found"}
# What a browser says where it keeps to the rules, and what others say in its name.
STRANGERS = [
    "https://evil.example",
    f"{ORIGIN}.evil.example",
    f"{ORIGIN}:444",
    ORIGIN.replace("https:", "http:"),
    ORIGIN.upper(),
    f"{ORIGIN}/",
    "null",
]


def address(path):
    return re.sub(r"{\w+}", SOME_ID, path)


@pytest.mark.parametrize("path", PATHS)
def test_method_that_a_path_does_not_take_is_no_route(api, administrator, path):
    unserved = METHODS - {method.upper() for method in PATHS[path]}
    # `/users/{userid}` and its like take what stands in the place of an id.
    answers = {method: api.call(method, address(path), by=administrator) for method in unserved}

    assert {answer.status for answer in answers.values()} == {404}
    assert [answer.body for answer in answers.values()] == [NO_ROUTE] * len(unserved)
    assert {answer.headers["access-control-allow-origin"] for answer in answers.values()} == {
        ORIGIN
    }


@pytest.mark.parametrize("path", ["/EVENTS", "/users/a/b", "/nothing", "/profiles/a/b", "//events"])
def test_path_that_is_not_there_is_no_route(api, administrator, path):
    answer = api.get(path, by=administrator)

    assert (answer.status, answer.body) == (404, NO_ROUTE)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        (method.upper(), path)
        for path, methods in PATHS.items()
        for method, operation in methods.items()
        if operation["security"]
    ],
)
def test_nobody_is_refused_in_one_form_for_the_stages_pages(api, method, path):
    answer = api.call(method, address(path), {} if method in {"POST", "PUT"} else None)

    assert (answer.status, answer.body) == (
        401,
        {"error": "Sign in first.", "code": "unauthorized"},
    )
    assert answer.headers["access-control-allow-origin"] == ORIGIN
    assert answer.headers["content-type"] == "application/json"


@pytest.mark.parametrize("origin", STRANGERS)
def test_origins_are_compared_to_the_letter(api, origin):
    answers = [
        api.call(method, path, headers={"Origin": origin})
        for method, path in (
            ("GET", "/health"),
            ("GET", "/get-events"),
            ("GET", f"/events/{SOME_ID}"),
            ("OPTIONS", "/me/events"),
            ("OPTIONS", "/users"),
        )
    ]

    told = {name for answer in answers for name in answer.headers if "access-control" in name}
    assert told == set()
    assert {answer.headers["vary"] for answer in answers} == {"Origin"}


@pytest.mark.parametrize(("method", "path"), [("GET", "/me/events"), ("GET", "/nothing")])
def test_strangers_page_learns_from_the_gateway_that_it_was_refused_and_no_more(api, method, path):
    """With several origins the gateway can only repeat the caller's; it never takes cookies."""
    answer = api.call(method, path, headers={"Origin": STRANGERS[0]})

    told = {name for name in answer.headers if "access-control" in name}
    assert told == {"access-control-allow-origin"}
    assert answer.body.keys() == {"error", "code"}
