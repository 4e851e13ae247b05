"""Django's SECRET_KEY: derived from the stage's secret, and only when first needed.

Most requests sign nothing, so most cold starts never ask Secrets Manager for it.
"""

import hashlib
import hmac

from django.utils.functional import lazy

from backend.shared.secrets_manager import stage_hmac_key


def derive() -> str:
    """86 characters that only this stage's secret leads to."""
    return hmac.new(stage_hmac_key(), b"portal: django secret key", hashlib.sha512).hexdigest()


lazy_secret_key = lazy(derive, str)
