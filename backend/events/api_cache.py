"""The gateway's cache of published events, where the stage keeps one.

The environment says where (``EVENT_CACHE``, ``<api>/<stage>``), and nothing where there is none.
"""

import os
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from backend.shared.aws_session import aws_session
from backend.shared.config import config
from backend.shared.observability import logger


def forget() -> None:
    """Have the gateway ask for every event again; one call, none where the stage keeps no cache.

    Never refuses: what the gateway would not forget now, it forgets within ``EventCacheSeconds``.
    """
    api, _, stage = os.environ.get("EVENT_CACHE", "").partition("/")
    if not stage:
        return
    try:
        gateway: Any = aws_session().create_client("apigateway", region_name=config().region)
        gateway.flush_stage_cache(restApiId=api, stageName=stage)
    except (BotoCoreError, ClientError) as error:
        logger.warning("the cache of events was not emptied", error_type=type(error).__name__)
