"""Lambda ``LoginFunction``: signs people in and out and resets passwords."""

from backend.shared.http import api
from backend.users.api import router

handler = api(router)
