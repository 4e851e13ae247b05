"""Lambda ``RequestRemindersFunction`` (infra/streams.yaml), each minute: notes what is late.

Running it twice at once, late, or not for a while harms nothing: each request is noted once.
"""

from collections.abc import Mapping
from typing import Any

from backend.guest_requests import services
from backend.shared.clock import utc_now
from backend.shared.observability import logger


def handler(_event: Mapping[str, Any], _context: object) -> dict[str, int]:
    """Note what is past its target; the answer and a log line say how much that was."""
    done = {"requests_late": services.remind_late(now=utc_now())}
    logger.info("late requests noted", extra=done)
    return done
