"""The edge of the public API on a small API of its own."""

import base64
import json
from datetime import datetime
from types import SimpleNamespace
from typing import Annotated

import pytest

from backend.shared import errors
from backend.shared.actor import Actor
from backend.shared.config import config
from backend.shared.errors import BadInput, Conflict, DomainError, Forbidden, TooManyAttempts
from backend.shared.http import LARGEST_BODY, STATUS_OF_KIND, ApiRouter, Reply, api
from backend.shared.shapes import Answer, PageQuery, Request, UtcTime, line, prose, whole

ORIGIN = "https://guests.example"
CLIENT = "client-1"
router = ApiRouter("things")


class Thing(Request):
    title: Annotated[str, line(10, least=1)]
    text: Annotated[str, prose(100)] = ""
    starts_at: UtcTime | None = None
    places: Annotated[int, whole(1, 5)] | None = None


class Echo(Answer):
    title: str
    starts_at: UtcTime | None = None


class Who(Answer):
    user_id: str
    email: str


@router.serve("POST", "/things/<event_id>", answer=Echo, public=True, status=201)
def make_thing(event_id: str, body: Thing, now: datetime) -> Echo | Reply:
    """Make a thing."""
    assert now.tzinfo is not None
    echo = Echo(title=body.title, starts_at=body.starts_at)
    return Reply(200, echo) if event_id == "again" else echo


@router.serve("GET", "/me", answer=Who)
def show_me(actor: Actor) -> Who:
    """Show me."""
    return Who(user_id=actor.user_id, email=actor.email)


@router.serve("GET", "/things", answer=Echo, public=True)
def list_things(query: PageQuery) -> Echo:
    """List things."""
    return Echo(title=str(query.limit))


@router.serve("DELETE", "/things/<event_id>", answer=Echo, public=True)
def break_thing(event_id: str) -> Echo:
    """Break a thing."""
    refusal = {
        "conflict": Conflict("Taken."),
        "forbidden": Forbidden("No."),
        "slow": TooManyAttempts("Slow down."),
        "input": BadInput({"starts_at": "Too late.", "guest.full_name": "Too long."}),
        "bug": ZeroDivisionError("canary@example.com"),
    }[event_id]
    raise refusal


handler = api(router)


@pytest.fixture(autouse=True)
def _stage(monkeypatch):
    monkeypatch.setenv("ALLOWED_ORIGINS", f"{ORIGIN},https://other.example")
    monkeypatch.setenv("USER_POOL_CLIENT_ID", CLIENT)
    config.cache_clear()
    yield
    config.cache_clear()


def call(method, path, body=None, *, headers=None, query=None, claims=None, encode=False):
    if body is not None and not isinstance(body, str):
        body = json.dumps(body)
    if encode:
        body = base64.b64encode(body.encode()).decode()
    event = {
        "httpMethod": method,
        "path": path,
        "headers": {"origin": ORIGIN} if headers is None else headers,
        "multiValueHeaders": {},
        "queryStringParameters": query,
        "requestContext": {
            "requestId": "request-1",
            "stage": "test",
            "path": f"/test{path}",
            "authorizer": {"claims": claims} if claims else {},
        },
        "body": body,
        "isBase64Encoded": encode,
    }
    answer = handler(event, SimpleNamespace())
    answer["json"] = json.loads(answer["body"]) if answer["body"] else None
    answer["headers"] = {name: values[0] for name, values in answer["multiValueHeaders"].items()}
    return answer


def post(body, **values):
    return call("POST", "/things/one", body, **values)


def test_answer_is_camel_case_and_utc():
    answer = post({"title": " Tea ", "startsAt": "2026-11-20T18:00:00+02:00"})

    assert (answer["statusCode"], answer["json"]) == (
        201,
        {"title": "Tea", "startsAt": "2026-11-20T16:00:00.000Z"},
    )


def test_reply_sets_its_own_status():
    assert call("POST", "/things/again", {"title": "Tea"})["statusCode"] == 200


def test_base64_body_is_read():
    assert post('{"title": "Tea"}', encode=True)["statusCode"] == 201


@pytest.mark.parametrize(
    "body",
    ["", "{", "[" * 100_000, '{"title": "\\ud800"}', '{"places": ' + "9" * 5000 + "}", "\x00"],
)
def test_unreadable_body_is_bad_input(body):
    answer = post(body)

    assert (answer["statusCode"], answer["json"]["code"]) == (400, "bad_input")


