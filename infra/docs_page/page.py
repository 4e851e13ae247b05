"""Puts the OpenAPI file into the words and the order of a page for readers."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markdown_it import MarkdownIt
from markupsafe import Markup

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
OPENAPI = ROOT / "openapi.json"
TOKENS = ROOT / "static_src" / "css" / "tokens.css"
_MARKDOWN = MarkdownIt("commonmark", {"html": False}).enable("table")


def files() -> dict[str, str]:
    """The page, its stylesheet and the OpenAPI file, by the names under which they are served."""
    text = OPENAPI.read_text()
    return {
        "index.html": page(json.loads(text)),
        "docs.css": TOKENS.read_text() + (HERE / "page.css").read_text(),
        "openapi.json": text,
    }


def page(document: Mapping[str, Any]) -> str:
    """The page for an OpenAPI document."""
    environment = Environment(
        loader=FileSystemLoader(HERE),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"markdown": _html, "sentence": _inline, "kind": kind}
    schemas = document["components"]["schemas"]
    return environment.get_template("page.html").render(
        info=document["info"], sections=_sections(document), schemas=schemas
    )


def _html(text: str) -> Markup:
    # The text is of this project's own code, and HTML in it is escaped.
    return Markup(_MARKDOWN.render(text))  # noqa: S704


def _inline(text: str) -> Markup:
    return Markup(_MARKDOWN.renderInline(text))  # noqa: S704


def _sections(document: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The operations by tag, in the order of their paths."""
    operations = [
        _operation(method, path, operation)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    ]
    return [
        tag
        | {
            "anchor": tag["name"].replace(" ", "-"),
            "operations": [one for one in operations if one["tag"] == tag["name"]],
        }
        for tag in document["tags"]
    ]


def _operation(method: str, path: str, operation: Mapping[str, Any]) -> dict[str, Any]:
    good = {s: a for s, a in operation["responses"].items() if s < "300"}
    body = operation.get("requestBody", {}).get("content", {}).get("application/json")
    return {
        "tag": operation["tags"][0],
        "method": method.upper(),
        "path": path,
        "anchor": operation["operationId"],
        "summary": operation["summary"],
        "description": operation["description"],
        "caller": _caller(operation["security"]),
        "parameters": operation["parameters"],
        "body": body,
        "request": _request(method.upper(), path, operation, body),
        "answers": [_answer(status, answer) for status, answer in good.items()],
        "refusals": [
            {"status": status, "code": code, "meaning": example["summary"]}
            for status, answer in operation["responses"].items()
            if status not in good
            for code, example in answer["content"]["application/json"]["examples"].items()
        ],
    }


def _caller(security: list[Mapping[str, Any]]) -> str:
    if not security:
        return "Anyone, without a token"
    kiosks = any("kiosk" in way for way in security)
    return "An ID token, or the credential of a paired kiosk" if kiosks else "An ID token"


def _request(
    method: str, path: str, operation: Mapping[str, Any], body: Mapping[str, Any] | None
) -> str:
    """An example as it goes over the wire, without what a client adds by itself."""
    for parameter in operation["parameters"]:
        if parameter["in"] == "path":
            path = path.replace(f"{{{parameter['name']}}}", parameter["example"])
    lines = [f"{method} {path}"]
    if operation["security"]:
        lines.append("Authorization: Bearer <idToken>")
    lines += [
        f"{parameter['name']}: {parameter['example']}"
        for parameter in operation["parameters"]
        if parameter["in"] == "header"
    ]
    if body:
        lines += ["Content-Type: application/json", "", _json(body["example"])]
    return "\n".join(lines)


def _answer(status: str, answer: Mapping[str, Any]) -> dict[str, Any]:
    content = answer["content"]["application/json"]
    return {
        "status": status,
        "when": answer["description"],
        "headers": answer.get("headers", {}),
        "schema": content["schema"],
        "example": _json(content["example"]),
    }


def _json(value: object) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False)


def kind(schema: Mapping[str, Any]) -> Markup:
    """What a value is, in words: ``text, 1 to 200 characters``, with links to other shapes."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return Markup('<a href="#shape-{0}">{0}</a>').format(name)
    if "anyOf" in schema:
        return Markup(" or ").join(kind(one) for one in schema["anyOf"])
    if "enum" in schema or "const" in schema:
        choices = schema.get("enum", [schema.get("const")])
        return Markup(", ").join(Markup("<code>{}</code>").format(one) for one in choices)
    match schema.get("type"):
        case "array":
            most = f" of up to {schema['maxItems']}" if "maxItems" in schema else ""
            return Markup("list{}: {}").format(most, kind(schema["items"]))
        case "object":
            inner = schema.get("additionalProperties")
            return (
                Markup("object of {}").format(kind(inner))
                if inner and inner is not True
                else (Markup("object"))
            )
        case "string":
            return Markup("{}").format(_text(schema))
        case "integer" | "number":
            word = "whole number" if schema["type"] == "integer" else "number"
            return Markup("{}{}").format(word, _bounds(schema, "minimum", "maximum", ""))
        case "boolean":
            return Markup("true or false")
        case "null":
            return Markup("null")
    return Markup("any JSON")


def _text(schema: Mapping[str, Any]) -> str:
    known = {"date-time": "time", "date": "day"}.get(schema.get("format", ""))
    return known or "text" + _bounds(schema, "minLength", "maxLength", " characters")


def _bounds(schema: Mapping[str, Any], least: str, most: str, unit: str) -> str:
    if least in schema and most in schema and (schema[least] or not unit):
        return f", {schema[least]} to {schema[most]}{unit}"
    if most in schema:
        return f", up to {schema[most]}{unit}"
    return f", at least {schema[least]}{unit}" if least in schema else ""
