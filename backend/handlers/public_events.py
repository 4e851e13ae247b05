"""Lambda ``PublicEventsFunction``: what anyone may see of events; has no right to write."""

from backend import cold_start  # noqa: F401 - before anything else
from backend.events.api.event_app_public import router as event_app_router
from backend.events.api.public import router
from backend.sessions.api.public import router as sessions_router
from backend.shared.http import api

handler = api(router, event_app_router, sessions_router)
