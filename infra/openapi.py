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
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from backend import handlers
from backend.handlers.health import VERSION
from backend.shared.http import PATH_PARAMETER, Handler, Operation
from backend.shared.shapes import camel

FILE = Path(__file__).resolve().parent.parent / "openapi.json"
MEANING = {
    400: "Bad input, or a rule that refuses.",
    401: "No ID token of this stage's client.",
    403: "The caller may not do this.",
    404: "There is no such thing, or none the caller may know of.",
    409: "Another write won, or this was done before.",
    413: "The body is larger than 256 KB.",
    415: "The body is not declared as JSON.",
    429: "Too many requests; try again shortly.",
    500: "Something went wrong on our side.",
}
GENERAL_CODES = {
    400: "bad_input",
    401: "unauthorized",
    403: "forbidden",
    404: "not_found",
    409: "conflict",
    413: "too_large",
    415: "unsupported_media_type",
    429: "too_many_requests",
    500: "internal_error",
}


def functions() -> dict[str, list[Operation]]:
    """Every function of the public API (``public_events``) with the operations it serves."""
    names = [module.name for module in pkgutil.iter_modules(handlers.__path__)]
    modules = {name: importlib.import_module(f"{handlers.__name__}.{name}") for name in names}
    return {
        name: module.handler.operations
        for name, module in modules.items()
        if isinstance(module.handler, Handler)
    }


def document() -> dict[str, Any]:
    """The whole OpenAPI 3.1 document."""
    operations = sorted(
        (op for ops in functions().values() for op in ops), key=lambda op: (op.path, op.method)
    )
    paths: dict[str, dict[str, Any]] = {}
    for operation in operations:
        paths.setdefault(operation.path, {})[operation.method.lower()] = _operation(operation)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Foyer",
            "version": VERSION,
            "summary": "Events, registrations and check-in.",
            "description": "JSON in and out. Refusals have one form: see `Refusal`.",
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
        "tags": [{"name": name} for name in sorted({op.tag for op in operations})],
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
            "schemas": _schemas(operations),
        },
    }


def _operation(operation: Operation) -> dict[str, Any]:
    content = {"application/json": {"schema": _reference(operation.answer)}}
    summary = {"description": operation.summary + "."}
    responses: dict[str, Any] = {str(operation.status): summary | {"content": content}}
    for status, when in operation.also.items():
        responses[str(status)] = {"description": when, "content": content}
    for status in sorted(_refusals(operation)):
        responses[str(status)] = _refusal(status, operation.refusals.get(status, ()))
    described: dict[str, Any] = {
        "operationId": operation.name,
        "summary": operation.summary,
        "tags": [operation.tag],
        "parameters": _parameters(operation),
        "responses": responses,
        "security": _security(operation),
    }
    if operation.description:
        described["description"] = operation.description
    if operation.body:
        shape = {"schema": _reference(operation.body)}
        described["requestBody"] = {"required": True, "content": {"application/json": shape}}
    return described


def _security(operation: Operation) -> list[dict[str, list[str]]]:
    """Nothing, or one of these."""
    if operation.public:
        return []
    ways: list[dict[str, list[str]]] = [{"idToken": []}]
    return [*ways, {"kiosk": []}] if operation.kiosks else ways


def _refusals(operation: Operation) -> set[int]:
    """The general refusals that any such route has, and its own."""
    general = {429, 500}
    general |= set() if operation.public else {401}
    general |= {400, 413, 415} if operation.body else set()
    general |= {400} if operation.query or operation.creates else set()
    general |= {404} if "<" in operation.rule else set()
    return general | set(operation.refusals)


def _refusal(status: int, own: Sequence[str]) -> dict[str, Any]:
    code = own[0] if own else GENERAL_CODES[status]
    example: dict[str, Any] = {"error": MEANING[status], "code": code}
    if code == "bad_input":
        example["fields"] = {"title": "This is required."}
    codes = ", ".join(f"`{name}`" for name in dict.fromkeys([*own, GENERAL_CODES[status]]))
    shape = {"schema": {"$ref": "#/components/schemas/Refusal"}, "example": example}
    return {
        "description": f"{MEANING[status]} Codes: {codes}.",
        "content": {"application/json": shape},
    }


def _parameters(operation: Operation) -> list[dict[str, Any]]:
    parameters: list[dict[str, Any]] = [
        {
            "name": camel(name),
            "in": "path",
            "required": True,
            "schema": {"type": "string", "pattern": f"^{PATH_PARAMETER.pattern}$"},
        }
        for name in re.findall(r"<(\w+)>", operation.rule)
    ]
    if operation.query:
        schema = operation.query.model_json_schema(ref_template=REF)
        for name, shape in schema["properties"].items():
            described = {"name": name, "in": "query", "required": False, "schema": shape}
            if "description" in shape:
                described["description"] = shape.pop("description")
            parameters.append(described)
    if operation.creates:
        parameters.append(
            {
                "name": "Idempotency-Key",
                "in": "header",
                "required": False,
                "description": "The same key with the same body is done once within a day.",
                "schema": {"type": "string", "maxLength": 255},
            }
        )
    return parameters


REF = "#/components/schemas/{model}"


def _reference(model: type[BaseModel]) -> dict[str, str]:
    return {"$ref": REF.format(model=model.__name__)}


def _schemas(operations: Sequence[Operation]) -> dict[str, Any]:
    asked = [shape for op in operations for shape in (op.body, op.query) if shape]
    models: list[tuple[Any, Literal["validation", "serialization"]]] = []
    models += [(shape, "validation") for shape in asked]
    models += [(op.answer, "serialization") for op in operations]
    _, definitions = models_json_schema(models, ref_template=REF)
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
