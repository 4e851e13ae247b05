"""Lambda ``EventsFunction``: what organisers do with events."""

from backend import cold_start  # noqa: F401 - before anything else
from backend.events.api.event_app import router as event_app_router
from backend.events.api.organisers import router
from backend.shared.http import api

handler = api(router, event_app_router)
