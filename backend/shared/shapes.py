"""What the shapes of the public API are made of: camelCase, bounded, nothing unknown.

A text in a request has a length, holds no control characters, and is never a number in
disguise. Refusals name the field as the client spelled it, and the rule it broke.
"""

import inspect
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, TypeVar, cast

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetJsonSchemaHandler,
    PlainSerializer,
    PrivateAttr,
    StringConstraints,
    ValidationError,
    WithJsonSchema,
)
from pydantic.alias_generators import to_camel
from pydantic_core import CoreSchema, PydanticCustomError, from_json

from backend.shared.clock import iso, parse_iso
from backend.shared.errors import BadInput
from backend.shared.paging import DEFAULT_LIMIT, MAX_LIMIT

ShapeT = TypeVar("ShapeT", bound=BaseModel)

ONE_LINE = r"^[^\x00-\x1f\x7f]*$"
SEVERAL_LINES = r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]*$"
_MOST_ERRORS_TOLD = 20
_LONGEST_NAME_TOLD = 64


class Request(BaseModel):
    """Base of every body that a client sends."""

    model_config = ConfigDict(
        alias_generator=to_camel, extra="forbid", frozen=True, defer_build=True
    )


class FreeObject(BaseModel):
    """A JSON object of the client's own; only its text is kept, so that every number survives."""

    model_config = ConfigDict(extra="allow", defer_build=True)
    _text: str = PrivateAttr("")

    @classmethod
    def keep(cls, text: str | bytes) -> "FreeObject":
        """The object that a text stands for; refuses (``BadShape``) what is none."""
        if not isinstance(_values_of(text), dict):
            raise BadShape({"body": _RULES["model_type"]})
        kept = cls.model_construct()
        kept._text = text.decode() if isinstance(text, bytes) else text
        return kept

    @property
    def text(self) -> str:
        """As it was sent."""
        return self._text


class Answer(BaseModel):
    """Base of every body that is answered: made by Python names, sent in camelCase."""

    model_config = ConfigDict(
        alias_generator=to_camel,
        extra="forbid",
        frozen=True,
        defer_build=True,
        validate_by_name=True,
    )


