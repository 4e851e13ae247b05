"""The one place, besides ``models.py`` files, that knows PynamoDB.

A write carries its condition; when DynamoDB refuses it, the stored item comes back
with the refusal (``StaleWrite.old``), so no second read is needed to say why.
"""

import os
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from enum import StrEnum
from typing import Any, ClassVar, Generic, Self, TypeVar

from botocore.exceptions import BotoCoreError, ClientError
from pynamodb.attributes import Attribute, UnicodeAttribute, UnicodeSetAttribute
from pynamodb.connection.base import Connection, MetaTable
from pynamodb.connection.table import TableConnection
from pynamodb.constants import (
    ALL_NEW,
    ATTRIBUTES,
    GLOBAL_SECONDARY_INDEXES,
    ITEM,
    KEY,
    NUMBER,
    PUT_ITEM,
    STRING,
    UPDATE_ITEM,
)
from pynamodb.exceptions import (
    GetError,
    PutError,
    PynamoDBException,
    TransactWriteError,
    UpdateError,
)
from pynamodb.expressions.condition import Condition, size
from pynamodb.expressions.update import Action
from pynamodb.indexes import GlobalSecondaryIndex
from pynamodb.models import Model
from pynamodb.transactions import TransactWrite

from backend.shared.aws_session import aws_session
from backend.shared.clock import iso, parse_iso
from backend.shared.errors import Conflict
from backend.shared.paging import Page

REGION = os.environ.get("AWS_REGION", "eu-central-1")

StateT = TypeVar("StateT", bound=StrEnum)
TableT = TypeVar("TableT", bound="Table")


_IN_TRANSACTION = "TransactionConflictException"
_PAUSES = (0.02, 0.05, 0.1)
"""Seconds; transactions here are few and small."""
_PAUSES_OF_BATCHES = (0.05, 0.1, 0.2, 0.4)
"""Seconds; keys are left out where a partition is throttled, or an answer grew too long."""
_LOST = ("ConditionalCheckFailed", "TransactionConflict")
"""Why a transaction did nothing: a condition failed, or another write was at an item."""


class StaleWrite(Conflict):
    """Another writer changed the item between our read and our write.

    ``old`` is the item as it is stored now, or ``None`` when there is none (or when
    several items were written at once).
    """

    code = "stale_write"

    def __init__(self, message: str = "Somebody changed this meanwhile.", *, old: Any = None):
        super().__init__(message)
        self.old = old


def table_name(name: str) -> str:
    """The deployed name of a table: ``<stage>-<name>``."""
    return f"{os.environ.get('STAGE', 'test')}-{name}"


class TableMeta:
    """What every table's ``Meta`` shares: region and limits on waiting and retrying."""

    region = REGION
    billing_mode = "PAY_PER_REQUEST"
    connect_timeout_seconds = 1
    read_timeout_seconds = 3
    max_retry_attempts = 2
    max_pool_connections = 32


