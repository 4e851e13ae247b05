"""Tokens that must not let anyone in, made from a good one."""

import base64
import json
from pathlib import Path
from typing import Any

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from tests.support.api import Person, Pool


def forged(person: Person, *, pool: Pool, key_file: Path) -> dict[str, str]:
    """Every kind of bad token by its name; ``key_file`` is the pool's own signing key."""
    header = jwt.get_unverified_header(person.id_token)
    claims = jwt.decode(person.id_token, options={"verify_signature": False})
    key = key_file.read_bytes()
    own = serialization.load_pem_private_key(key, None)
    public = own.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    foreign = rsa.generate_private_key(public_exponent=65537, key_size=2048)

    def signed(
        changes: dict[str, Any],
        *,
        by: Any = key,
        algorithm: str = "RS256",
        kid: str = header["kid"],
    ) -> str:
        return jwt.encode(claims | changes, by, algorithm=algorithm, headers={"kid": kid})

    head, body, signature = person.id_token.split(".")
    changed = _encoded(claims | {"sub": "somebody-else"})
    return {
        "garbage": "garbage",
        "three parts of garbage": "a.b.c",
        "access token": person.access_token,
        "refresh token": person.refresh_token,
        "expired": signed({"exp": 1_700_000_000}),
        "another client": signed({"aud": "another-client"}),
        "another pool": signed({"iss": claims["iss"] + "x"}),
        "no token_use": signed({"token_use": "access"}),
        "foreign key": signed({}, by=foreign),
        "unknown key id": signed({}, kid="unknown"),
        "changed claims": f"{head}.{changed}.{signature}",
        "signature cut off": f"{head}.{body}.",
        "unsigned": f"{_encoded({'alg': 'none', 'typ': 'JWT'})}.{body}.",
        "signed with the public key": _hs256(header["kid"], body, public),
        "stranger's scheme": f"Basic {person.id_token}",
    }


def _encoded(value: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


def _hs256(kid: str, body: str, secret: bytes) -> str:
    """PyJWT rightly refuses to make this one."""
    import hashlib
    import hmac

    signed = f"{_encoded({'alg': 'HS256', 'kid': kid})}.{body}"
    digest = hmac.new(secret, signed.encode(), hashlib.sha256).digest()
    return f"{signed}.{base64.urlsafe_b64encode(digest).decode().rstrip('=')}"
