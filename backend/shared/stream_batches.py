"""Following a table's stream: each record by itself, failures told one by one.

A record that fails is delivered again with all after it, so a reaction must bear being
repeated.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic, Protocol, TypeVar

from aws_lambda_powertools.utilities.batch import (
    BatchProcessor,
    EventType,
    process_partial_response,
)
from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
from aws_lambda_powertools.utilities.data_classes.dynamo_db_stream_event import DynamoDBRecord
from aws_lambda_powertools.utilities.typing import LambdaContext

from backend.shared.clock import utc_now
from backend.shared.failures import traits_of
from backend.shared.observability import logger

Reaction = Callable[[DynamoDBRecord], None]
Handler = Callable[[dict[str, Any], LambdaContext], PartialItemFailureResponse]


class UnreadableRecord(Exception):
    """A record that no retry makes readable."""


class _Processor(BatchProcessor):
    """Says in the log which record failed and why; its content stays out of it."""

    def failure_handler(self, record: Any, exception: Any) -> Any:
        logger.error(
            "a change could not be followed",
            extra={"record_id": record.event_id, **traits_of(exception[1])},
        )
        return super().failure_handler(record, exception)


def follow(react: Reaction) -> Handler:
    """The Lambda handler that hands every record of a batch to ``react``.

    It answers with the records that failed, and never rises itself: so records before the
    first failure are done with, also when it is the only one of its batch.
    """

    @logger.inject_lambda_context
    def handler(event: dict[str, Any], context: LambdaContext) -> PartialItemFailureResponse:
        processor = _Processor(EventType.DynamoDBStreams, raise_on_entire_batch_failure=False)
        return process_partial_response(event, react, processor, context)

    return handler


class OrderedChange(Protocol):
    """What a record says, with its place in the order of its shard."""

    @property
    def sequence_number(self) -> str:
        """Of the record."""

    @property
    def shard(self) -> str:
        """The partition of the item: the counters of its records are one item, too."""


ChangeT = TypeVar("ChangeT", bound=OrderedChange)


@dataclass(frozen=True, slots=True)
class Followed(Generic[ChangeT]):
    """What follows from a table's changes, in this order.

    ``read`` answers ``None`` for a record of no concern and refuses with ``UnreadableRecord``;
    ``count`` gets the changes of one shard, each reaction one change, and ``see_to`` those of
    which ``group_of`` says that they belong together.
    """

    read: Callable[[Mapping[str, Any]], ChangeT | None]
    count: Callable[[Sequence[ChangeT]], None]
    reactions: Sequence[Callable[..., None]]
    group_of: Callable[[ChangeT], str]
    see_to: Callable[..., None]
    now: Callable[[], datetime] = field(default=utc_now)


def follow_counted(followed: Followed[ChangeT]) -> Callable[..., dict[str, Any]]:
    """The Lambda handler of a table whose changes are counted.

    Every record of a batch is tried, whatever becomes of the others, and those that failed are
    listed: the mapping delivers again from the first of them on, a limited number of times, and
    then puts a pointer to it aside. Delivering the others again does no harm, because counters
    skip what they have counted and every other reaction is idempotent. A record that cannot be
    read is left out of the counters, so it never stops those of its shard.
    """

    def handler(event: Mapping[str, Any], _context: object) -> dict[str, Any]:
        failed: dict[str, str] = {}
        changes = _readable(followed, event["Records"], failed)
        for shard, group in grouped(changes, lambda change: change.shard).items():
            _try(followed.count, group, failed, "counting failed", {"shard": shard})
        for change in changes:
            for reaction in followed.reactions:
                told = {"reaction": reaction.__name__}
                _try(reaction, change, failed, "reaction failed", told, now=followed.now())
        for name, group in grouped(changes, followed.group_of).items():
            told = {"group": name}
            _try(followed.see_to, group, failed, "seeing to failed", told, now=followed.now())
        for number, reason in failed.items():
            told = {"sequence_number": number, "reason": reason}
            logger.error("stream record failed", extra=told)
        return {"batchItemFailures": [{"itemIdentifier": number} for number in failed]}

    return handler


def _readable(
    followed: Followed[ChangeT], records: Sequence[Mapping[str, Any]], failed: dict[str, str]
) -> list[ChangeT]:
    changes: list[ChangeT] = []
    for record in records:
        try:
            change = followed.read(record)
        except UnreadableRecord as error:
            failed[_number_of(record)] = f"unreadable: {error}"
            continue
        if change is not None:
            changes.append(change)
    return changes


def _number_of(record: Mapping[str, Any]) -> str:
    """Empty where even that is missing: the mapping then takes the whole batch for failed."""
    written = record.get("dynamodb")
    return str(written.get("SequenceNumber", "")) if isinstance(written, Mapping) else ""


def grouped(
    changes: Sequence[ChangeT], name_of: Callable[[ChangeT], str]
) -> dict[str, list[ChangeT]]:
    """The changes of each name, in the order they came."""
    groups: dict[str, list[ChangeT]] = {}
    for change in changes:
        groups.setdefault(name_of(change), []).append(change)
    return groups


def _try(
    work: Callable[..., None],
    what: ChangeT | list[ChangeT],
    failed: dict[str, str],
    trouble: str,
    told: Mapping[str, str],
    **values: object,
) -> None:
    """Do it; where it fails the record (of several the first) is listed, and the others go on."""
    try:
        work(what, **values)
    except Exception as error:  # noqa: BLE001 - the batch's other records go on
        logger.error(trouble, extra={**told, **traits_of(error)})
        first = what[0] if isinstance(what, list) else what
        failed.setdefault(first.sequence_number, type(error).__name__)
