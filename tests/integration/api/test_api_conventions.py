"""What holds on every route: one form of refusal, CORS, bounded input."""

import json
import re
from pathlib import Path

import pytest

from tests.integration.api.conftest import details
from tests.support.api import ORIGIN, PASSWORD

PATHS = json.loads(Path("openapi.json").read_text())["paths"]
SOME_ID = "0190aaaa-0000-7000-8000-000000000001"


def address(path):
    return re.sub(r"{\w+}", SOME_ID, path)


WITH_BODY = [
    (method.upper(), address(path))
    for path, methods in PATHS.items()
    for method, operation in methods.items()
    if "requestBody" in operation
]
SHAPED = [route for route in WITH_BODY if route != ("POST", "/user/profile")]
"""Where the body is not an object of the client's own."""
LISTS = [
    address(path)
    for path in PATHS
    for method in PATHS[path]
    if method == "get" and "limit" in str(PATHS[path][method])
]


@pytest.mark.parametrize("path", PATHS)
def test_preflight_needs_no_token(api, path):
    answer = api.call("OPTIONS", address(path))

    assert (answer.status, answer.body) == (204, None)
    assert answer.headers["access-control-allow-origin"] == ORIGIN
    assert answer.headers["access-control-allow-methods"] == "DELETE,GET,OPTIONS,POST,PUT"
    assert "Authorization" in answer.headers["access-control-allow-headers"]
    assert "access-control-allow-credentials" not in answer.headers


def test_origin_that_is_not_listed_gets_no_cors_headers(api):
    stranger = {"Origin": "https://evil.example"}

    for method, path in (("GET", "/events"), ("OPTIONS", "/events"), ("GET", f"/events/{SOME_ID}")):
        answer = api.call(method, path, headers=stranger)
        assert "access-control-allow-origin" not in answer.headers
        assert answer.headers["vary"] == "Origin"


@pytest.mark.parametrize(
    ("method", "path", "body", "said"),
    [
        ("GET", "/nothing", None, (404, "not_found")),
        ("GET", f"/events/{SOME_ID}", None, (404, "event_not_found")),
        ("GET", "/events/a%20b", None, (404, "not_found")),
        ("GET", f"/events/{'x' * 2100}", None, (404, "not_found")),
        ("GET", "/events?limit=abc", None, (400, "bad_input")),
        ("GET", "/me/events", None, (401, "unauthorized")),
        ("POST", "/events", {}, (401, "unauthorized")),
        (
            "POST",
            "/login",
            {"email": "no@example.org", "password": "x"},
            (401, "wrong_credentials"),
        ),
        ("POST", "/login", "{", (400, "bad_input")),
        ("POST", "/login", " " * 300_000, (413, "too_large")),
    ],
)
def test_refusal_has_one_form_and_cors_headers(api, method, path, body, said):
    answer = api.call(method, path, body)

    assert answer.said == said
    assert answer.body.keys() - {"fields"} == {"error", "code"}
    assert answer.headers["access-control-allow-origin"] == ORIGIN
    assert answer.headers["content-type"] == "application/json"


@pytest.mark.parametrize(("method", "path"), WITH_BODY)
def test_body_that_is_no_json_object_is_refused(api, administrator, method, path):
    deep = "[" * 50_000
    bodies = ["", "{", "[]", "null", "7", '"text"', deep, '{"a": "\\ud800"}', '{"a": NaN}']
    bodies += ['{"b": 1, "b": 1}', "\ufeff{}", '{"c": "\x00"}']

    said = {body[:9]: api.call(method, path, body, by=administrator).said for body in bodies}

    assert said == dict.fromkeys(said, (400, "bad_input"))


@pytest.mark.parametrize(("method", "path"), WITH_BODY)
def test_other_content_types_are_refused(api, administrator, method, path):
    answer = api.call(method, path, "a=b", by=administrator, headers={"Content-Type": "text/plain"})

    assert answer.said == (415, "unsupported_media_type")


@pytest.mark.parametrize(("method", "path"), SHAPED)
def test_unknown_field_is_named(api, administrator, method, path):
    answer = api.call(method, path, {"isAdministrator": True}, by=administrator)

    assert answer.said == (400, "bad_input")
    assert answer.body["fields"]["isAdministrator"] == "This is not known here."


@pytest.mark.parametrize("path", LISTS)
@pytest.mark.parametrize("limit", ["abc", "0", "101", "-5", "10000", "", "1e1"])
def test_limit_is_one_to_a_hundred(api, administrator, path, limit):
    answer = api.get(f"{path}?limit={limit}", by=administrator)

    assert (answer.said, list(answer.body["fields"])) == ((400, "bad_input"), ["limit"])


@pytest.mark.parametrize("path", LISTS)
def test_unknown_parameter_is_named(api, administrator, path):
    answer = api.get(f"{path}?page=2", by=administrator)

    assert answer.body["fields"] == {"page": "This is not known here."}


def test_bad_input_changes_nothing_and_names_every_field(api, owner):
    before = api.get("/me/events?limit=100", by=owner).body
    bad = details(
        title="", capacity=0, startsAt="tomorrow", timeZone="Mars/Olympus", visibility="SECRET"
    )

    answer = api.post("/events", bad, by=owner)

    assert answer.said == (400, "bad_input")
    assert sorted(answer.body["fields"]) == ["capacity", "startsAt", "title", "visibility"]
    assert api.get("/me/events?limit=100", by=owner).body == before


def test_rule_of_the_domain_names_its_field_in_camel_case(api, owner):
    answer = api.post("/events", details(timeZone="Mars/Olympus"), by=owner)

    assert list(answer.body["fields"]) == ["timeZone"]


def test_no_address_password_or_token_reaches_a_log(api, pool, stage_cloud, stage):
    """A person whose address is a canary goes through what the API logs most about."""
    import boto3

    person = pool.make("Canary Bird")
    api.post("/login", {"email": person.email, "password": PASSWORD})
    api.post("/login", {"email": person.email, "password": "wrong"})
    api.post("/forgot-password", {"email": person.email})
    api.get("/me/registrations", by=person)
    api.post("/events", {"title": person.email}, by=person)

    logs = boto3.client("logs")
    groups = [group["logGroupName"] for group in logs.describe_log_groups()["logGroups"]]
    lines = [
        line["message"]
        for group in groups
        if group.startswith("/aws/lambda/")
        for line in logs.filter_log_events(logGroupName=group)["events"]
    ]
    assert any('"operation":"logIn"' in line for line in lines)
    told = [line for line in lines if person.email in line or person.id_token[-40:] in line]
    assert told == []
