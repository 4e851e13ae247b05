"""Lambda ``SessionsStreamFunction``: what follows from a change of a session."""

from aws_lambda_powertools.utilities.data_classes.dynamo_db_stream_event import DynamoDBRecord

from backend.sessions.streams import follow_session
from backend.shared.clock import utc_now
from backend.shared.stream_batches import follow


def _follow(record: DynamoDBRecord) -> None:
    follow_session(record.raw_event, now=utc_now())


handler = follow(_follow)
