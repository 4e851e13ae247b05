"""Lambda ``UsersAuthorizerFunction``: asked by the gateway who may call ``/users``."""

from typing import Any

from backend.shared.clock import utc_now
from backend.shared.errors import Unauthorized
from backend.shared.observability import logger
from backend.users import authorizer


class Refused(Exception):
    """The gateway answers 401 when the message is exactly ``Unauthorized``, else 500."""


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """The policy for who is known; raises ``Refused`` for everybody else."""
    try:
        return authorizer.identify(event, now=utc_now())
    except Unauthorized as refusal:
        # Why, never what was shown.
        logger.info("not let through", extra={"outcome": refusal.code})
        raise Refused("Unauthorized") from None
