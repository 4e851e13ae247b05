"""Lambda ``SessionsFunction``: guests book sessions, and see what they booked."""

from backend import cold_start  # noqa: F401 - before anything else
from backend.sessions.api.bookings import router
from backend.shared.http import api

handler = api(router)
