"""Following a table's stream: each record by itself, failures told one by one.

A record that fails is delivered again with all after it, so a reaction must bear being
repeated.
"""

from collections.abc import Callable
from typing import Any

from aws_lambda_powertools.utilities.batch import (
    BatchProcessor,
    EventType,
    process_partial_response,
)
from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
from aws_lambda_powertools.utilities.data_classes.dynamo_db_stream_event import DynamoDBRecord
from aws_lambda_powertools.utilities.typing import LambdaContext

from backend.shared.failures import traits_of
from backend.shared.observability import logger

Reaction = Callable[[DynamoDBRecord], None]
Handler = Callable[[dict[str, Any], LambdaContext], PartialItemFailureResponse]


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
