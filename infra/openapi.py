"""The OpenAPI file of the public API, made from the routes themselves.

``python -m infra.openapi`` writes ``openapi.json``; with ``--check`` it only says whether the
committed file is still what the code does.
"""

import argparse
import importlib
import json
import pkgutil
import re
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue, models_json_schema
from pydantic_core import core_schema

from backend import handlers
from backend.handlers.health import VERSION
from backend.shared.http import PATH_PARAMETER, Handler, Operation
from backend.shared.shapes import camel
from backend.users.api import HEADER_OF_NEXT
from infra.openapi_examples import Examples
from infra.openapi_refusals import GENERAL_CODES, MEANING, meanings
from infra.openapi_words import describe

FILE = Path(__file__).resolve().parent.parent / "openapi.json"
GUIDE = Path(__file__).with_name("openapi_guide.md")
TAGS = {
    "accounts": "Making an account, and signing in and out. No answer tells who has an account.",
    "check-in": "Letting guests in at the door.",
    "event app": "The contract of an older event app, for its clients: their names and shapes.",
    "events": "Events as anyone sees them, and as their organisers make them.",
    "guest requests": "What guests ask staff for, and the queues it stands in.",
    "health": "Whether the API is there.",
    "profiles": "A person's name, and a JSON document of one's own.",
    "registrations": "A guest's place at an event, with its ticket.",
    "sessions": "An event's agenda, and a guest's bookings of it.",
    "users": "The records of people: for administrators, and everybody's own.",
}
# A bare array has no place for `nextToken`.
NEXT_PAGE = {
    "description": "`nextToken` of the next page; not there at the end.",
    "schema": {"type": "string"},
}
PATHS = {
    "eventId": "The event's id, as `eventId` in answers.",
    "id": "The person's id: `sub` of the ID token.",
    "kind": "The key of one of the event's kinds of requests, such as `FOOD`.",
    "requestId": "The request's id, as `requestId` in answers.",
    "sessionId": "The session's id, as `sessionId` in answers.",
    "userid": "The user's id: `sub` of the ID token, or that of a record.",
}


def functions() -> dict[str, list[Operation]]:
    """Every function of the public API (``public_events``) with the operations it serves."""
    names = [module.name for module in pkgutil.iter_modules(handlers.__path__)]
    modules = {name: importlib.import_module(f"{handlers.__name__}.{name}") for name in names}
    return {
        name: module.handler.operations
        for name, module in modules.items()
        if isinstance(getattr(module, "handler", None), Handler)
    }


def document() -> dict[str, Any]:
    """The whole OpenAPI 3.1 document."""
    operations = sorted(
        (op for ops in functions().values() for op in ops), key=lambda op: (op.path, op.method)
    )
    schemas = _schemas(operations)
    examples = Examples(schemas)
    paths: dict[str, dict[str, Any]] = {}
    for operation in operations:
        feature = ".".join(operation.answer.__module__.split(".")[:2])
        described = _operation(operation, examples, meanings(feature))
        paths.setdefault(operation.path, {})[operation.method.lower()] = described
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Foyer",
            "version": VERSION,
            "summary": "Events, registrations and check-in.",
            "description": GUIDE.read_text(),
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [
            {
                "url": "https://{api}.execute-api.{region}.amazonaws.com/{stage}",
                "variables": {
                    "api": {"default": "api"},
                    "region": {"default": "eu-central-1"},
                    "stage": {"default": "production"},
                },
            }
        ],
        "tags": [
            {"name": name, "description": TAGS[name]}
            for name in sorted({op.tag for op in operations})
        ],
        "paths": paths,
        "components": {
            "securitySchemes": {
                "idToken": {
                    "type": "apiKey",
                    "in": "header",
                    "name": "Authorization",
                    "description": "The Cognito ID token, raw or after `Bearer `.",
                },
                "kiosk": {
                    "type": "apiKey",
                    "in": "header",
                    "name": "Authorization",
                    "description": "`Kiosk <id>.<secret>`: the credential of a paired device.",
                },
            },
            "schemas": schemas,
        },
    }


def _operation(
    operation: Operation, examples: Examples, codes: Mapping[str, str]
) -> dict[str, Any]:
    described: dict[str, Any] = {
        "operationId": operation.name,
        "summary": operation.summary,
        "tags": [operation.tag],
        "parameters": _parameters(operation, examples),
        "responses": _responses(operation, examples, codes),
        "security": _security(operation),
    }
    if operation.description:
        described["description"] = operation.description
    if operation.body:
        shape = {
            "schema": _reference(operation.body),
            "example": examples.request(operation.body.__name__),
        }
        described["requestBody"] = {"required": True, "content": {"application/json": shape}}
    return described


def _responses(
    operation: Operation, examples: Examples, codes: Mapping[str, str]
) -> dict[str, Any]:
    good = {operation.status: operation.summary + "."} | dict(operation.also)
    responses: dict[str, Any] = {}
    for status, when in good.items():
        example = examples.answer(operation.name, status, operation.answer.__name__)
        shape = {"schema": _reference(operation.answer), "example": example}
        responses[str(status)] = {"description": when, "content": {"application/json": shape}}
        if operation.query and isinstance(example, list):
            responses[str(status)]["headers"] = {HEADER_OF_NEXT: NEXT_PAGE}
    general = _general_refusals(operation)
    for status in sorted(general | set(operation.refusals)):
        own = list(operation.refusals.get(status, ()))
        told = [*own, GENERAL_CODES[status]] if status in general else own
        responses[str(status)] = _refusal(status, {code: codes[code] for code in told})
    return responses


