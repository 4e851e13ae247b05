"""What is wrong with a request, one thing at a time, derived from the shape it breaks.

The shapes are those of ``openapi.json``, so a new field is tried as soon as it is there. Whether
a value is wrong is not decided here but by the schema itself.
"""

import copy
from collections.abc import Iterator
from typing import Any

from jsonschema import Draft202012Validator

Schema = dict[str, Any]
Flaw = tuple[str, Any]
"""A field by its dotted place, and a value that it must not have."""

OF_EVERY_KIND: list[Any] = [None, True, 7, 1.5, "text", [], {}, [[]], {"a": {}}]
HUGE = 10**400
ODD_TEXTS = {
    "right to left": "\u202eelpmaxe \u05d0\u05d1\u05d2 \u0645\u0631\u062d\u0628\u0627\u2066",
    "combining": "e\u0301" + "\u0300\u0301\u0302" * 10,
    "beyond the first plane": "\U0001f468\u200d\U0001f469\u200d\U0001f467 \U0010ffff",
    "no characters": "\ufffe\uffff\ufdd0",
    "invisible": "\u200b\u2060\ufeff\u00ad",
    "other spaces": "\u00a0\u2003\u3000",
    "other line ends": "a\u2028b\u2029c\u0085d",
    "changing case": "\u0130\u0131\u00df\ufb01\u1e9e",
}


class Shapes:
    """The schemas of an OpenAPI document."""

    def __init__(self, document: dict[str, Any]) -> None:
        self._schemas: dict[str, Schema] = document["components"]["schemas"]

    def resolve(self, schema: Schema) -> Schema:
        """The schema itself, where it only refers to one."""
        while "$ref" in schema:
            schema = self._schemas[schema["$ref"].rpartition("/")[2]]
        return schema

    def allows(self, schema: Schema, value: Any) -> bool:
        """Whether the schema as published takes the value."""
        whole = schema | {"components": {"schemas": self._schemas}}
        return bool(Draft202012Validator(whole).is_valid(value))

    def flaws(self, schema: Schema, good: Any, place: str = "") -> Iterator[Flaw]:
        """Every field of ``good`` and every value the schema does not allow there."""
        for name, field in self.resolve(schema).get("properties", {}).items():
            where = f"{place}.{name}" if place else name
            for value in [*OF_EVERY_KIND, *self._past_bounds(field)]:
                if not self.allows(field, value):
                    yield where, value
            if isinstance(good.get(name), list) and good[name]:
                items = next(kind["items"] for kind in self._kinds(field) if "items" in kind)
                if "properties" in self.resolve(items):
                    yield from self.flaws(items, good[name][0], f"{where}.0")

    def missing(self, schema: Schema, good: Any) -> Iterator[tuple[str, Any]]:
        """Every required field, and the body without it."""
        for name in self.resolve(schema).get("required", []):
            yield name, {other: value for other, value in good.items() if other != name}

    def texts(self, schema: Schema) -> list[str]:
        """The fields that hold free texts."""
        return [
            name
            for name, field in self.resolve(schema).get("properties", {}).items()
            if self.allows(field, ODD_TEXTS["right to left"])
        ]

    def numbers(self, schema: Schema) -> list[str]:
        """The fields that hold numbers."""
        return [
            name
            for name, field in self.resolve(schema).get("properties", {}).items()
            if any(kind.get("type") in {"integer", "number"} for kind in self._kinds(field))
        ]

    def _kinds(self, field: Schema) -> list[Schema]:
        """The alternatives of a field."""
        field = self.resolve(field)
        return [self.resolve(kind) for kind in field.get("anyOf", [field])]

    def _past_bounds(self, field: Schema) -> Iterator[Any]:
        """Values one past each bound that the field states."""
        for kind in self._kinds(field):
            if "maxLength" in kind:
                yield "x" * (kind["maxLength"] + 1)
                yield "\U0001f600" * (kind["maxLength"] + 1)
            if kind.get("minLength"):
                yield "x" * (kind["minLength"] - 1)
            if "maximum" in kind:
                yield from (kind["maximum"] + 1, HUGE)
            if "minimum" in kind:
                yield from (kind["minimum"] - 1, -HUGE)
            if "maxItems" in kind:
                yield [self._example(kind["items"])] * (kind["maxItems"] + 1)
            if kind.get("minItems"):
                yield []
            if "maxProperties" in kind:
                yield {f"n{number}": "x" for number in range(kind["maxProperties"] + 1)}
            if kind.get("type") == "string":
                yield from ("NO_SUCH_WORD", "a\x00b", "a\x1bb", "\x7f")

    def _example(self, schema: Schema) -> Any:
        found = self.resolve(schema)
        if "properties" not in found:
            return "x"
        return {
            name: self._example(found["properties"][name]) for name in found.get("required", [])
        }


def with_flaw(good: Any, flaw: Flaw) -> Any:
    """The good body with one bad value in its place."""
    bad = copy.deepcopy(good)
    *way, last = flaw[0].split(".")
    inner = bad
    for step in way:
        inner = inner[int(step)] if step.isdigit() else inner[step]
    inner[last] = flaw[1]
    return bad
