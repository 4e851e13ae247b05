"""Lambda ``TeamStreamFunction`` (infra/streams.yaml): activity of a team, mails to the invited.

Who leaves is told of no further guest requests.
"""

from aws_lambda_powertools.utilities.data_classes.dynamo_db_stream_event import DynamoDBRecord

from backend.events.mails import enqueue_invitation
from backend.guest_requests.streams import follow_team
from backend.shared.clock import utc_now
from backend.shared.stream_batches import follow
from backend.team.streams import record_change


def _follow_team(record: DynamoDBRecord) -> None:
    record_change(record)
    enqueue_invitation(record, now=utc_now())
    follow_team(record)


handler = follow(_follow_team)
