"""Lambda ``HealthFunction``: whether the API is there; also answers every route's preflight.

Browsers ask before they call from another origin. The gateway sends those questions here,
whatever the path, because this function has no rights that could be misused; ``api`` answers
them with the stage's list of origins.
"""

from backend import cold_start  # noqa: F401 - before anything else
from backend.shared.http import ApiRouter, api
from backend.shared.shapes import Answer

VERSION = "0.1.0"
router = ApiRouter("health")


class Health(Answer):
    """That the service runs, and which version of it."""

    ok: bool
    service: str
    version: str


@router.serve("GET", "/health", answer=Health, public=True)
def check_health() -> Health:
    """Say that the API is there.

    Nothing else is asked: no table, no other service.
    """
    return Health(ok=True, service="foyer", version=VERSION)


handler = api(router)
