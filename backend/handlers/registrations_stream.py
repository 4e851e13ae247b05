"""Lambda ``RegistrationsStreamFunction`` (infra/streams.yaml): what follows a registration's change.

Every record of a batch is tried, whatever becomes of the others, and those that failed are listed:
the mapping delivers again from the first of them on, a limited number of times, and then puts a
pointer to it aside. Delivering the others again does no harm, because counters skip what they have
counted and every other reaction is idempotent. A record that cannot be read is left out of the
counters, so it never stops those of its shard; a recount repairs what it would have added.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from backend.checkin.streams import record_passage
from backend.registrations import streams
from backend.registrations.streams import Change, UnreadableRecord
from backend.shared.clock import utc_now
from backend.shared.failures import traits_of
from backend.shared.observability import logger


def handler(event: Mapping[str, Any], _context: object) -> dict[str, Any]:
    """Follow a batch; the answer lists the sequence numbers that failed."""
    failed: dict[str, str] = {}
    changes = _readable(event["Records"], failed)
    for shard, group in streams.by_shard(changes).items():
        _count(shard, group, failed)
    for change in changes:
        _react(change, failed)
    for event_id, group in streams.by_event(changes).items():
        _see_to_seats(event_id, group, failed)
    for number, reason in failed.items():
        logger.error("stream record failed", extra={"sequence_number": number, "reason": reason})
    return {"batchItemFailures": [{"itemIdentifier": number} for number in failed]}


def _readable(records: Sequence[Mapping[str, Any]], failed: dict[str, str]) -> list[Change]:
    changes = []
    for record in records:
        try:
            changes.append(streams.read_change(record))
        except UnreadableRecord as error:
            failed[_number_of(record)] = f"unreadable: {error}"
    return changes


def _number_of(record: Mapping[str, Any]) -> str:
    """Empty where even that is missing: the mapping then takes the whole batch for failed."""
    written = record.get("dynamodb")
    return str(written.get("SequenceNumber", "")) if isinstance(written, Mapping) else ""


def _count(shard: str, changes: Sequence[Change], failed: dict[str, str]) -> None:
    try:
        streams.count(changes)
    except Exception as error:  # noqa: BLE001 - the batch's other records go on
        logger.error("counting failed", extra={"shard": shard, **traits_of(error)})
        failed.setdefault(changes[0].sequence_number, type(error).__name__)


def _see_to_seats(event_id: str, changes: Sequence[Change], failed: dict[str, str]) -> None:
    try:
        streams.see_to_seats(changes, now=utc_now())
    except Exception as error:  # noqa: BLE001 - the batch's other records go on
        logger.error("seeing to seats failed", extra={"event_id": event_id, **traits_of(error)})
        failed.setdefault(changes[0].sequence_number, type(error).__name__)


def _react(change: Change, failed: dict[str, str]) -> None:
    now = utc_now()
    for reaction in (streams.react, record_passage):
        try:
            reaction(change, now=now)
        except Exception as error:  # noqa: BLE001 - the batch's other records go on
            told = {"reaction": reaction.__name__, **traits_of(error)}
            logger.error("reaction failed", extra=told)
            failed.setdefault(change.sequence_number, type(error).__name__)
