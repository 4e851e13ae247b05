"""Limits how often somebody may try to sign in, sign up, reset a password, pair a device or type its PIN.

Counted per address or device, if there is one, and per client in windows of a quarter of an hour. The table holds
keyed hashes, never an address. The answer is the same for known and unknown addresses.
"""

import hashlib
import hmac
from datetime import datetime

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext as _

from backend.shared.actor import normalise_email
from backend.shared.db import StaleWrite
from backend.shared.errors import TooManyAttempts
from backend.shared.secrets_manager import stage_hmac_key
from backend.users.models import WebSession

WINDOW_SECONDS = 15 * 60


def count_attempt(
    request: HttpRequest, *, what: str, email: str = "", device: str = "", now: datetime
) -> None:
    """Count one attempt at ``what``; refuses with ``TooManyAttempts`` past the limit.

    Writes one counter for the address or the device, if it is about one, and one for the client's
    network address.
    """
    subjects = {f"client\n{request.META.get('REMOTE_ADDR', '')}": settings.ATTEMPTS_PER_CLIENT}
    if email:
        about = f"address\n{normalise_email(email)}"
        subjects = {about: settings.ATTEMPTS_PER_ADDRESS, **subjects}
    if device:
        subjects = {f"device\n{device}": settings.ATTEMPTS_PER_DEVICE, **subjects}
    for who, limit in subjects.items():
        try:
            _add(f"{what}\n{who}", limit=limit, now=now)
        except StaleWrite:
            raise TooManyAttempts(
                _("Too many attempts. Please wait a quarter of an hour and try again.")
            ) from None


def _add(subject: str, *, limit: int, now: datetime) -> None:
    digest = hmac.new(stage_hmac_key(), subject.encode(), hashlib.sha256).hexdigest()
    window = int(now.timestamp()) // WINDOW_SECONDS
    WebSession.count_attempt(
        f"attempts#{digest}#{window}",
        limit=limit,
        expires_at=(window + 2) * WINDOW_SECONDS,
    )