class Table(Model):
    """Base of every model: one DynamoDB client per process, refusals with the old item."""

    _shared: ClassVar[Connection | None] = None

    @classmethod
    def _get_connection(cls) -> TableConnection:
        if cls._connection is None:
            table: TableConnection = super()._get_connection()
            meta = table.get_meta_table()
            # A client per table would cost 20–40 ms CPU each on the cold path.
            shared = Table.shared_connection()
            # Of several models of one table the one that knows most indexes describes it.
            known = shared._tables.get(meta.table_name)
            if known is None or _index_count(known) < _index_count(meta):
                shared._tables[meta.table_name] = meta
            table.connection = shared
        return super()._get_connection()

    @staticmethod
    def shared_connection() -> Connection:
        """The one connection of this process, with the limits of ``TableMeta``."""
        if Table._shared is None:
            Table._shared = Connection(
                region=TableMeta.region,
                connect_timeout_seconds=TableMeta.connect_timeout_seconds,
                read_timeout_seconds=TableMeta.read_timeout_seconds,
                max_retry_attempts=TableMeta.max_retry_attempts,
                max_pool_connections=TableMeta.max_pool_connections,
            )
            # PynamoDB would make a session of its own.
            Table._shared._local.session = aws_session()
        return Table._shared

    def put(self, condition: Condition | None = None) -> None:
        """Write the whole item if ``condition`` holds; else ``StaleWrite`` with the old item."""
        connection = self._get_connection()
        kwargs = self.get_save_kwargs_from_instance(
            condition=condition,
            return_values_on_condition_failure="ALL_OLD" if condition is not None else None,
        )
        try:
            _send(connection, PUT_ITEM, kwargs)
        except (BotoCoreError, ClientError) as error:
            raise _stale(type(self), error) or PutError("Failed to put item", error) from error

    @classmethod
    def change(
        cls,
        hash_key: Any,
        range_key: Any = None,
        *,
        actions: Sequence[Action],
        condition: Condition | None = None,
    ) -> Self:
        """Update one item if ``condition`` holds and return it as it is then.

        Refuses with ``StaleWrite`` carrying the stored item. Without a condition an
        absent item is created, as DynamoDB does.
        """
        connection = cls._get_connection()
        serialized, serialized_range = cls._serialize_keys(hash_key, range_key)
        kwargs = connection.get_operation_kwargs(
            serialized,
            range_key=serialized_range,
            key=KEY,
            actions=actions,
            condition=condition,
            return_values=ALL_NEW,
            return_values_on_condition_failure="ALL_OLD" if condition is not None else None,
        )
        try:
            data = _send(connection, UPDATE_ITEM, kwargs)
        except (BotoCoreError, ClientError) as error:
            raise _stale(cls, error) or UpdateError("Failed to update item", error) from error
        return cls.from_raw_data(data[ATTRIBUTES])

    @classmethod
    def assignments(cls, values: Mapping[str, Any]) -> list[Action]:
        """What ``change`` does to get these attribute values: ``SET``, and ``REMOVE`` for ``None``."""
        attributes = cls.get_attributes()
        return [
            attributes[name].remove() if value is None else attributes[name].set(value)
            for name, value in values.items()
        ]

    @classmethod
    def find(cls, hash_key: Any, range_key: Any = None, *, consistent: bool = True) -> Self | None:
        """The item, or ``None``."""
        try:
            return cls.get(hash_key, range_key, consistent_read=consistent)
        except cls.DoesNotExist:
            return None

    @classmethod
    def _batch_get_page(
        cls, keys_to_get: list[Any], consistent_read: bool | None, attributes_to_get: Any
    ) -> tuple[list[Any], None]:
        """All items of up to 100 keys, for ``batch_get``, or ``GetError``: never some of them.

        What DynamoDB leaves out is asked for again, a little later each time; PynamoDB itself
        would ask at once, and without end.
        """
        found: list[Any] = []
        for pause in (*_PAUSES_OF_BATCHES, None):
            page, left_out = super()._batch_get_page(  # type: ignore[no-untyped-call]
                keys_to_get, consistent_read, attributes_to_get
            )
            found += page
            if not left_out:
                return found, None
            keys_to_get = left_out
            if pause is not None:
                time.sleep(pause)
        raise GetError(f"DynamoDB left out {len(keys_to_get)} keys of a batch, again and again.")

    @classmethod
    def find_many(cls, keys: Sequence[Any], *, consistent: bool = False) -> list[Self]:
        """The items of ``keys`` that exist, in the order of ``keys`` (hash or hash-range pairs).

        All of them, or ``GetError``. ``consistent``: as they are now, at twice the cost.
        """
        if not keys:
            return []
        read = cls.batch_get(list(keys), consistent_read=consistent)
        found = {_key_of(item): item for item in read}
        return [found[key] for key in keys if key in found]


class DailyCount(Table):
    """What was counted on a day, each name once and up to a limit; base of such models.

    Only the latest day is kept. The keys, which say what is counted, are the models' own.
    """

    day = UnicodeAttribute()
    counted = UnicodeSetAttribute()

    @classmethod
    def count_once(
        cls, hash_key: str, range_key: str | None = None, *, name: str, day: date, limit: int
    ) -> None:
        """Count a name, once however often it is; ``StaleWrite`` where the day is full already."""
        today, key = day.isoformat(), (hash_key, range_key)
        free = (size(cls.counted) < limit) | cls.counted.contains(name)
        try:
            cls.change(*key, actions=[cls.counted.add({name})], condition=(cls.day >= today) & free)
        except StaleWrite as refusal:
            if refusal.old is not None and refusal.old.day >= today:
                raise
        else:
            return
        first = cls.assignments({"day": today, "counted": {name}})
        try:
            cls.change(*key, actions=first, condition=cls.day.does_not_exist() | (cls.day < today))
        except StaleWrite:
            # Somebody else began the day just now.
            cls.count_once(*key, name=name, day=day, limit=limit)


