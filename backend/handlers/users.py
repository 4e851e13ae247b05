"""Lambda ``UsersFunction``: administrators keep the users, and users themselves."""

from backend import cold_start  # noqa: F401 - before anything else
from backend.lifecycle.api import router as erasure_router
from backend.shared.http import api
from backend.users.api import users_router

handler = api(users_router, erasure_router)
