"""How the invitation of an address is found without a link: by a key that tells nothing."""

import hashlib
import hmac

from backend.shared import base32
from backend.shared.email_addresses import address_key
from backend.shared.secrets_manager import stage_hmac_key

PREFIX = "~"
"""Sorts after every user id, so that members and invitations of an event list apart."""


def invitee_key(email: str) -> str:
    """What an address is called in the team table: ``~`` and 80 bits of an HMAC in base32.

    The same at every event, so that a person finds all invitations at once.
    """
    message = f"team\n{address_key(email)}".encode()
    digest = hmac.new(stage_hmac_key(), message, hashlib.sha256).digest()
    return PREFIX + base32.encode(digest[:10])


def is_invitee_key(text: str) -> bool:
    """Whether a text from outside can be the key of an invitation."""
    return (
        text.startswith(PREFIX)
        and len(text) == len(PREFIX) + 16
        and set(text[1:]) <= set(base32.ALPHABET)
    )
