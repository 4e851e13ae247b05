"""Every route with every kind of bad input: refused in our form, and nothing is even called.

What is bad comes from ``openapi.json``: a new field, parameter or route is tried as soon as it
is there, and a route without a good body to start from fails.
"""

import base64
import json
import re
from pathlib import Path

import pytest

from backend.shared.paging import encode_token
from tests.support.aws_calls import aws_calls
from tests.support.bad_input import HUGE, ODD_TEXTS, Shapes, with_flaw
from tests.support.handlers import Handlers, claims_of

DOCUMENT = json.loads(Path("openapi.json").read_text())
SHAPES = Shapes(DOCUMENT)
OPERATIONS = {
    operation["operationId"]: (method.upper(), path, operation)
    for path, methods in DOCUMENT["paths"].items()
    for method, operation in methods.items()
}
BODIES = {
    name: operation["requestBody"]["content"]["application/json"]["schema"]
    for name, (_, _, operation) in OPERATIONS.items()
    if "requestBody" in operation
}
QUERIES = {
    name: {
        parameter["name"]: parameter["schema"]
        for parameter in operation["parameters"]
        if parameter["in"] == "query"
    }
    for name, (_, _, operation) in OPERATIONS.items()
}
ASKED = [name for name, parameters in QUERIES.items() if parameters]
WITH_PATH = [name for name, (_, path, _) in OPERATIONS.items() if "{" in path]
CREATING = [
    name
    for name, (_, _, operation) in OPERATIONS.items()
    if "Idempotency-Key" in [parameter["name"] for parameter in operation["parameters"]]
]
FREE = "putMyDocument"
"""Its object is the client's own: any field, any number."""
SHAPED = [name for name in BODIES if name != FREE]
SOME_ID = "0190aaaa-0000-7000-8000-000000000001"
SOMEBODY = "user-fuzz"
ADDRESS = f"{SOMEBODY}@example.org"
ACCOUNT = {"email": ADDRESS, "password": "Correct-Horse-7"}
QUESTION = {"id": "q1", "kind": "CHOICE", "label": "Which?", "choices": ["One", "Two"]}
EVENT = {
    "title": "Harbour Conference",
    "startsAt": "2030-05-01T12:00:00Z",
    "endsAt": "2030-05-01T20:00:00+02:00",
    "questions": [QUESTION],
}
GOOD = {
    "signUp": ACCOUNT | {"name": "Ada"},
    "confirmSignUp": {"email": ADDRESS, "code": "123456"},
    "resendCode": {"email": ADDRESS},
    "logIn": ACCOUNT,
    "refreshTokens": {"refreshToken": "x"},
    "logOut": {"refreshToken": "x"},
    "forgotPassword": {"email": ADDRESS},
    "resetPassword": ACCOUNT | {"code": "123456"},
    "createEvent": EVENT,
    "editEvent": EVENT | {"version": 1},
    "changeBanner": {"contentType": "image/png"},
    "createPublishedEvent": {
        "title": "Harbour Meetup",
        "date": "2030-05-01",
        "startTime": "18:30",
        "endTime": "22:00",
        "fileExtension": "png",
    },
    "register": {"name": "Ada", "answers": {"q1": "One"}},
    "bookSession": {"allowOverlap": True},
    "registerUserToEvent": {"event_uuid": SOME_ID, "user_email": ADDRESS},
    "askStaff": {"kind": "FOOD", "text": "By the window", "option": "Vegetarian"},
    "declineRequest": {"reason": "The kitchen is closed."},
    "admitTickets": {"scans": [{"ticket": "7K3M-Q2XD", "scanId": "s-1"}]},
    "addUser": {"name": "Eve"},
    "changeUser": {"name": "Eve"},
    "putProfile": {"name": "Ada"},
    FREE: {"likes": ["water"]},
}
NO_TEXTS = ["", " ", "{", "a=b", "<a/>", "{'a': 1}", '{"a": 1,}', '{"a": 1} {}', "\ufeff{}"]
NO_OBJECTS = ["null", "[]", "[{}]", "7", "-0", "1e400", "true", '"text"', '"{}"']
NO_NUMBERS = ["NaN", "Infinity", "-Infinity", "01", "+1", "1.", "0x1"]
DEEP = ["[" * 100_000, '{"a":' * 50_000, '{"a":' * 5_000 + "1" + "}" * 5_000]
NO_CHARACTERS = ['{"a": "\\ud800"}', '{"\\udfff": 1}', '{"a": "\ud800"}', '{"a": "\x00"}']
TWICE = ['{"a": 1, "a": 1}', '{"a": {"b": 1, "\\u0062": 2}}']
UNREADABLE = [
    *NO_TEXTS,
    *NO_OBJECTS,
    *(f'{{"a": {number}}}' for number in NO_NUMBERS),
    *DEEP,
    *NO_CHARACTERS,
    *TWICE,
]