def _security(operation: Operation) -> list[dict[str, list[str]]]:
    """Nothing, or one of these."""
    if operation.public:
        return []
    ways: list[dict[str, list[str]]] = [{"idToken": []}]
    return [*ways, {"kiosk": []}] if operation.kiosks else ways


def _general_refusals(operation: Operation) -> set[int]:
    """The refusals that any such route has, whatever it does."""
    general = {429, 500}
    general |= set() if operation.public else {401}
    general |= {403} if operation.kiosks else set()
    general |= {400, 413, 415} if operation.body else set()
    general |= {400} if operation.query or operation.creates else set()
    general |= {404} if "<" in operation.rule else set()
    return general


def _refusal(status: int, codes: Mapping[str, str]) -> dict[str, Any]:
    examples: dict[str, Any] = {}
    for code, meaning in codes.items():
        value: dict[str, Any] = {"error": meaning, "code": code}
        if code == "bad_input":
            value = {"error": "Some of this is not right.", "code": code}
            value["fields"] = {"title": "This is required."}
        examples[code] = {"summary": meaning, "value": value}
    shape = {"schema": {"$ref": "#/components/schemas/Refusal"}, "examples": examples}
    told = ", ".join(f"`{code}`" for code in codes)
    return {
        "description": f"{MEANING[status]} Codes: {told}.",
        "content": {"application/json": shape},
    }


def _parameters(operation: Operation, examples: Examples) -> list[dict[str, Any]]:
    inner = {"type": "string", "pattern": f"^{PATH_PARAMETER.pattern}$"}
    parameters: list[dict[str, Any]] = [
        {
            "name": camel(name),
            "in": "path",
            "required": True,
            "description": PATHS[camel(name)],
            "schema": inner,
            "example": examples.parameter(camel(name), inner),
        }
        for name in re.findall(r"<(\w+)>", operation.rule)
    ]
    if operation.query:
        schema = operation.query.model_json_schema(ref_template=REF, schema_generator=_Shapes)
        for name, shape in schema["properties"].items():
            described = {"name": name, "in": "query", "required": False, "schema": shape}
            if "description" in shape:
                described["description"] = shape.pop("description")
            example = examples.parameter(name, shape)
            if example is not None:
                described["example"] = example
            parameters.append(described)
    if operation.creates:
        parameters.append(
            {
                "name": "Idempotency-Key",
                "in": "header",
                "required": False,
                "description": "The same key with the same body is done once within a day.",
                "schema": {"type": "string", "maxLength": 255},
                "example": "0f8fad5b-d9cb-469f-a165-70867728950e",
            }
        )
    for parameter in parameters:
        # Some programs that write clients look for it here only.
        words = {"description": parameter.get("description", "")}
        parameter["schema"] = parameter["schema"] | words
    return parameters


REF = "#/components/schemas/{model}"


class _Shapes(GenerateJsonSchema):
    """JSON Schema that programs which write clients make good names and types of."""

    def field_title_should_be_set(self, schema: object) -> bool:  # noqa: ARG002 - pydantic asks so
        """Never: ``Startsat`` says less than the field's own name, and becomes a class's name."""
        return False

    def dict_schema(self, schema: core_schema.DictSchema) -> JsonSchemaValue:
        """A rule for names beside the type of every value, not values by a pattern of names.

        It says the same but for names that break the rule, which are refused here; and clients
        learn the type.
        """
        said = super().dict_schema(schema)
        for pattern, values in said.pop("patternProperties", {}).items():
            said |= {"propertyNames": {"pattern": pattern}, "additionalProperties": values}
        return said


def _reference(model: type[BaseModel]) -> dict[str, str]:
    return {"$ref": REF.format(model=model.__name__)}


def _schemas(operations: Sequence[Operation]) -> dict[str, Any]:
    asked = [shape for op in operations for shape in (op.body, op.query) if shape]
    models: list[tuple[Any, Literal["validation", "serialization"]]] = []
    models += [(shape, "validation") for shape in asked]
    models += [(op.answer, "serialization") for op in operations]
    _, definitions = models_json_schema(models, ref_template=REF, schema_generator=_Shapes)
    schemas: dict[str, Any] = definitions["$defs"]
    for query in {op.query.__name__ for op in operations if op.query}:
        schemas.pop(query, None)
    schemas["Refusal"] = {
        "type": "object",
        "description": "Every refusal. `fields` only for bad input: the field, and its rule.",
        "required": ["error", "code"],
        "properties": {
            "error": {"type": "string", "description": "A sentence for a person."},
            "code": {"type": "string", "description": "A word for a program."},
            "fields": {"type": "object", "additionalProperties": {"type": "string"}},
        },
    }
    describe(schemas)
    return dict(sorted(schemas.items()))


def text() -> str:
    """The file's content."""
    return json.dumps(document(), indent=2, ensure_ascii=False) + "\n"


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the file, or with ``--check`` compare it; 1 when it is not what the code does."""
    parser = argparse.ArgumentParser(prog="python -m infra.openapi", description=__doc__)
    parser.add_argument("--check", action="store_true", help="only compare")
    if not parser.parse_args(arguments).check:
        FILE.write_text(text())
        return 0
    if FILE.exists() and FILE.read_text() == text():
        return 0
    print("openapi.json is not what the code does: run `python -m infra.openapi` and commit it.")
    return 1


if __name__ == "__main__":
    sys.exit(main())
