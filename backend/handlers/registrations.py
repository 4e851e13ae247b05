"""Lambda ``RegistrationsFunction``: guests register, and the team sees who did."""

from backend.registrations.api import router
from backend.shared.http import api

handler = api(router)
