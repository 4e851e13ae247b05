"""Pages of long lists, and the opaque tokens that lead from one to the next."""

import base64
import hashlib
import hmac
import json
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from backend.shared.errors import BadInput
from backend.shared.secrets_manager import stage_hmac_key

ItemT = TypeVar("ItemT")
DEFAULT_LIMIT, MAX_LIMIT = 20, 100
_SIGNATURE_BYTES = 16


@dataclass(frozen=True, slots=True)
class Page(Generic[ItemT]):
    """Some items in order, and the key after which the next page starts (``None``: the end)."""

    items: list[ItemT]
    next_key: dict[str, Any] | None = None


def encode_token(next_key: dict[str, Any] | None, *, query: str) -> str | None:
    """An opaque signed token for the next page of exactly this ``query``; ``None`` at the end.

    ``query`` names the list and everything that filters it.
    """
    if next_key is None:
        return None
    payload = json.dumps(next_key, separators=(",", ":"), sort_keys=True).encode()
    return base64.urlsafe_b64encode(_sign(payload, query) + payload).decode().rstrip("=")


def decode_token(token: str | None, *, query: str) -> dict[str, Any] | None:
    """The key a token stands for; ``None`` without a token.

    Refuses (``BadInput`` on ``next_token``) a token that was changed or made for another query.
    """
    if not token:
        return None
    try:
        raw = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
    except ValueError:
        raise _not_ours() from None
    signature, payload = raw[:_SIGNATURE_BYTES], raw[_SIGNATURE_BYTES:]
    if not hmac.compare_digest(signature, _sign(payload, query)):
        raise _not_ours()
    key: dict[str, Any] = json.loads(payload)
    return key


def _sign(payload: bytes, query: str) -> bytes:
    message = query.encode() + b"\0" + payload
    return hmac.new(stage_hmac_key(), message, hashlib.sha256).digest()[:_SIGNATURE_BYTES]


def _not_ours() -> BadInput:
    return BadInput({"next_token": "This token does not belong to this list."})
