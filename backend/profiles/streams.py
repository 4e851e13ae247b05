"""Reactions to changes of the ``profiles`` table."""

from aws_lambda_powertools.utilities.data_classes.dynamo_db_stream_event import DynamoDBRecord

from backend.profiles import services
from backend.shared.clock import utc_now
from backend.shared.observability import logger


def greet(record: DynamoDBRecord) -> None:
    """Log ``WELCOME`` with the user id, once per new profile. Bears being repeated.

    What is noted first is never said twice; should the process die right after, it is not said.
    """
    if record["eventName"] != "INSERT":
        return
    user_id = record["dynamodb"]["Keys"]["userId"]["S"]
    if services.welcome(user_id=user_id, now=utc_now()):
        logger.info("WELCOME", extra={"user_id": user_id})
