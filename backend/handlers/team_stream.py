"""Lambda ``TeamStreamFunction`` (infra/streams.yaml): activity of a team, and mails to the invited."""

from aws_lambda_powertools.utilities.data_classes.dynamo_db_stream_event import DynamoDBRecord

from backend.events.mails import enqueue_invitation
from backend.shared.clock import utc_now
from backend.shared.stream_batches import follow
from backend.team.streams import record_change


def _follow_team(record: DynamoDBRecord) -> None:
    record_change(record)
    enqueue_invitation(record, now=utc_now())


handler = follow(_follow_team)
