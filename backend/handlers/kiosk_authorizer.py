"""Lambda ``KioskAuthorizerFunction``: asked by the gateway who sends scans."""

from typing import Any

from backend.kiosks import authorizer
from backend.shared.clock import utc_now
from backend.shared.errors import DomainError, Unauthorized
from backend.shared.observability import logger


class Refused(Exception):
    """The gateway answers 401 when the message is exactly ``Unauthorized``, else 500."""


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """The policy for who is known; raises ``Refused`` for everybody else."""
    try:
        return authorizer.identify(event, now=utc_now())
    except Unauthorized as refusal:
        _log(refusal)
        raise Refused("Unauthorized") from None


def _log(refusal: DomainError) -> None:
    """Why, never what was shown."""
    logger.info("not let through", extra={"outcome": refusal.code})
