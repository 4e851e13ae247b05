"""Lambda ``ProfilesFunction``: keeps what people tell about themselves."""

from backend import cold_start  # noqa: F401 - before anything else
from backend.profiles.api import router
from backend.shared.http import api

handler = api(router)
