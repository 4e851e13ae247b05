"""Stream mappings retry, split and set aside as AWS does: poison does not block a table.

ministack retries a failing batch for ever, takes a partial failure (``batchItemFailures``) for a
success and so drops the failed records silently, and runs all mappings on one thread, where a
slow consumer delays the others. Here a mapping

- advances to the first record reported as failed and retries from there;
- halves a failing batch if the template says ``BisectBatchOnFunctionError``;
- after ``MaximumRetryAttempts`` or ``MaximumRecordAgeInSeconds`` sends a pointer to its
  on-failure destination and goes on;
- has at most one batch under way, so records keep their order, on a thread of its own.

Offsets may outlive the records they count (a restart forgets records that were delivered): an
offset past the end is brought back to the end, otherwise nothing would be delivered until the
table had seen as many changes again.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from ministack.services import dynamodb
from ministack.services import lambda_svc as lambdas

RETRY_AFTER_SECONDS = 0.5

Record = dict[str, Any]
Mapping = dict[str, Any]


@dataclass
class _Trouble:
    """How the batch a mapping stands at has failed so far."""

    attempts: int = 0
    limit: int | None = None  # records per batch while halving


@dataclass(frozen=True)
class _Batch:
    function: dict[str, Any]
    position: int
    read: list[Record]  # as they stand in the stream
    wanted: list[Record]  # of these, what the mapping's filter lets through


_troubles: dict[str, _Trouble] = {}


def install() -> None:
    """Take the place of ministack's own pass over the stream mappings."""
    lambdas._poll_dynamodb_streams = _poll


def _poll() -> bool:
    """One pass over all mappings; says whether it found anything to deliver."""
    found = False
    for account, region, mapping in lambdas._iter_all_esms():
        with _scope(account, region):
            if lambdas._esm_inflight.get(mapping["UUID"]):
                continue
            batch = _next_batch(mapping)
            if batch is None:
                continue
            found = True
            if batch.wanted:
                lambdas._dispatch_esm_batch(mapping["UUID"], _deliver, mapping, batch)
            else:
                _advance(mapping, batch.position + len(batch.read))
    return found


@contextmanager
def _scope(account: str, region: str) -> Iterator[None]:
    account_token = lambdas._request_account_id.set(account)
    region_token = lambdas._request_region.set(region)
    try:
        yield
    finally:
        lambdas._request_account_id.reset(account_token)
        lambdas._request_region.reset(region_token)


def _next_batch(mapping: Mapping) -> _Batch | None:
    table = _table_of(mapping)
    if table is None or lambdas._esm_backoff_until.get(mapping["UUID"], 0) > time.time():
        return None
    function, _ = lambdas._get_func_record_for_qualifier(
        mapping["FunctionName"], mapping.get("Qualifier")
    )
    if function is None:
        return None
    position = _position(mapping, table)
    trouble = _troubles.get(mapping["UUID"], _Trouble())
    limit = trouble.limit or mapping.get("BatchSize", 100)
    read = dynamodb.stream_records_since(table, position, limit)
    if not read:
        return None
    return _Batch(function, position, read, lambdas._apply_filter_criteria(read, mapping))


def _table_of(mapping: Mapping) -> str | None:
    """The table of an enabled mapping of a table's present stream, else None."""
    source = mapping.get("EventSourceArn", "")
    if not mapping.get("Enabled", True) or ":dynamodb:" not in source:
        return None
    found = lambdas._dynamodb_stream_table_from_arn_spec(lambdas.parse_arn(source))
    table = dynamodb._tables.get(found[0]) if found else None
    if not table or table.get("LatestStreamArn") != source:
        return None
    return str(found[0])


def _position(mapping: Mapping, table: str) -> int:
    first, end = dynamodb.stream_start_position(table), dynamodb.stream_end_position(table)
    start = first if mapping.get("StartingPosition") == "TRIM_HORIZON" else end
    with lambdas._dynamodb_stream_positions_lock:
        kept = lambdas._dynamodb_stream_positions.get(mapping["UUID"], start)
        position: int = min(max(kept, first), end)
        lambdas._dynamodb_stream_positions[mapping["UUID"]] = position
    return position


def _advance(mapping: Mapping, position: int) -> None:
    with lambdas._dynamodb_stream_positions_lock:
        lambdas._dynamodb_stream_positions[mapping["UUID"]] = position
    _troubles.pop(mapping["UUID"], None)
    lambdas._esm_backoff_until.pop(mapping["UUID"], None)


def _deliver(mapping: Mapping, batch: _Batch) -> None:
    result = lambdas._execute_function(batch.function, {"Records": batch.wanted})
    failed_at = 0 if result.get("error") else _first_failure(mapping, batch, result.get("body"))
    if failed_at is None:
        mapping["LastProcessingResult"] = f"OK - {len(batch.wanted)} records"
        _advance(mapping, batch.position + len(batch.read))
        return
    mapping["LastProcessingResult"] = "PROBLEM: Function call failed"
    if failed_at:
        _advance(mapping, batch.position + failed_at)
    else:
        _retry_or_give_up(mapping, batch, result)


def _first_failure(mapping: Mapping, batch: _Batch, answer: Any) -> int | None:
    """Where in the batch the first reported failure stands; an unknown id fails all of it."""
    if "ReportBatchItemFailures" not in (mapping.get("FunctionResponseTypes") or []):
        return None
    failures = answer.get("batchItemFailures") if isinstance(answer, dict) else None
    if not failures:
        return None
    places = {r["dynamodb"]["SequenceNumber"]: place for place, r in enumerate(batch.read)}
    return min(places.get(failure.get("itemIdentifier"), 0) for failure in failures)


def _retry_or_give_up(mapping: Mapping, batch: _Batch, result: dict[str, Any]) -> None:
    trouble = _troubles.setdefault(mapping["UUID"], _Trouble())
    if mapping.get("BisectBatchOnFunctionError") and len(batch.read) > 1:
        trouble.attempts, trouble.limit = 0, len(batch.read) // 2
        return
    trouble.attempts += 1
    reason = _reason_to_give_up(mapping, batch, trouble)
    if reason is None:
        lambdas._esm_backoff_until[mapping["UUID"]] = time.time() + RETRY_AFTER_SECONDS
        return
    lambdas._send_ddb_stream_failure_record(
        mapping, batch.function, batch.wanted, mapping["EventSourceArn"], result, reason
    )
    _advance(mapping, batch.position + len(batch.read))


def _reason_to_give_up(mapping: Mapping, batch: _Batch, trouble: _Trouble) -> str | None:
    retries = mapping.get("MaximumRetryAttempts")
    if retries is not None and 0 <= int(retries) < trouble.attempts:
        return "RetryAttemptsExhausted"
    max_age = int(mapping.get("MaximumRecordAgeInSeconds") or -1)
    oldest = min(r["dynamodb"]["ApproximateCreationDateTime"] for r in batch.wanted)
    if max_age > 0 and time.time() - oldest > max_age:
        return "MaximumRecordAgeExceeded"
    return None
