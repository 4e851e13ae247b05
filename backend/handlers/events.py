"""Lambda ``EventsFunction``: what organisers do with events."""

from backend.events.api import router
from backend.shared.http import api

handler = api(router)
