"""Lambda ``GuestRequestsStreamFunction``: what follows from a change of a guest request."""

from aws_lambda_powertools.utilities.data_classes.dynamo_db_stream_event import DynamoDBRecord

from backend.guest_requests import streams
from backend.shared.clock import utc_now
from backend.shared.stream_batches import follow


def _follow(record: DynamoDBRecord) -> None:
    streams.follow(record, now=utc_now())


handler = follow(_follow)