@pytest.mark.parametrize("body", ["[]", "null", '"text"', "7", "true"])
def test_body_that_is_no_object_is_named(body):
    assert post(body)["json"]["fields"] == {"body": "This must be an object."}


@pytest.mark.parametrize(
    ("field", "value", "rule"),
    [
        ("title", 7, "This must be a text."),
        ("title", "", "This needs at least 1 characters."),
        ("title", "x" * 11, "This may have at most 10 characters."),
        ("title", "a\0b", "This holds characters that are not allowed."),
        ("title", "a\nb", "This holds characters that are not allowed."),
        ("text", "a\0b", "This holds characters that are not allowed."),
        ("places", "3", "This must be a whole number."),
        ("places", 2.5, "This must be a whole number."),
        ("places", True, "This must be a whole number."),
        ("places", 0, "This must be at least 1."),
        ("places", 6, "This must be at most 5."),
        (
            "startsAt",
            1_790_000_000,
            "This must be a time with an offset, such as 2026-11-20T18:00:00Z.",
        ),
        (
            "startsAt",
            "2026-11-20T18:00",
            "This must be a time with an offset, such as 2026-11-20T18:00:00Z.",
        ),
        (
            "startsAt",
            "0001-01-01T00:00:00+14:00",
            "This must be a time with an offset, such as 2026-11-20T18:00:00Z.",
        ),
        ("startsAt", "1999-11-20T18:00:00Z", "This must be a year between 2000 and 2199."),
        ("starts_at", "2026-11-20T18:00:00Z", "This is not known here."),
        ("creatorId", "me", "This is not known here."),
    ],
)
def test_broken_rule_names_the_field_as_it_was_sent(field, value, rule):
    answer = post({"title": "Tea", field: value})

    assert (answer["statusCode"], answer["json"]) == (
        400,
        {"error": "Some of the input is not valid.", "code": "bad_input", "fields": {field: rule}},
    )


def test_body_of_256_kb_is_read_and_a_larger_one_refused():
    room = LARGEST_BODY - len('{"title": "Tea"}')

    assert post('{"title": "Tea"}' + " " * room)["statusCode"] == 201
    answer = post('{"title": "Tea"}' + " " * (room + 1))
    assert (answer["statusCode"], answer["json"]["code"]) == (413, "too_large")


@pytest.mark.parametrize(
    ("content_type", "status"),
    [
        ("application/json", 201),
        ("Application/JSON; charset=utf-8", 201),
        ("text/plain", 415),
        ("multipart/form-data; boundary=x", 415),
    ],
)
def test_only_json_is_read(content_type, status):
    answer = post({"title": "Tea"}, headers={"Content-Type": content_type})

    assert answer["statusCode"] == status


@pytest.mark.parametrize("limit", ["abc", "0", "101", "-1", "", "1.5", "9" * 5000])
def test_limit_outside_its_bounds_is_refused(limit):
    answer = call("GET", "/things", query={"limit": limit})

    assert (answer["statusCode"], list(answer["json"]["fields"])) == (400, ["limit"])


def test_limit_is_twenty_unless_given():
    assert call("GET", "/things")["json"]["title"] == "20"
    assert call("GET", "/things", query={"limit": "100"})["json"]["title"] == "100"


@pytest.mark.parametrize(
    ("name", "status", "code"),
    [
        ("conflict", 409, "conflict"),
        ("forbidden", 403, "forbidden"),
        ("slow", 429, "too_many_attempts"),
        ("input", 400, "bad_input"),
        ("bug", 500, "internal_error"),
    ],
)
def test_each_refusal_has_its_status_and_cors_headers(name, status, code):
    answer = call("DELETE", f"/things/{name}")

    assert (answer["statusCode"], answer["json"]["code"]) == (status, code)
    assert answer["headers"]["Access-Control-Allow-Origin"] == ORIGIN


def test_fields_of_a_refusal_are_camel_case():
    answer = call("DELETE", "/things/input")

    assert answer["json"]["fields"] == {"startsAt": "Too late.", "guest.fullName": "Too long."}


