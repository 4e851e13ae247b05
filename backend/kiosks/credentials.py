"""What a kiosk proves itself by, and the code that gets it there. Pure.

The credential is ``<id>.<secret>``: the id is the event's uuid (32 hex digits) and the kiosk's own
id (8 characters), so it leads to the kiosk by one keyed read; the secret is 256 random bits. The
table keeps only its SHA-256, which for a random secret is as good as any slow hash. A PIN is no
random secret: it is kept by a slow hash, salted for each kiosk and keyed for the stage.
"""

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from backend.shared import base32
from backend.shared.secrets_manager import stage_hmac_key

CODE_LIVES_FOR = timedelta(minutes=10)
CODE_LENGTH = 8
UNLOCKED_FOR = timedelta(minutes=15)
"""How long the crew has a self-service kiosk to itself after its PIN."""
_SCRYPT = {"n": 2**14, "r": 8, "p": 1}
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


def new_pin_hash(pin: str) -> str:
    """What the table keeps of a PIN: ``<salt>.<hash>``. Takes some 50 ms, on purpose."""
    salt = secrets.token_hex(16)
    return f"{salt}.{_hash_of_pin(pin, salt)}"


def pin_fits(pin: str, kept: str | None) -> bool:
    """Whether this is the PIN that was kept so; never, where none was."""
    salt, _, hashed = (kept or "").partition(".")
    return bool(hashed) and hmac.compare_digest(_hash_of_pin(pin, salt), hashed)


def new_proof(subject: str, *, until: datetime) -> str:
    """``<seconds>.<signature>``: that the crew has the kiosk of this ``subject`` for itself."""
    seconds = str(int(until.timestamp()))
    return f"{seconds}.{_signature(subject, seconds)}"


def proof_holds(text: str, subject: str, *, now: datetime) -> bool:
    """Whether such a proof is ours, about this ``subject``, and not over."""
    seconds, _, signature = text.partition(".")
    if not hmac.compare_digest(_signature(subject, seconds).encode(), signature.encode()):
        return False
    left = int(seconds) - now.timestamp()
    return 0 < left <= UNLOCKED_FOR.total_seconds()


def _hash_of_pin(pin: str, salt: str) -> str:
    keyed = hmac.new(stage_hmac_key(), f"kiosk pin\n{pin}".encode(), hashlib.sha256).digest()
    return hashlib.scrypt(keyed, salt=salt.encode(), **_SCRYPT).hex()


def _signature(subject: str, seconds: str) -> str:
    said = f"kiosk unlocked\n{subject}\n{seconds}".encode()
    return hmac.new(stage_hmac_key(), said, hashlib.sha256).hexdigest()
