"""What a piece of work does to the tables, in the words of IAM."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from backend.shared.db import Table
from tests.support.templates import resources, texts

_WITHIN = {"Put": "PutItem", "Update": "UpdateItem", "Delete": "DeleteItem", "Get": "GetItem"}


@contextmanager
def needed_rights() -> Iterator[set[str]]:
    """``Query events/index/creator_index`` and the like, of the calls that this process sends."""
    needed: set[str] = set()

    def note(model: Any, params: dict[str, Any], **_: Any) -> None:
        needed.update(_rights(model.name, json.loads(params["body"])))

    assert Table._shared is not None
    hooks = Table._shared.client.meta.events
    hooks.register("before-call.dynamodb", note)
    try:
        yield needed
    finally:
        hooks.unregister("before-call.dynamodb", note)


def _rights(operation: str, body: dict[str, Any]) -> Iterator[str]:
    if "TransactItems" in body:
        for item in body["TransactItems"]:
            for kind, part in item.items():
                yield f"{_WITHIN.get(kind, kind)} {_short(part['TableName'])}"
    elif "RequestItems" in body:
        yield from (f"{operation} {_short(table)}" for table in body["RequestItems"])
    elif "TableName" in body:
        index = f"/index/{body['IndexName']}" if "IndexName" in body else ""
        yield f"{operation} {_short(body['TableName'])}{index}"


def _short(table: str) -> str:
    return table.partition("-")[2]


def given_rights(stack: str, role: str) -> set[str]:
    """What a role of a template may do, in the same words."""
    policy = resources(stack, "AWS::IAM::Role")[role]["Policies"][0]["PolicyDocument"]
    return {
        f"{action.removeprefix('dynamodb:')} {_snake(text)}"
        for statement in policy["Statement"]
        for text in texts(statement["Resource"])
        if "TableArn" in text
        for action in texts(statement["Action"])
    }


def _snake(resource: str) -> str:
    table, _, index = re.sub(r"TableArn|[${}]", "", resource).partition("/")
    name = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", table).lower()
    return f"{name}/{index}" if index else name
