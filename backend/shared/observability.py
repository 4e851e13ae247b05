"""One field set for the logs of Lambdas and portal; outcome metrics per operation.

No e-mail, name, token or ticket ever goes into a field.
"""

import os

from aws_lambda_powertools import Logger, Metrics

logger = Logger(service=os.environ.get("POWERTOOLS_SERVICE_NAME", "foyer"), utc=True)
metrics = Metrics(namespace=os.environ.get("POWERTOOLS_METRICS_NAMESPACE", "Foyer"))


def trace_id() -> str:
    """The X-Ray root id of the present Lambda call, or an empty text."""
    parts = dict(
        part.split("=", 1)
        for part in os.environ.get("_X_AMZN_TRACE_ID", "").split(";")
        if "=" in part
    )
    return parts.get("Root", "")