def test_bug_tells_its_place_in_the_log_and_its_text_nowhere(caplog):
    answer = call("DELETE", "/things/bug")

    lines = [vars(record) for record in caplog.records]
    assert answer["json"] == {
        "error": "Something went wrong on our side.",
        "code": "internal_error",
    }
    assert (lines[0]["error_type"], lines[0]["request"]) == ("ZeroDivisionError", "request-1")
    assert "canary" not in str(lines)
    assert lines[-1]["Failed"] == 1


def test_every_request_leaves_one_line_with_its_outcome(caplog):
    call("DELETE", "/things/conflict")

    (line_,) = [vars(record) for record in caplog.records]
    told = {name: line_[name] for name in ("operation", "actor_kind", "outcome", "status")}
    assert told == {
        "operation": "breakThing",
        "actor_kind": "VISITOR",
        "outcome": "conflict",
        "status": 409,
    }
    assert line_["Refused"] == 1


@pytest.mark.parametrize(
    ("typed", "logged"),
    [
        ("01999b1e-7a5c-7d10-8a7b-0123456789ab", "01999b1e-7a5c-7d10-8a7b-0123456789ab"),
        ("ada@example.org", ""),
        ("Ada-Byron", ""),
    ],
)
def test_log_names_an_event_and_nothing_typed_in_its_place(caplog, typed, logged):
    call("POST", f"/things/{typed}", {})

    assert vars(caplog.records[-1])["event_id"] == logged


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/nothing", 404, "not_found"),
        ("PUT", "/things/one", 405, "method_not_allowed"),
        ("POST", "/things/" + "x" * 65, 404, "not_found"),
        ("POST", "/things/a%00b", 404, "not_found"),
        ("POST", "/things/a#b", 404, "not_found"),
    ],
)
def test_unknown_route_method_or_id_is_told_apart(method, path, status, code):
    answer = call(method, path, {"title": "Tea"})

    assert (answer["statusCode"], answer["json"]["code"]) == (status, code)


@pytest.mark.parametrize(
    ("origin", "allowed"), [(ORIGIN, ORIGIN), ("https://evil.example", None), ("", None)]
)
def test_only_listed_origins_are_answered(origin, allowed):
    answer = call("OPTIONS", "/anything", headers={"Origin": origin})

    assert answer["statusCode"] == 204
    assert answer["headers"].get("Access-Control-Allow-Origin") == allowed
    assert answer["headers"]["Vary"] == "Origin"


def test_star_is_answered_only_if_the_list_says_so(monkeypatch):
    monkeypatch.setenv("ALLOWED_ORIGINS", "*")
    config.cache_clear()

    answer = call("GET", "/things", headers={"Origin": "https://any.example"})

    assert answer["headers"]["Access-Control-Allow-Origin"] == "*"
    assert "Access-Control-Allow-Credentials" not in answer["headers"]


GOOD = {"sub": "u1", "token_use": "id", "aud": CLIENT, "email": "A@b.c", "email_verified": "true"}


@pytest.mark.parametrize(
    ("claims", "status"),
    [
        (GOOD, 200),
        (None, 401),
        (GOOD | {"token_use": "access"}, 401),
        (GOOD | {"aud": "another-client"}, 401),
        ({"sub": "u1", "token_use": "id", "client_id": CLIENT}, 401),
    ],
)
def test_only_an_id_token_of_our_client_signs_in(claims, status):
    assert call("GET", "/me", claims=claims)["statusCode"] == status


def test_nobody_is_signed_in_when_the_stage_names_no_client(monkeypatch):
    monkeypatch.delenv("USER_POOL_CLIENT_ID")
    config.cache_clear()

    assert call("GET", "/me", claims=GOOD | {"aud": ""})["statusCode"] == 401


def test_address_that_is_not_verified_is_not_taken():
    answer = call("GET", "/me", claims=GOOD | {"email_verified": "false"})

    assert answer["json"] == {"userId": "u1", "email": ""}


def test_every_kind_of_refusal_has_a_status():
    kinds = [kind for kind in vars(errors).values() if isinstance(kind, type)]
    refusals = [kind for kind in kinds if issubclass(kind, DomainError) and kind is not DomainError]

    assert [kind for kind in refusals if not issubclass(kind, tuple(STATUS_OF_KIND))] == []
