"""Lambda ``RegisterFunction``: makes accounts and confirms them."""

from backend import cold_start  # noqa: F401 - before anything else
from backend.shared.http import api
from backend.users.api import sign_up_router

handler = api(sign_up_router)
