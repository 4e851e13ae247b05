"""Lambda ``PublicEventsFunction``: what anyone may see of events; has no right to write."""

from backend.events.api import public_router
from backend.shared.http import api

handler = api(public_router)
