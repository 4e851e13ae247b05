"""The OpenAPI file: valid, what the code does, and what is deployed."""

import json
import re
from pathlib import Path

import pytest
import yaml
from openapi_spec_validator import validate

from infra import openapi

DOCUMENT = json.loads(Path("openapi.json").read_text())
OPERATIONS = {
    f"{method.upper()} {path}": operation
    for path, methods in DOCUMENT["paths"].items()
    for method, operation in methods.items()
}
SCHEMAS = DOCUMENT["components"]["schemas"]


class Template(yaml.SafeLoader):
    """Reads ``!Sub`` and its kin as plain values."""


def _plain(loader: yaml.SafeLoader, _: str, node: yaml.Node) -> object:
    if isinstance(node, yaml.MappingNode):
        return loader.construct_mapping(node, deep=True)
    if isinstance(node, yaml.SequenceNode):
        return loader.construct_sequence(node, deep=True)
    return loader.construct_scalar(node)  # type: ignore[arg-type]


Template.add_multi_constructor("!", _plain)


def deployed() -> dict[str, set[str]]:
    """The routes of each function in the template, but for preflights."""
    template = yaml.load(Path("infra/api.yaml").read_text(), Template)  # noqa: S506
    functions: dict[str, set[str]] = {}
    for resource in template["Resources"].values():
        # A function without events serves no route: the gateway's own questions go there.
        if (
            resource["Type"] != "AWS::Serverless::Function"
            or "Events" not in resource["Properties"]
        ):
            continue
        routes = [event["Properties"] for event in resource["Properties"]["Events"].values()]
        name = resource["Properties"]["Handler"].removesuffix(".handler")
        functions[name] = {
            f"{route['Method'].upper()} {route['Path']}"
            for route in routes
            if route["Method"].upper() != "OPTIONS"
        }
    return functions


def test_file_is_what_the_code_does():
    assert Path("openapi.json").read_text() == openapi.text()


def test_check_tells_of_a_difference(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(openapi, "FILE", tmp_path / "openapi.json")

    assert openapi.main(["--check"]) == 1
    assert openapi.main([]) == 0
    assert openapi.main(["--check"]) == 0
    assert "run `python -m infra.openapi`" in capsys.readouterr().out


def test_file_is_valid():
    validate(DOCUMENT)


def test_each_function_is_deployed_with_the_routes_it_serves():
    served = {
        name: {f"{operation.method} {operation.path}" for operation in operations}
        for name, operations in openapi.functions().items()
    }

    assert deployed() == served
    assert set().union(*served.values()) == OPERATIONS.keys()


@pytest.mark.parametrize("name", OPERATIONS)
def test_operation_is_described_and_names_its_refusals(name):
    operation = OPERATIONS[name]
    answers = operation["responses"]
    good = [status for status in answers if status.startswith("2")]

    assert operation["summary"]
    assert good
    assert {"429", "500"} <= answers.keys()
    assert ("401" in answers) >= bool(operation["security"])
    assert "422" not in answers
    for status in answers.keys() - set(good):
        content = answers[status]["content"]["application/json"]
        assert content["schema"] == {"$ref": "#/components/schemas/Refusal"}
        for example in content["examples"].values():
            assert example["value"].keys() >= {"error", "code"}


def test_operation_ids_are_unique():
    names = [operation["operationId"] for operation in OPERATIONS.values()]

    assert len(set(names)) == len(names)


# Shapes of older systems keep the spelling that their clients know.
OLDER_NAMES = {
    "DocumentAnswer": {"profile_data"},
    "AttendanceInput": {"event_uuid", "user_email"},
    "CreatedEventAnswer": {"event_id", "upload_url"},
    "EventAppItem": {"s3_key", "file_url"},
    "EventAppPage": {"last_evaluated_key"},
}


@pytest.mark.parametrize("name", SCHEMAS)
def test_names_are_camel_case(name):
    properties = SCHEMAS[name].get("properties", {})
    own = [field for field in properties if field not in OLDER_NAMES.get(name, ())]

    assert [field for field in own if not re.fullmatch(r"[a-z][A-Za-z0-9]*", field)] == []


def _texts(schema: dict, where: str):
    """Every text in a request with its place."""
    if "$ref" in schema:
        schema = SCHEMAS[schema["$ref"].rpartition("/")[2]]
    if schema.get("type") == "string" and "enum" not in schema and "const" not in schema:
        yield where, schema
    for name, inner in schema.get("properties", {}).items():
        yield from _texts(inner, f"{where}.{name}")
    for inner in [*schema.get("anyOf", []), *filter(None, [schema.get("items")])]:
        yield from _texts(inner, where)


REQUESTS = {
    name: operation["requestBody"]["content"]["application/json"]["schema"]
    for name, operation in OPERATIONS.items()
    if "requestBody" in operation
}
FREE = {"POST /user/profile"}
"""Whose object is the client's own; the service bounds its text."""


@pytest.mark.parametrize("name", sorted(REQUESTS.keys() - FREE))
def test_request_is_bounded_and_closed(name):
    schema = SCHEMAS[REQUESTS[name]["$ref"].rpartition("/")[2]]

    assert schema["additionalProperties"] is False
    unbounded = [where for where, text in _texts(schema, "body") if "maxLength" not in text]
    unfiltered = [
        where
        for where, text in _texts(schema, "body")
        if "pattern" not in text and text.get("format") != "date-time"
    ]
    assert (unbounded, unfiltered) == ([], [])
    for field, inner in schema["properties"].items():
        for kind in [inner, *inner.get("anyOf", [])]:
            if kind.get("type") == "integer":
                assert {"minimum", "maximum"} <= kind.keys(), field
            if kind.get("type") == "array":
                assert "maxItems" in kind, field


def test_answers_for_strangers_hold_no_addresses():
    public = [
        operation["responses"]["200"]["content"]["application/json"]["schema"]["$ref"]
        for operation in OPERATIONS.values()
        if not operation["security"] and "200" in operation["responses"]
    ]
    fields = {
        field
        for reference in public
        for field in SCHEMAS[reference.rpartition("/")[2]]["properties"]
    }

    assert fields & {"email", "userEmail", "creatorId", "userId", "ticket"} == set()
