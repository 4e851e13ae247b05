"""A newcomer can write a client from the OpenAPI file alone: nothing in it goes without saying."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator, FormatChecker
from pydantic import BaseModel

from backend.shared.http import Operation
from backend.shared.shapes import read_json
from infra import openapi, openapi_examples, openapi_words
from infra.openapi_refusals import GENERAL_CODES, meanings
from tests.support.listed_answers import unlisted

DOCUMENT = json.loads(Path("openapi.json").read_text())
SERVED: dict[str, Operation] = {
    f"{operation.method} {operation.path}": operation
    for operations in openapi.functions().values()
    for operation in operations
}


def described(name: str) -> dict[str, Any]:
    method, path = name.split(" ")
    operation: dict[str, Any] = DOCUMENT["paths"][path][method.lower()]
    return operation


def problems(example: object, schema: dict[str, Any]) -> list[str]:
    """What of an example its schema refuses."""
    whole = {**schema, "components": DOCUMENT["components"]}
    found = Draft202012Validator(whole, format_checker=FormatChecker()).iter_errors(example)
    return [f"{list(error.absolute_path)}: {error.message}" for error in found]


@pytest.mark.parametrize("name", SERVED)
def test_route_is_described(name):
    operation = described(name)

    assert operation["summary"]
    assert len(operation.get("description", "")) >= 30, (
        "The docstring's first line is the summary; write below it what a client must know."
    )
    for parameter in operation["parameters"]:
        assert parameter.get("description"), parameter["name"]


@pytest.mark.parametrize("name", DOCUMENT["components"]["schemas"])
def test_shape_and_its_fields_are_described(name):
    schema = DOCUMENT["components"]["schemas"][name]
    fields = schema.get("properties", {})

    assert schema.get("description") or schema.get("enum")
    assert [field for field, inner in fields.items() if not inner.get("description")] == []


def test_list_tells_where_its_next_page_is():
    for name, operation in SERVED.items():
        if operation.query and "nextToken" in {p["name"] for p in described(name)["parameters"]}:
            answer = described(name)["responses"]["200"]
            shape = answer["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2]
            fields = DOCUMENT["components"]["schemas"][shape].get("properties", {})
            assert ("nextToken" in fields) != ("X-Next-Token" in answer.get("headers", {})), name


def test_every_word_belongs_to_a_field():
    fields = {
        spelled
        for shape, schema in DOCUMENT["components"]["schemas"].items()
        for name in schema.get("properties", {})
        for spelled in (name, f"{shape}.{name}")
    }

    assert openapi_words.WORDS.keys() - fields == set()


@pytest.mark.parametrize("name", SERVED)
def test_examples_are_what_their_schemas_allow(name):
    operation = described(name)
    bodies = [operation["requestBody"]] if "requestBody" in operation else []
    bodies += [answer for status, answer in operation["responses"].items() if status < "300"]

    for body in bodies:
        content = body["content"]["application/json"]
        assert problems(content["example"], content["schema"]) == []
    for parameter in operation["parameters"]:
        if "example" in parameter:
            assert problems(parameter["example"], parameter["schema"]) == []
        assert "example" in parameter or not parameter["required"], parameter["name"]


@pytest.mark.parametrize("name", [name for name in SERVED if SERVED[name].body])
def test_example_of_a_request_is_understood_by_its_route(name):
    body = SERVED[name].body
    assert body is not None
    example = described(name)["requestBody"]["content"]["application/json"]["example"]

    assert isinstance(read_json(body, json.dumps(example)), BaseModel)


@pytest.mark.parametrize("name", SERVED)
def test_each_code_of_a_refusal_is_listed_with_its_meaning(name):
    operation, stated = described(name), SERVED[name].refusals

    for status, answer in operation["responses"].items():
        if status < "300":
            continue
        listed = answer["content"]["application/json"]["examples"]
        assert set(stated.get(int(status), ())) <= listed.keys()
        assert listed, f"{status} names no code"
        for code, example in listed.items():
            assert example["value"]["code"] == code
            assert example["summary"]
            assert example["value"]["error"]
            assert f"`{code}`" in answer["description"]
            assert problems(example["value"], {"$ref": "#/components/schemas/Refusal"}) == []


def test_codes_are_those_of_the_domain():
    stated = {code for one in SERVED.values() for codes in one.refusals.values() for code in codes}

    assert stated - meanings().keys() == set()
    assert {code: text for code, text in meanings().items() if len(text) < 10} == {}


def test_guide_tells_every_convention():
    guide = DOCUMENT["info"]["description"]

    for word in ("Bearer", "ID token", "`code`", "`fields`", "nextToken", "Idempotency-Key",
                 "256 KB", "ISO 8601", "idempotency_mismatch", "APIEndpoint"):  # fmt: skip
        assert word in guide
    told = {int(status) for status in re.findall(r"^\| (\d{3}) \|", guide, re.MULTILINE)}
    answered = {
        int(status) for name in SERVED for status in described(name)["responses"] if status >= "400"
    }
    assert told == answered | {405}
    assert answered <= GENERAL_CODES.keys() | {409}


def test_every_example_by_hand_belongs_to_a_field_or_a_route():
    schemas = DOCUMENT["components"]["schemas"]
    fields = {
        spelled
        for shape, schema in schemas.items()
        for name in schema.get("properties", {})
        for spelled in (name, f"{shape}.{name}")
    }
    parameters = {p["name"] for name in SERVED for p in described(name)["parameters"]}
    answers = {
        (described(name)["operationId"], int(status))
        for name in SERVED
        for status in described(name)["responses"]
    }

    assert openapi_examples.FIELDS.keys() - fields - parameters == set()
    assert openapi_examples.NOT_SENT - fields == set()
    assert openapi_examples.WHOLE.keys() - schemas.keys() == set()
    assert openapi_examples.ANSWERS.keys() - answers == set()


def test_field_of_an_answer_without_an_example_is_refused():
    shape = {"type": "object", "properties": {"novelty": {"type": "string"}}}
    examples = openapi_examples.Examples({"NewAnswer": shape})

    with pytest.raises(openapi_examples.NoExample, match=r"NewAnswer\.novelty"):
        examples.answer("showNovelty", 200, "NewAnswer")
    assert examples.request("NewAnswer") == {}


@pytest.mark.parametrize(
    ("asked", "problem"),
    [
        (("GET", "/health", 200, {"ok": True, "service": "foyer", "version": "1"}), None),
        (("GET", "/health", 200, {"ok": 1, "service": "foyer", "version": "1"}), "is not of type"),
        (("GET", "/health", 404, {"code": "not_found", "error": "No."}), "does not list"),
        (("GET", "/events/x", 404, {"code": "event_not_found", "error": "No."}), None),
        (("GET", "/events/x?a=b", 404, {"code": "sold_out", "error": "No."}), "is not listed"),
        (("GET", "/no/such/route", 404, {"code": "not_found", "error": "No."}), None),
    ],
)
def test_answers_of_other_tests_are_held_to_the_file(asked, problem):
    found = unlisted(*asked)

    assert (found is None) if problem is None else (problem in (found or ""))
