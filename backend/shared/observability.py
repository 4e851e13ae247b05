"""One field set for the logs of Lambdas and portal; outcome metrics per operation.

No e-mail, name, token or ticket ever goes into a field.
"""

import logging
import os
import time

from aws_lambda_powertools import Logger

# No line tells them, and asking for the process id is a system call on each.
logging.logProcesses = logging.logThreads = logging.logMultiprocessing = False

logger = Logger(service=os.environ.get("POWERTOOLS_SERVICE_NAME", "foyer"), utc=True)
_NAMESPACE = os.environ.get("POWERTOOLS_METRICS_NAMESPACE", "Foyer")


def trace_id() -> str:
    """The X-Ray root id of the present Lambda call, or an empty text."""
    parts = dict(
        part.split("=", 1)
        for part in os.environ.get("_X_AMZN_TRACE_ID", "").split(";")
        if "=" in part
    )
    return parts.get("Root", "")


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
    """
    counted = "Failed" if status >= 500 else "Refused" if status >= 400 else "Served"
    logger.info(
        "request",
        extra={
            "request": request,
            "operation": operation,
            "actor_kind": actor_kind,
            "event_id": event_id,
            "outcome": outcome,
            "status": status,
            "cold_start": cold_start,
            "xray_trace_id": trace_id(),
            "Duration": round(duration_ms, 2),
            counted: 1,
            "_aws": {
                "Timestamp": int(time.time() * 1000),
                "CloudWatchMetrics": [
                    {
                        "Namespace": _NAMESPACE,
                        "Dimensions": [["service"], ["service", "operation"]],
                        "Metrics": [
                            {"Name": counted, "Unit": "Count"},
                            {"Name": "Duration", "Unit": "Milliseconds"},
                        ],
                    }
                ],
            },
        },
    )
