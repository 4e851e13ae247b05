"""Lambda ``UploadsFunction`` (infra/streams.yaml): checks what was put to the media bucket.

Called by EventBridge for every file that arrived at an address which cannot limit its size.
Nothing is served from there. Who fails here is called again, twice, by Lambda itself.
"""

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from backend.events import services
from backend.shared.clock import utc_now
from backend.shared.observability import logger


@logger.inject_lambda_context
def handler(event: dict[str, Any], _: LambdaContext) -> None:
    """Show the image with its event; anything else is deleted."""
    upload: str = event["detail"]["object"]["key"]
    shown = services.attach_upload(upload=upload, now=utc_now())
    logger.info("upload checked", extra={"outcome": "shown" if shown else "removed"})
