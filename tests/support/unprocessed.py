"""Batch reads that DynamoDB answers in part, as where a partition is throttled."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tests.support.interleaving import dynamodb_client

BATCH = "dynamodb.BatchGetItem"


@contextmanager
def answered_in_part(*shares: int) -> Iterator[list[dict[str, Any]]]:
    """The next batch reads answer so many keys each and leave the others out; what was asked.

    With ``answered_in_part(1, 0)`` the first answers one key, the second none, and from the third
    on everything is answered.
    """
    asked: list[dict[str, Any]] = []
    left_out: dict[str, Any] = {}

    def cut(params: dict[str, Any], **_: Any) -> None:
        ((table, wanted),) = json.loads(params["body"])["RequestItems"].items()
        asked.append(wanted)
        left_out.clear()
        if len(asked) > len(shares):
            return
        share = shares[len(asked) - 1]
        left_out[table] = wanted | {"Keys": wanted["Keys"][share:]}
        # At least one is asked for: DynamoDB takes no empty batch.
        sent = wanted | {"Keys": wanted["Keys"][: share or 1]}
        params["body"] = json.dumps({"RequestItems": {table: sent}}).encode()

    def leave_out(parsed: dict[str, Any], **_: Any) -> None:
        parsed["UnprocessedKeys"] = dict(left_out)
        if left_out and not shares[len(asked) - 1]:
            parsed["Responses"] = {table: [] for table in left_out}

    events = dynamodb_client().meta.events
    events.register(f"before-call.{BATCH}", cut)
    events.register(f"after-call.{BATCH}", leave_out)
    try:
        yield asked
    finally:
        events.unregister(f"before-call.{BATCH}", cut)
        events.unregister(f"after-call.{BATCH}", leave_out)
