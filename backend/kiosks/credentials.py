"""What a kiosk proves itself by, and the code that gets it there. Pure.

The credential is ``<id>.<secret>``: the id is the event's uuid (32 hex digits) and the kiosk's own
id (8 characters), so it leads to the kiosk by one keyed read; the secret is 256 random bits. The
table keeps only its SHA-256, which for a random secret is as good as any slow hash.
"""

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

from backend.shared import base32
from backend.shared.secrets_manager import stage_hmac_key

CODE_LIVES_FOR = timedelta(minutes=10)
CODE_LENGTH = 8
_TEXT = re.compile(r"([0-9a-f]{32})([0-9A-HJKMNP-TV-Z]{8})\.([0-9A-Za-z_-]{43})")
_READ_AS = str.maketrans({"O": "0", "I": "1", "L": "1", "-": None, " ": None})


@dataclass(frozen=True, slots=True)
class Credential:
    """A credential taken apart. Its secret stays out of ``repr``, hence out of tracebacks."""

    event_id: str
    kiosk_id: str
    secret: str = field(repr=False)

    @property
    def text(self) -> str:
        """``<id>.<secret>``, shown to the device once."""
        return f"{UUID(self.event_id).hex}{self.kiosk_id}.{self.secret}"

    @property
    def hashed(self) -> str:
        """What the table keeps of the secret."""
        return hashlib.sha256(self.secret.encode()).hexdigest()

    def fits(self, hashed: str | None) -> bool:
        """Whether this is the secret that was kept as ``hashed``; in constant time."""
        return hmac.compare_digest(self.hashed, hashed or "")


def new_credential(event_id: str, kiosk_id: str) -> Credential:
    """A credential with a fresh secret."""
    return Credential(event_id, kiosk_id, secrets.token_urlsafe(32))


def read_credential(text: str) -> Credential | None:
    """The credential that a text spells, or ``None`` when it cannot be one."""
    parts = _TEXT.fullmatch(text)
    return Credential(str(UUID(parts[1])), parts[2], parts[3]) if parts else None


def new_kiosk_id() -> str:
    """Eight random Crockford base32 characters; unique within the event by a condition."""
    return base32.encode(secrets.token_bytes(5))


def new_code() -> str:
    """``7K3MQ2XD``: forty random bits, to be typed or scanned within ``CODE_LIVES_FOR``."""
    return base32.encode(secrets.token_bytes(5))


def shown_code(code: str) -> str:
    """``7K3M-Q2XD``: easier to read from one screen and type on another."""
    return f"{code[:4]}-{code[4:]}"


def read_code(text: str) -> str | None:
    """The code a person typed, forgiving case, dashes, spaces, and O, I, L for 0 and 1."""
    code = text.strip().upper().translate(_READ_AS)
    return code if len(code) == CODE_LENGTH and set(code) <= set(base32.ALPHABET) else None


def hash_of_code(code: str) -> str:
    """What the table keeps of a code: keyed, because forty bits alone could be tried out."""
    return hmac.new(stage_hmac_key(), f"pairing\n{code}".encode(), hashlib.sha256).hexdigest()
