"""The local cloud's own DynamoDB in this very process: the same answers in a fraction of the time.

What goes over HTTP and through the signing of requests otherwise is a call of the engine that
the local cloud runs. Nothing else differs: the calls of our code, and the hooks on them
(``interleaving``), are the same. For tests that make hundreds of thousands of calls.
"""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

from ministack.services import dynamodb as engine

from tests.support.interleaving import dynamodb_client, is_sent_twice

_DEFINITION = ("TableName", "KeySchema", "AttributeDefinitions")
_INDEX = ("IndexName", "KeySchema", "Projection")
Answer = tuple[SimpleNamespace, dict[str, Any]]

_DOES: dict[str, Callable[[dict[str, Any]], tuple[int, dict[str, str], str | bytes]]] = {
    "GetItem": engine._get_item,
    "PutItem": engine._put_item,
    "UpdateItem": engine._update_item,
    "DeleteItem": engine._delete_item,
    "Query": engine._query,
    "BatchGetItem": engine._batch_get_item,
    "BatchWriteItem": engine._batch_write_item,
    "TransactWriteItems": engine._transact_write_items,
    "TransactGetItems": engine._transact_get_items,
    "DescribeTable": engine._describe_table,
    "ListTables": engine._list_tables,
    "Scan": engine._scan,
}


@contextmanager
def tables_in_process() -> Iterator[None]:
    """While this is open the tables of this process's client live in it, empty at first."""
    client = dynamodb_client()
    for name in client.list_tables()["TableNames"]:
        _create(client.describe_table(TableName=name)["Table"])
    client.meta.events.register_last("before-call.dynamodb", _answer)
    try:
        yield
    finally:
        client.meta.events.unregister("before-call.dynamodb", _answer)
        empty_tables()


def empty_tables() -> None:
    """Forget all items: what is looked through stays short."""
    for _place, table in engine._tables.all_items():
        table["items"].clear()
        engine._items_replaced(table)


def _create(table: dict[str, Any]) -> None:
    wanted = {part: table[part] for part in _DEFINITION} | {"BillingMode": "PAY_PER_REQUEST"}
    indexes = table.get("GlobalSecondaryIndexes", [])
    if indexes:
        wanted["GlobalSecondaryIndexes"] = [
            {part: index[part] for part in _INDEX} for index in indexes
        ]
    if engine._tables.get(table["TableName"]) is None:
        status, _, body = engine._create_table(wanted)
        assert status == 200, body


def _answer(model: Any, params: dict[str, Any], **_: Any) -> Answer:
    """What the engine says, in place of a request: botocore takes it for the answer."""
    answer = _ask(model.name, params["body"])
    return _ask(model.name, params["body"]) if is_sent_twice() else answer


def _ask(operation: str, body: bytes) -> Answer:
    status, _headers, text = _DOES[operation](json.loads(body))
    answer: dict[str, Any] = json.loads(text)
    if status >= 300:
        kind, said = answer.pop("__type"), answer.pop("message", answer.pop("Message", ""))
        answer["Error"] = {"Code": kind.rpartition("#")[2], "Message": said}
    return SimpleNamespace(status_code=status), answer | {
        "ResponseMetadata": {"HTTPStatusCode": status, "RetryAttempts": 0, "HTTPHeaders": {}}
    }