@pytest.fixture(scope="module")
def send(tables):
    """``send("createEvent", {...})``: as an administrator, who is let in everywhere."""
    handlers = Handlers()
    claims = claims_of(SOMEBODY, "apiAdmins")

    def ask(name, body=None, *, place=SOME_ID, **how):
        method, path, _ = OPERATIONS[name]
        text = body if isinstance(body, str | None) else json.dumps(body)
        route = re.sub(r"{\w+}", lambda _: place, path)
        return handlers.send(method, route, text, claims=claims, **how)

    return ask


@pytest.fixture(autouse=True)
def calls(tables):
    with aws_calls() as called:
        yield called


def is_ours(answer):
    """Whether a refusal has the one form, and a status that the file tells of."""
    body = answer.body
    return (
        body.keys() - {"fields"} == {"error", "code"}
        and isinstance(body["error"], str)
        and all(isinstance(rule, str) and rule for rule in body.get("fields", {}).values())
    )


def test_every_body_has_a_good_one_to_start_from(send):
    assert GOOD.keys() == BODIES.keys()
    assert [name for name in GOOD if not SHAPES.allows(BODIES[name], GOOD[name])] == []


@pytest.mark.parametrize("name", BODIES)
def test_unreadable_body_is_refused(send, calls, name):
    answers = {text[:20]: send(name, text) for text in UNREADABLE}
    answers["nothing"] = send(name)
    answers["no UTF-8"] = send(name, base64.b64encode(b'{"a": "\xff"}').decode(), base64=True)
    answers["no Base64"] = send(name, "\u20ac", base64=True)

    said = {text: answer.said for text, answer in answers.items()}
    assert said == dict.fromkeys(said, (400, "bad_input"))
    assert [text for text, answer in answers.items() if not is_ours(answer)] == []
    assert calls == []


@pytest.mark.parametrize("name", BODIES)
def test_body_over_the_limit_is_refused(send, calls, name):
    just = 256 * 1024 + 1
    encoded = base64.b64encode(b" " * just).decode()

    said = [send(name, " " * 2**20).said, send(name, " " * just).said]
    said += [send(name, '{"a": "%s"}' % ("\u20ac" * 90_000)).said]
    said += [send(name, encoded, base64=True).said]

    assert said == [(413, "too_large")] * 4
    assert calls == []


@pytest.mark.parametrize("name", BODIES)
def test_other_content_type_is_refused(send, calls, name):
    kinds = ["text/plain", "multipart/form-data; boundary=x", "application/xml", "*/*", "json"]

    said = [send(name, GOOD[name], headers={"content-type": kind}).said for kind in kinds]

    assert said == [(415, "unsupported_media_type")] * len(kinds)
    assert calls == []


@pytest.mark.parametrize("name", SHAPED)
def test_each_bad_value_is_refused_by_the_name_of_its_field(send, calls, name):
    wrong = []
    tried = 0
    for flaw in SHAPES.flaws(BODIES[name], GOOD[name]):
        answer = send(name, with_flaw(GOOD[name], flaw))
        tried += 1
        named = [
            field for field in answer.body.get("fields", {}) if f"{field}.".startswith(flaw[0])
        ]
        if answer.said != (400, "bad_input") or not named or not is_ours(answer):
            wrong.append((flaw[0], str(flaw[1])[:40], answer.status, answer.body))

    assert wrong == []
    assert tried > 5
    assert calls == []


