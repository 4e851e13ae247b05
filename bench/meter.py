"""Counts the DynamoDB calls a piece of code makes, and the units they cost by AWS's rules.

The local cloud reports constant capacity, so units are computed from the sizes of the items that
each call touched: a write costs a unit per KB of the larger of old and new item, and the same for
each index entry that changes (twice when its key changes); a read costs a unit per 4 KB, half of
that when eventually consistent. In a transaction a write to the table costs twice that. Sizes
follow the developer guide.
"""

import math
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import boto3

from backend.shared.db import Table

Raw = dict[str, Any]
KB, READ_KB = 1024, 4096


@dataclass
class Usage:
    """What was used; ``calls`` by operation, units in total."""

    calls: Counter[str] = field(default_factory=Counter)
    write_units: float = 0
    read_units: float = 0

    @property
    def total_calls(self) -> int:
        return sum(self.calls.values())

    def __str__(self) -> str:
        calls = ", ".join(f"{n} {name}" for name, n in sorted(self.calls.items())) or "no call"
        return f"{calls}; {self.write_units:g} write units, {self.read_units:g} read units"


@contextmanager
def metered() -> Iterator[Usage]:
    """What PynamoDB's client of this process uses inside; the meter's own reads do not count."""
    usage = Usage()
    hooks = _client_of_models().meta.events
    note = _Note(usage)
    hooks.register("provide-client-params.dynamodb", note.before)
    hooks.register("after-call.dynamodb", note.after)
    try:
        yield usage
    finally:
        hooks.unregister("provide-client-params.dynamodb", note.before)
        hooks.unregister("after-call.dynamodb", note.after)


def item_size(item: Raw | None) -> int:
    """Bytes of an item in DynamoDB's JSON."""
    if not item:
        return 0
    return sum(len(name.encode()) + _size(value) for name, value in item.items())


def write_units(table: str, old: Raw | None, new: Raw | None, *, times: int = 1) -> float:
    """What a write cost that turned ``old`` into ``new`` (``None``: absent), indexes included.

    ``times`` is 2 in a transaction, which is prepared and committed; its indexes follow once.
    """
    units = max(1, math.ceil(max(item_size(old), item_size(new)) / KB))
    return times * units + sum(_index_units(index, old, new) for index in _indexes(table))


class _Note:
    def __init__(self, usage: Usage) -> None:
        self._usage = usage
        self._asked: Raw = {}
        self._old: list[Raw | None] = []

    def before(self, params: Raw, model: Any, **_: Any) -> None:
        self._usage.calls[model.name] += 1
        self._asked = params
        self._old = [_stored(write) for write in _writes(model.name, params)]

    def after(self, parsed: Raw, model: Any, **_: Any) -> None:
        asked = self._asked
        times = 2 if model.name == _TRANSACTION else 1
        for write, old in zip(_writes(model.name, asked), self._old, strict=True):
            self._usage.write_units += write_units(
                write["TableName"], old, _stored(write), times=times
            )
        items, consistent = _read(model.name, parsed, asked)
        if items is not None:
            whole = max(1, math.ceil(items / READ_KB))
            self._usage.read_units += whole if consistent else whole / 2


_WRITES = {"PutItem", "UpdateItem", "DeleteItem"}
_TRANSACTION = "TransactWriteItems"


def _writes(operation: str, asked: Raw) -> list[Raw]:
    """The parameters of each write of a call; those of a condition on an item, too: it costs one."""
    if operation == _TRANSACTION:
        return [part for item in asked["TransactItems"] for part in item.values()]
    return [asked] if operation in _WRITES else []


def _read(operation: str, parsed: Raw, asked: Raw) -> tuple[int | None, bool]:
    """Bytes that a read looked at; ``None`` for what is no plain read."""
    if operation == "GetItem":
        return item_size(parsed.get("Item")), bool(asked.get("ConsistentRead"))
    if operation in {"Query", "Scan"}:
        return sum(map(item_size, parsed.get("Items", []))), bool(asked.get("ConsistentRead"))
    if operation == "BatchGetItem":
        # Each item is rounded up by itself.
        sizes = [item_size(i) for items in parsed.get("Responses", {}).values() for i in items]
        return sum(math.ceil(size / READ_KB) * READ_KB for size in sizes), any(
            wanted.get("ConsistentRead") for wanted in asked["RequestItems"].values()
        )
    return None, False


def _index_units(index: Raw, old: Raw | None, new: Raw | None) -> float:
    before, after = _entry(index, old), _entry(index, new)
    if before == after:
        return 0
    units = max(1, math.ceil(max(item_size(before), item_size(after)) / KB))
    keys = [part["AttributeName"] for part in index["KeySchema"]]
    moved = before and after and any(before[key] != after[key] for key in keys)
    return units * 2 if moved else units


def _entry(index: Raw, item: Raw | None) -> Raw | None:
    keys = [part["AttributeName"] for part in index["KeySchema"]]
    if not item or any(key not in item for key in keys):
        return None
    projection = index["Projection"]
    if projection["ProjectionType"] == "ALL":
        return item
    names = {*keys, *index["TableKeys"], *projection.get("NonKeyAttributes", [])}
    return {name: value for name, value in item.items() if name in names}


def _stored(params: Raw) -> Raw | None:
    keys = _table_keys(params["TableName"])
    key = params.get("Key") or {name: params["Item"][name] for name in keys}
    answer = _own_client().get_item(TableName=params["TableName"], Key=key, ConsistentRead=True)
    found: Raw | None = answer.get("Item")
    return found


@cache
def _own_client() -> Any:
    return boto3.client("dynamodb")


def _client_of_models() -> Any:
    if Table._shared is None:
        from backend.events.models import Event

        Event._get_connection()
    assert Table._shared is not None
    return Table._shared.client


@cache
def _description(table: str) -> Raw:
    found: Raw = _own_client().describe_table(TableName=table)["Table"]
    return found


def _table_keys(table: str) -> list[str]:
    return [part["AttributeName"] for part in _description(table)["KeySchema"]]


def _indexes(table: str) -> list[Raw]:
    found = _description(table).get("GlobalSecondaryIndexes", [])
    return [index | {"TableKeys": _table_keys(table)} for index in found]


def _size(value: Raw) -> int:
    ((kind, content),) = value.items()
    if kind == "S":
        return len(content.encode())
    if kind == "N":
        return math.ceil(len(content.lstrip("-").replace(".", "").strip("0")) / 2) + 1
    if kind in {"BOOL", "NULL"}:
        return 1
    if kind == "M":
        return 3 + len(content) + item_size(content)
    if kind == "L":
        return 3 + len(content) + sum(map(_size, content))
    if kind == "SS":
        return sum(len(text.encode()) for text in content)
    if kind == "NS":
        return sum(_size({"N": number}) for number in content)
    return len(content)
