"""One field set for the logs of Lambdas and portal; outcome metrics per operation.

No e-mail, name, token or ticket ever goes into a field. Every line has ``xray_trace_id`` while
X-Ray traces, from Powertools.
"""

import logging
import os
from typing import Any

from aws_lambda_powertools import Logger

from backend.shared import outcomes

# No line tells them, and asking for the process id is a system call on each.
logging.logProcesses = logging.logThreads = logging.logMultiprocessing = False

logger = Logger(service=os.environ.get("POWERTOOLS_SERVICE_NAME", "foyer"), utc=True)

_BY_OPERATION = [["stage"], ["stage", "operation"]]
_BY_CODE = outcomes.directive([["stage", "outcome"]], {"Refused": "Count"})


def log_request(
    *,
    request: str,
    operation: str,
    actor_kind: str,
    event_id: str,
    outcome: str,
    status: int,
    duration_ms: float,
    cold_start: bool,
) -> None:
    """Write the one line of a served request; its outcome and time count as metrics.

    ``request`` is the request id, ``outcome`` is ``ok`` or the code of the refusal. The
    line carries its metrics in CloudWatch's embedded format: half the cost of a second line.
    By stage and operation ``Served``, ``Refused``, ``Failed`` and ``duration_ms``; by code
    ``Refused``; by stage ``ColdStart`` and what features counted (``outcomes``).
    """
    counted = "Failed" if status >= 500 else "Refused" if status >= 400 else "Served"
    fields: dict[str, Any] = {
        "request": request,
        "stage": outcomes.STAGE,
        "operation": operation,
        "actor_kind": actor_kind,
        "event_id": event_id,
        "outcome": outcome,
        "status": status,
        "cold_start": cold_start,
        "duration_ms": round(duration_ms, 2),
        counted: 1,
    }
    told = [outcomes.directive(_BY_OPERATION, {counted: "Count", "duration_ms": "Milliseconds"})]
    if counted == "Refused":
        told.append(_BY_CODE)
    seen = outcomes.take()
    if cold_start:
        seen["ColdStart"] = 1
    if seen:
        told.append(outcomes.directive([["stage"]], dict.fromkeys(seen, "Count")))
    logger.info("request", extra=fields | seen | {"_aws": outcomes.embedded(*told)})
