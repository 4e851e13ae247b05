"""Lambda ``EventsStreamFunction``: what follows from a change of an event."""

from aws_lambda_powertools.utilities.data_classes.dynamo_db_stream_event import DynamoDBRecord

from backend.events.streams import follow_event
from backend.lifecycle.streams import follow_cancellation, follow_capacity
from backend.shared.stream_batches import follow


def _follow(record: DynamoDBRecord) -> None:
    follow_event(record)
    follow_capacity(record)
    follow_cancellation(record)


handler = follow(_follow)