@pytest.mark.parametrize("name", SHAPED)
def test_missing_and_unknown_fields_are_named(send, calls, name):
    for field, body in SHAPES.missing(BODIES[name], GOOD[name]):
        assert field in send(name, body).body["fields"]
    for odd in ("isAdministrator", "__proto__", "", "a.b", "x" * 1_000, "\u202e"):
        answer = send(name, GOOD[name] | {odd: True})
        assert answer.said == (400, "bad_input")
        assert answer.body["fields"] == {odd[:64] or "body": "This is not known here."}
    assert calls == []


@pytest.mark.parametrize("name", SHAPED)
def test_field_given_twice_is_refused(send, calls, name):
    for field, value in GOOD[name].items():
        text = json.dumps(GOOD[name])[:-1] + f", {json.dumps(field)}: {json.dumps(value)}}}"
        answer = send(name, text)
        assert answer.said == (400, "bad_input")
        assert answer.body["fields"] == {field: "This is given twice."}
    assert calls == []


@pytest.mark.parametrize("name", ASKED)
def test_bad_parameter_is_refused_by_its_name(send, calls, name):
    wrong = []
    for parameter, schema in QUERIES[name].items():
        for value in bad_texts(schema):
            answer = send(name, query={parameter: value})
            if answer.said != (400, "bad_input") or [*answer.body["fields"]] != [parameter]:
                wrong.append((parameter, value[:40], answer.status, answer.body))
    assert wrong == []
    for odd in ("page", "LIMIT", "limit[]", "\u202e"):
        assert send(name, query={odd: "1"}).body["fields"] == {odd: "This is not known here."}
    assert calls == []


def bad_texts(schema):
    """What the parameter must not be, as a text."""
    limits = ["abc", "0", "101", "-5", "10000", "", "1e1", "1.5", "0x10", "\u0661\u0662", str(HUGE)]
    if schema.get("type") == "integer":
        return limits
    return [
        value
        for _, value in SHAPES.flaws({"properties": {"it": schema}}, {})
        if isinstance(value, str)
    ]


@pytest.mark.parametrize("name", [name for name in ASKED if "nextToken" in QUERIES[name]])
def test_tampered_paging_token_is_refused(send, calls, name):
    foreign = encode_token({"uuid": SOME_ID}, query="another list")
    tokens = [foreign, foreign[:-1], foreign[1:], "x", "====", "\u20ac", "a" * 2048, "AAAA" * 8]

    answers = [send(name, query={"nextToken": token}) for token in tokens]

    assert [answer.said for answer in answers] == [(400, "bad_input")] * len(tokens)
    assert {field for answer in answers for field in answer.body["fields"]} == {"nextToken"}
    assert calls == []


@pytest.mark.parametrize("name", WITH_PATH)
def test_bad_id_in_the_path_is_not_found(send, calls, name):
    for place in ("a b", "a%2Fb", "x" * 65, "a\x00", "\u20ac", "..", "a;b", "{eventId}"):
        assert send(name, GOOD.get(name), place=place).said == (404, "not_found")
    assert calls == []


@pytest.mark.parametrize("name", CREATING)
def test_bad_idempotency_key_is_refused(send, calls, name):
    for key in ("k" * 256, "a\x00", "a\nb", "\u202e"):
        answer = send(name, GOOD[name], headers={"Idempotency-Key": key})
        assert answer.said == (400, "bad_input")
        assert [*answer.body["fields"]] == ["Idempotency-Key"]
    assert calls == []


@pytest.mark.parametrize("name", SHAPED)
def test_odd_texts_and_numbers_are_never_a_failure(send, name):
    """Whatever the schema allows may be refused for another reason, but it breaks nothing."""
    good, schema = GOOD[name], BODIES[name]
    answers = {
        (field, kind): send(name, good | {field: text})
        for field in SHAPES.texts(schema)
        for kind, text in ODD_TEXTS.items()
    }
    for field in SHAPES.numbers(schema):
        for number in ("-0", "-0.0", "1e400", "-1e400", "1e-400", "1.0000000000000000001", "1e2"):
            text = json.dumps(good | {field: "HERE"}).replace('"HERE"', number)
            answers[field, number] = send(name, text)

    failed = {where: answer.body for where, answer in answers.items() if answer.status >= 500}
    assert failed == {}
    documented = {int(status) for status in OPERATIONS[name][2]["responses"]}
    assert {answer.status for answer in answers.values()} <= documented
