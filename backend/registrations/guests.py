"""How guests are named in keys, and what names and addresses may be. Pure but for the secret."""

import hashlib
import hmac
import secrets
import unicodedata

from backend.shared import base32
from backend.shared.email_addresses import address_key, checked_email
from backend.shared.errors import BadInput
from backend.shared.secrets_manager import stage_hmac_key

__all__ = [
    "address_key",
    "checked_email",
    "checked_name",
    "folded",
    "guest_key",
    "is_guest_key",
    "name_key",
    "name_shard_of",
    "name_shards_of",
    "named_guest_key",
    "random_guest",
    "shard_of",
]

NAME_LENGTH = 200
FOLDED_LENGTH = 60
"""How much of a name orders and finds a guest; an index key has an upper bound."""
NAME_SHARDS = 16
_GUEST_CHARACTERS, _GUEST_BYTES = 16, 10
_KEY_END = "\t"
_STROKES = str.maketrans(
    {"ł": "l", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ħ": "h"}
)
"""Letters that people type without their stroke, though Unicode does not take them apart."""


def guest_key(event_id: str, email: str) -> str:
    """Who a guest is at one event: 80 bits of an HMAC, as 16 Crockford base32 characters.

    The same at every registering, different at every event, and tells nothing.
    """
    return _keyed(f"{event_id}\n{address_key(email)}")


def named_guest_key(event_id: str, name: str) -> str:
    """Who a guest without an address is in a list that may be read twice: known by the name."""
    return _keyed(f"{event_id}\n\n{checked_name(name).casefold()}")


def key_of_form(event_id: str, once: str, name: str) -> str:
    """Who a guest without an address is, whom one form may add twice as it is sent again."""
    return _keyed(f"{event_id}\n\n\n{once}\n{checked_name(name)}")


def _keyed(message: str) -> str:
    digest = hmac.new(stage_hmac_key(), message.encode(), hashlib.sha256).digest()
    return base32.encode(digest[:_GUEST_BYTES])


def is_guest_key(text: str) -> bool:
    """Whether a text from outside can be somebody's key."""
    return len(text) == _GUEST_CHARACTERS and set(text) <= set(base32.ALPHABET)


def random_guest() -> str:
    """The key of a guest without an address."""
    return base32.encode(secrets.token_bytes(_GUEST_BYTES))


def checked_name(name: str) -> str:
    """The name in normal form C, without spaces around it.

    Refuses with ``BadInput`` on ``name``: empty, over 200 characters, or with characters
    that control the text instead of being read.
    """
    clean = unicodedata.normalize("NFC", name).strip()
    if not clean:
        raise BadInput({"name": "A name is needed."})
    if len(clean) > NAME_LENGTH:
        raise BadInput({"name": f"A name has at most {NAME_LENGTH} characters."})
    if any(unicodedata.category(character) in ("Cc", "Cs", "Zl", "Zp") for character in clean):
        raise BadInput({"name": "A name has no control characters."})
    return clean


def folded(name: str) -> str:
    """A name for ordering and finding: no accents, no case, single spaces."""
    decomposed = unicodedata.normalize("NFKD", name.casefold())
    bare = "".join(c for c in decomposed if not unicodedata.combining(c) and c.isprintable())
    return " ".join(bare.casefold().translate(_STROKES).split())[:FOLDED_LENGTH]


def name_key(name: str, guest: str) -> str:
    """The key that orders guests by name; guests of one name by their key."""
    return folded(name) + _KEY_END + guest


def shard_of(event_id: str, guest: str, *, shards: int) -> str:
    """The partition of a registration: ``<event>#R<n>``. The start of a key is enough."""
    return f"{event_id}#R{_spread(guest) % shards}"


def name_shard_of(event_id: str, guest: str, *, shards: int) -> str:
    """The partition of the index by name: ``<event>#N<n>``."""
    return f"{event_id}#N{_spread(guest) % min(shards, NAME_SHARDS)}"


def name_shards_of(event_id: str, *, shards: int) -> list[str]:
    """All partitions of the index by name of an event."""
    return [f"{event_id}#N{number}" for number in range(min(shards, NAME_SHARDS))]


def waiting_shard_of(event_id: str, guest: str, *, shards: int) -> str:
    """The partition of the index of who waits: ``<event>#W<n>``."""
    return f"{event_id}#W{_spread(guest) % min(shards, NAME_SHARDS)}"


def waiting_shards_of(event_id: str, *, shards: int) -> list[str]:
    """All partitions of the index of who waits of an event."""
    return [f"{event_id}#W{number}" for number in range(min(shards, NAME_SHARDS))]


def _spread(guest: str) -> int:
    return base32.ALPHABET.index(guest[0]) * 32 + base32.ALPHABET.index(guest[1])
