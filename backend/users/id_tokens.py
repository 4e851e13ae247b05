"""Verifying ID tokens ourselves, where no Cognito authorizer does it for us.

The pool's public keys are fetched once and again when a token names one that is not among them,
but never more often than every half minute: anybody can send a token with an unknown key. Where
fetching fails, it is tried again after two seconds, and tokens of keys that are known still count.
"""

import threading
from datetime import datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any

from backend.shared.config import config
from backend.shared.errors import Unauthorized

if TYPE_CHECKING:
    from jwt import PyJWK

KEPT_FOR = timedelta(hours=12)
"""After so long the keys are fetched again: one that the pool withdrew must not live on."""
FETCHED_AT_MOST_EVERY = timedelta(seconds=30)
TRIED_AGAIN_AFTER = timedelta(seconds=2)
"""When the pool could not be reached; nobody is to wait for it at each request."""
_TIMEOUT_SECONDS = 3
_LONGEST = 8192
_KIND = "id"


class KeysUnreachable(Exception):
    """The pool's keys cannot be fetched, so nothing is known about any token."""


class _PoolKeys:
    """The public keys of the stage's user pool, by key id."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._lock = threading.Lock()
        self._keys: dict[str, PyJWK] = {}
        self._fetched_at: datetime | None = None
        self._failed_at: datetime | None = None

    def find(self, key_id: str, *, now: datetime) -> "PyJWK | None":
        """The key with this id, fetched if it has to be; ``KeysUnreachable`` if it cannot."""
        with self._lock:
            is_fresh = _is_within(KEPT_FOR, self._fetched_at, now)
            if is_fresh and key_id in self._keys:
                return self._keys[key_id]
            if _is_within(FETCHED_AT_MOST_EVERY, self._fetched_at, now):
                return None
            if _is_within(TRIED_AGAIN_AFTER, self._failed_at, now):
                raise KeysUnreachable
            try:
                self._keys = self._fetch()
            except KeysUnreachable:
                self._failed_at = now
                raise
            self._fetched_at = now
            return self._keys.get(key_id)

    def _fetch(self) -> "dict[str, PyJWK]":
        from jwt import PyJWKClient, PyJWKSet, PyJWTError

        client = PyJWKClient(self._url, cache_jwk_set=False, timeout=_TIMEOUT_SECONDS)
        try:
            fetched = PyJWKSet.from_dict(client.fetch_data())
        except PyJWTError as error:
            raise KeysUnreachable from error
        return {key.key_id: key for key in fetched.keys if key.key_id}


def _is_within(span: timedelta, since: datetime | None, now: datetime) -> bool:
    return since is not None and timedelta(0) <= now - since < span


def verify(token: str, *, now: datetime) -> dict[str, Any]:
    """The claims of a genuine ID token of the stage's own client.

    Refuses (``Unauthorized``) any other: signature, algorithm, issuer, client, use, expiry.
    Raises ``KeysUnreachable`` when that cannot be told.
    """
    import jwt

    if len(token) > _LONGEST:
        raise _refused()
    try:
        key_id = jwt.get_unverified_header(token).get("kid")
        key = _keys().find(key_id, now=now) if isinstance(key_id, str) else None
        if key is None:
            raise _refused()
        claims: dict[str, Any] = jwt.decode(
            token,
            key,
            algorithms=["RS256"],
            audience=config().user_pool_client_id,
            issuer=_issuer(),
            options={"require": ["exp", "iat", "sub", "aud", "iss", "token_use"]},
        )
    except jwt.PyJWTError:
        raise _refused() from None
    if claims["token_use"] != _KIND:
        raise _refused()
    return claims


@cache
def _keys() -> _PoolKeys:
    pool = config().user_pool_id
    endpoint = config().aws_endpoint_url
    base = f"{endpoint}/{pool}" if endpoint else _issuer()
    return _PoolKeys(f"{base}/.well-known/jwks.json")


def _issuer() -> str:
    pool = config().user_pool_id
    return f"https://cognito-idp.{pool.partition('_')[0]}.amazonaws.com/{pool}"


def _refused() -> Unauthorized:
    return Unauthorized("Sign in first.")
