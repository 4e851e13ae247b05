"""Whether an answer of the API is one that the OpenAPI file lists for its route."""

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator


def unlisted(method: str, path: str, status: int, body: Any) -> str | None:
    """What of an answer the file does not tell; None where it tells all, or has no such route."""
    operation = _operation(method, path.partition("?")[0])
    if operation is None:
        return None
    known = operation["responses"].get(str(status))
    if known is None:
        return f"{method} {path} answered {status}, which the OpenAPI file does not list: {body}"
    content = known["content"]["application/json"]
    if status >= 400 and body["code"] not in content["examples"]:
        return f"{method} {path} refused with {status} {body['code']}, which is not listed"
    wrong = next(_validator(json.dumps(content["schema"])).iter_errors(body), None)
    return f"{method} {path}, {list(wrong.absolute_path)}: {wrong.message}" if wrong else None


@cache
def _document() -> dict[str, Any]:
    document: dict[str, Any] = json.loads(Path("openapi.json").read_text())
    return document


def _operation(method: str, path: str) -> dict[str, Any] | None:
    """The operation with the fewest parameters in its path that a request fits."""
    fitting = [
        (template.count("{"), methods[method.lower()])
        for template, methods in _document()["paths"].items()
        if method.lower() in methods
        and re.fullmatch(re.sub(r"\\{\w+\\}", "[^/]+", re.escape(template)), path)
    ]
    return min(fitting, key=lambda one: one[0])[1] if fitting else None


@cache
def _validator(schema: str) -> Draft202012Validator:
    whole = json.loads(schema) | {"components": _document()["components"]}
    return Draft202012Validator(whole)
