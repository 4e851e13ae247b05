"""Lambda ``GuestRequestsFunction``: guests ask staff for things, and staff take care of them."""

from backend import cold_start  # noqa: F401 - before anything else
from backend.guest_requests.api import router
from backend.shared.http import api

handler = api(router)
