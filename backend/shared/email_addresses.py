"""What an e-mail address may be, and the one spelling in which it is stored and compared."""

import re
import unicodedata

from backend.shared.actor import normalise_email
from backend.shared.errors import BadInput

_PLAIN_ADDRESS = re.compile(r"[a-z0-9_+-]+(\.[a-z0-9_+-]+)*@[a-z0-9-]+(\.[a-z0-9-]+)+")


def address_key(email: str) -> str:
    """One spelling of an address, however it was typed."""
    return unicodedata.normalize("NFC", normalise_email(email))


def checked_email(email: str) -> str:
    """The address in the spelling it is stored in; refuses with ``BadInput`` on ``email``."""
    typed = address_key(email)
    if len(typed) <= 254 and _PLAIN_ADDRESS.fullmatch(typed):
        return typed
    # Everything unusual; loading the rules takes a while.
    from email_validator import EmailNotValidError, validate_email

    try:
        valid = validate_email(typed, check_deliverability=False)
    except EmailNotValidError as refusal:
        raise BadInput({"email": f"This is no e-mail address: {refusal}"}) from None
    return address_key(valid.normalized)
