"""Lambda ``ScansFunction``: admits tickets at the door."""

from backend import cold_start  # noqa: F401 - before anything else
from backend.checkin.api import router
from backend.shared.http import api

handler = api(router)
