"""Lambda ``LoginFunction``: signs people in and out and resets passwords."""

from backend import cold_start  # noqa: F401 - before anything else
from backend.shared.http import api
from backend.users.api import router

handler = api(router)
