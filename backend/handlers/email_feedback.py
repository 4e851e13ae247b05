"""Lambda ``EmailFeedbackFunction`` (infra/streams.yaml): keeps which addresses take no mails.

Called by EventBridge for every bounce and complaint that SES tells of. Who fails here is called
again, twice, by Lambda itself.
"""

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from backend.notifications import services
from backend.notifications.feedback import read_feedback
from backend.shared.observability import logger


@logger.inject_lambda_context
def handler(event: dict[str, Any], _: LambdaContext) -> None:
    """Note each address that nothing can be sent to any more."""
    for told in read_feedback(event["detail"]):
        services.suppress(address=told.address, reason=told.reason, at=told.at, key=told.key)
        logger.info("address suppressed", extra={"outcome": told.reason})
