"""Lambda ``RegistrationsFunction``: guests register, and the team sees who did."""

from backend import cold_start  # noqa: F401 - before anything else
from backend.registrations.api import router
from backend.registrations.event_app import router as event_app_router
from backend.shared.http import api

handler = api(router, event_app_router)
