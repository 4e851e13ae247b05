"""Lambda ``ProfilesStreamFunction`` (infra/streams.yaml): greets the owners of new profiles."""

from aws_lambda_powertools.utilities.data_classes.dynamo_db_stream_event import DynamoDBRecord

from backend.notifications.mails import enqueue_welcome
from backend.profiles.streams import greet
from backend.shared.clock import utc_now
from backend.shared.stream_batches import follow


def _follow_profile(record: DynamoDBRecord) -> None:
    # The mail first: it bears being asked for again, a greeting that was noted is not said again.
    enqueue_welcome(record, now=utc_now())
    greet(record)


handler = follow(_follow_profile)