def _index_count(meta: MetaTable) -> int:
    return len(meta.data.get(GLOBAL_SECONDARY_INDEXES, ()))


def _send(connection: TableConnection, operation: str, kwargs: dict[str, Any]) -> Any:
    """Send a write, a few times where a transaction has the item: it was not done then."""
    for pause in (*_PAUSES, None):
        try:
            return connection.connection.dispatch(operation, kwargs)
        except ClientError as error:
            if pause is None or error.response.get("Error", {}).get("Code") != _IN_TRANSACTION:
                raise
            time.sleep(pause)
    return None


def _key_of(item: Model) -> Any:
    hash_key = getattr(item, str(item._hash_keyname))
    return (hash_key, getattr(item, item._range_keyname)) if item._range_keyname else hash_key


def _stale(model: type[TableT], error: Exception) -> StaleWrite | None:
    """``StaleWrite`` for a failed condition, ``None`` for any other error.

    PynamoDB wraps the client's error without the returned item; the cause has it.
    """
    if not isinstance(error, ClientError):
        return None
    if error.response.get("Error", {}).get("Code") != "ConditionalCheckFailedException":
        return None
    cause = error.__cause__ if isinstance(error.__cause__, ClientError) else error
    raw: Any = cause.response.get(ITEM)
    return StaleWrite(old=model.from_raw_data(raw) if raw else None)


@contextmanager
def conditional_write() -> Iterator[None]:
    """Turn a failed condition of PynamoDB's own calls into ``StaleWrite``; let all else rise."""
    try:
        yield
    except PynamoDBException as error:
        if error.cause_response_code == "ConditionalCheckFailedException" or (
            isinstance(error, TransactWriteError)
            and any(r and r.code in _LOST for r in error.cancellation_reasons)
        ):
            raise StaleWrite from error
        raise


Transaction = TransactWrite
"""Several writes that happen together or not at all; models add to it."""


@contextmanager
def transaction() -> Iterator[Transaction]:
    """All writes added inside happen together or not at all (``StaleWrite``)."""
    with conditional_write(), TransactWrite(connection=Table.shared_connection()) as write:
        yield write


def query_page(
    source: type[TableT] | GlobalSecondaryIndex[TableT],
    hash_key: Any,
    *,
    limit: int,
    start: dict[str, Any] | None = None,
    range_condition: Condition | None = None,
    newest_first: bool = False,
    consistent: bool = False,
) -> Page[TableT]:
    """One page of a query over a table or an index, in range-key order.

    ``start`` is the ``next_key`` of the page before.
    """
    results = source.query(
        hash_key,
        range_condition,
        limit=limit,
        last_evaluated_key=start,
        scan_index_forward=not newest_first,
        consistent_read=consistent,
    )
    items = list(results)
    return Page(items, results.last_evaluated_key)


class EnumAttribute(Attribute[StateT], Generic[StateT]):
    """A ``StrEnum`` stored as its text."""

    attr_type = STRING

    def __init__(self, enum: type[StateT], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.enum = enum

    def serialize(self, value: StateT | str) -> str:
        """The text; refuses (``ValueError``) one that is no member."""
        return self.enum(value).value

    def deserialize(self, value: str) -> StateT:
        """The member."""
        return self.enum(value)


class UtcAttribute(Attribute[datetime]):
    """An aware datetime stored as fixed-width ISO 8601 UTC text, so it sorts as a key."""

    attr_type = STRING

    def serialize(self, value: datetime) -> str:
        """``2026-11-20T15:04:05.000Z``."""
        return iso(value)

    def deserialize(self, value: str) -> datetime:
        """The aware UTC datetime."""
        return parse_iso(value)


class IntegerAttribute(Attribute[int]):
    """A whole number; PynamoDB's own number attribute says ``float``."""

    attr_type = NUMBER

    def serialize(self, value: int) -> str:
        """The digits."""
        return str(value)

    def deserialize(self, value: str) -> int:
        """The number."""
        return int(value)