class BareAnswer(Answer):
    """Base of an answer that is not an object: its ``root`` is sent, without a name around it.

    A subclass says what ``root`` is, and gives it to a serializer that says so, too. Pydantic's
    own ``RootModel`` builds a schema of its own when it is imported: 5 ms of each cold start.
    """

    @classmethod
    def __get_pydantic_json_schema__(
        cls, core_schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        """That of ``root``, under this class's name and description."""
        told = {"title": cls.__name__, "description": inspect.cleandoc(cls.__doc__ or "")}
        return handler.resolve_ref_schema(handler(core_schema)) | told


class Query(BaseModel):
    """Base of the parameters after the question mark, which arrive as texts."""

    model_config = ConfigDict(
        alias_generator=to_camel, extra="forbid", frozen=True, defer_build=True
    )


class PageQuery(Query):
    """Which part of a list is asked for."""

    limit: int = Field(DEFAULT_LIMIT, ge=1, le=MAX_LIMIT, description="How many at most.")
    next_token: str | None = Field(
        None, max_length=2048, description="`nextToken` of the page before; opaque."
    )


class BadShape(BadInput):
    """A request that breaks the rules of its shape; ``fields`` are spelled as they were sent."""


def line(most: int, *, least: int = 0, trim: bool = True) -> StringConstraints:
    """Without line breaks, ``least`` to ``most`` characters: ``Annotated[str, line(9)]``."""
    return StringConstraints(
        strip_whitespace=trim, min_length=least, max_length=most, pattern=ONE_LINE
    )


def prose(most: int) -> StringConstraints:
    """At most ``most`` characters, line breaks and tabs among them."""
    return StringConstraints(max_length=most, pattern=SEVERAL_LINES)


def whole(least: int, most: int) -> Any:
    """A whole number from ``least`` to ``most``; ``"3"``, ``3.0`` and ``true`` are none."""
    return Field(strict=True, ge=least, le=most)


def broken(rule: str) -> PydanticCustomError:
    """What a validator of a shape raises; ``rule`` is a sentence for the client."""
    return PydanticCustomError("rule", "{rule}", {"rule": rule})


def _read_time(value: object) -> datetime:
    if isinstance(value, datetime):
        return value
    try:
        moment = parse_iso(value) if isinstance(value, str) and len(value) <= 40 else None
    except (ValueError, OverflowError):
        moment = None
    if moment is None:
        raise broken("This must be a time with an offset, such as 2026-11-20T18:00:00Z.")
    if not 2000 <= moment.year < 2200:
        raise broken("This must be a year between 2000 and 2199.")
    return moment


Flag = Annotated[bool, Field(strict=True)]
"""True or false, never ``1`` or ``"yes"``."""

UtcTime = Annotated[
    datetime,
    BeforeValidator(_read_time),
    PlainSerializer(iso, return_type=str, when_used="json"),
    WithJsonSchema({"type": "string", "format": "date-time", "maxLength": 40}),
]
"""An instant: ISO 8601 with an offset or ``Z`` in requests, UTC with ``Z`` in answers."""


def read_json(shape: type[ShapeT], text: str | bytes) -> ShapeT:
    """The request in a JSON text; ``BadInput`` names each field that breaks a rule."""
    if issubclass(shape, FreeObject):
        return cast("ShapeT", shape.keep(text))
    try:
        # Not model_validate_json: it lets pass, and drops, a field spelled by its Python name.
        return shape.model_validate(_values_of(text))
    except ValidationError as error:
        raise _refusal(error) from None


def _values_of(text: str | bytes) -> Any:
    """What a JSON text says; refuses what others might read otherwise: a name given twice."""
    try:
        values = from_json(text, allow_inf_nan=False)
        # After the reader that bounds the depth; what it made of the numbers is not looked at.
        json.loads(text, object_pairs_hook=_unique, parse_int=str, parse_float=str)
    except ValueError:
        raise BadShape({}, "The body is not JSON that can be read.") from None
    return values


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise BadShape({name[:_LONGEST_NAME_TOLD] or "body": "This is given twice."})
        found[name] = value
    return found


def read_query(shape: type[ShapeT], parameters: Mapping[str, str]) -> ShapeT:
    """The parameters of a query string; ``BadInput`` names each one that breaks a rule."""
    try:
        return shape.model_validate_strings(dict(parameters))
    except ValidationError as error:
        raise _refusal(error) from None


def camel(name: str) -> str:
    """``starts_at`` → ``startsAt``, part by part of a dotted path; ids in it stay as they are."""
    return ".".join(to_camel(part) if "_" in part else part for part in name.split("."))


# The rule in our words: pydantic's sentences speak of Python.
_RULES = {
    "missing": "This is required.",
    "extra_forbidden": "This is not known here.",
    "string_type": "This must be a text.",
    "string_unicode": "This must be a text.",
    "string_too_short": "This needs at least {min_length} characters.",
    "string_too_long": "This may have at most {max_length} characters.",
    "string_pattern_mismatch": "This holds characters that are not allowed.",
    "int_type": "This must be a whole number.",
    "int_parsing": "This must be a whole number.",
    "int_from_float": "This must be a whole number.",
    "int_parsing_size": "This number is too large.",
    "bool_type": "This must be true or false.",
    "enum": "This must be one of {expected}.",
    "literal_error": "This must be one of {expected}.",
    "greater_than_equal": "This must be at least {ge}.",
    "less_than_equal": "This must be at most {le}.",
    "list_type": "This must be a list.",
    "too_short": "This needs at least {min_length} entries.",
    "too_long": "This may have at most {max_length} entries.",
    "model_type": "This must be an object.",
    "rule": "{rule}",
}


def _refusal(error: ValidationError) -> BadShape:
    fields: dict[str, str] = {}
    problems = error.errors(include_url=False, include_input=False)
    for problem in problems[:_MOST_ERRORS_TOLD]:
        where = ".".join(str(part)[:_LONGEST_NAME_TOLD] for part in problem["loc"])
        rule = _RULES.get(problem["type"], "This is not valid.")
        fields[where or "body"] = rule.format_map(problem.get("ctx", {}))
    return BadShape(fields)
