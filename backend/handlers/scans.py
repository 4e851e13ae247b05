"""Lambda ``ScansFunction``: admits tickets at the door."""

from backend.checkin.api import router
from backend.shared.http import api

handler = api(router)
