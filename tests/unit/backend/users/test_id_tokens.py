"""Verifying ID tokens with the pool's own keys: rotation, limits, and what is refused."""

import json
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

from backend.shared.config import config
from backend.shared.errors import Unauthorized
from backend.users import id_tokens
from backend.users.id_tokens import (
    FETCHED_AT_MOST_EVERY,
    KEPT_FOR,
    TRIED_AGAIN_AFTER,
    KeysUnreachable,
)

POOL, CLIENT = "eu-central-1_Test00001", "client-1"
ISSUER = f"https://cognito-idp.eu-central-1.amazonaws.com/{POOL}"
NOW = datetime(2030, 5, 1, 12, 0, tzinfo=UTC)
FIRST, SECOND = (rsa.generate_private_key(public_exponent=65537, key_size=2048) for _ in range(2))


class PoolHost:
    """Serves the public keys that it is given, and counts who asks."""

    def __init__(self) -> None:
        self.keys: dict[str, Any] = {"first": FIRST}
        self.asked: list[str] = []
        self.status = 200
        host = self

        class Answer(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                host.asked.append(self.path)
                keys = [
                    json.loads(RSAAlgorithm.to_jwk(key.public_key()))
                    | {"kid": key_id, "alg": "RS256", "use": "sig"}
                    for key_id, key in host.keys.items()
                ]
                self.send_response(host.status)
                self.end_headers()
                self.wfile.write(json.dumps({"keys": keys}).encode())

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self.server = HTTPServer(("127.0.0.1", 0), Answer)
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()


@pytest.fixture
def host(monkeypatch: pytest.MonkeyPatch) -> Iterator[PoolHost]:
    running = PoolHost()
    address = f"http://127.0.0.1:{running.server.server_port}"
    monkeypatch.setenv("AWS_ENDPOINT_URL", address)
    monkeypatch.setenv("USER_POOL_ID", POOL)
    monkeypatch.setenv("USER_POOL_CLIENT_ID", CLIENT)
    config.cache_clear()
    id_tokens._keys.cache_clear()
    yield running
    running.server.shutdown()
    running.server.server_close()
    config.cache_clear()
    id_tokens._keys.cache_clear()


def token(key: Any = FIRST, kid: str = "first", *, without: str = "", **changes: Any) -> str:
    now = int(time.time())
    claims = {
        "iss": ISSUER,
        "aud": CLIENT,
        "token_use": "id",
        "sub": "user-1",
        "iat": now,
        "exp": now + 3600,
        "email": "ada@example.org",
    }
    claims = {name: value for name, value in (claims | changes).items() if name != without}
    return jwt.encode(claims, key, algorithm="RS256", headers={"kid": kid})


def test_genuine_token_gives_its_claims_and_keys_are_fetched_once(host):
    claims = [id_tokens.verify(token(), now=NOW) for _ in range(3)]

    assert {(one["sub"], one["email"]) for one in claims} == {("user-1", "ada@example.org")}
    assert host.asked == [f"/{POOL}/.well-known/jwks.json"]


def test_new_key_of_the_pool_is_taken_when_a_token_names_it(host):
    id_tokens.verify(token(), now=NOW)
    host.keys = {"second": SECOND}
    later = NOW + FETCHED_AT_MOST_EVERY

    assert id_tokens.verify(token(SECOND, "second"), now=later)["sub"] == "user-1"
    with pytest.raises(Unauthorized):
        id_tokens.verify(token(), now=later)


def test_unknown_keys_do_not_make_us_ask_again_and_again(host):
    for second in range(30):
        with pytest.raises(Unauthorized):
            id_tokens.verify(
                token(SECOND, f"made-up-{second}"), now=NOW + timedelta(seconds=second)
            )
    assert len(host.asked) == 1

    with pytest.raises(Unauthorized):
        id_tokens.verify(token(SECOND, "made-up"), now=NOW + FETCHED_AT_MOST_EVERY)
    assert len(host.asked) == 2


def test_key_that_the_pool_withdrew_does_not_live_on(host):
    id_tokens.verify(token(), now=NOW)
    host.keys = {"second": SECOND}

    with pytest.raises(Unauthorized):
        id_tokens.verify(token(), now=NOW + KEPT_FOR)


def test_unreachable_keys_are_no_verdict(host):
    host.status = 500

    with pytest.raises(KeysUnreachable):
        id_tokens.verify(token(), now=NOW)


def test_pool_that_cannot_be_reached_is_not_asked_at_each_request(host):
    host.status = 500
    for part in range(4):
        with pytest.raises(KeysUnreachable):
            id_tokens.verify(token(), now=NOW + TRIED_AGAIN_AFTER * part / 4)
    assert len(host.asked) == 1

    host.status = 200

    assert id_tokens.verify(token(), now=NOW + TRIED_AGAIN_AFTER)["sub"] == "user-1"


def test_known_keys_count_while_the_pool_cannot_be_reached(host):
    id_tokens.verify(token(), now=NOW)
    host.status = 500
    later = NOW + FETCHED_AT_MOST_EVERY

    for _ in range(3):
        with pytest.raises(KeysUnreachable):
            id_tokens.verify(token(SECOND, "made-up"), now=later)
        assert id_tokens.verify(token(), now=later)["sub"] == "user-1"
    assert len(host.asked) == 2

    with pytest.raises(KeysUnreachable):
        id_tokens.verify(token(), now=NOW + KEPT_FOR)


def test_clock_that_goes_back_is_no_reason_to_trust_old_keys(host):
    id_tokens.verify(token(), now=NOW)
    host.keys = {"second": SECOND}

    with pytest.raises(Unauthorized):
        id_tokens.verify(token(), now=NOW - timedelta(seconds=1))


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": ISSUER + "x"},
        {"aud": "another-client"},
        {"token_use": "access"},
        {"exp": 1_700_000_000},
        {"without": "exp"},
        {"without": "sub"},
        {"without": "aud"},
        {"without": "token_use"},
        {"key": SECOND},
        {"kid": "unknown"},
    ],
    ids=lambda changes: (
        " ".join(f"{name}={text}" for name, text in changes.items() if name != "key") or "other key"
    ),
)
def test_any_other_token_is_refused(host, changes):
    with pytest.raises(Unauthorized):
        id_tokens.verify(token(**changes), now=NOW)


@pytest.mark.parametrize("text", ["", "a", "a.b.c", "é.é.é", "x" * 100_000, "..", "\x00"])
def test_what_is_no_token_is_refused_without_asking_the_pool(host, text):
    with pytest.raises(Unauthorized):
        id_tokens.verify(text, now=NOW)

    assert host.asked == []


def test_other_algorithms_are_refused(host):
    unsigned = jwt.encode({"sub": "user-1"}, None, algorithm="none", headers={"kid": "first"})
    secret = "s" * 64
    shared = jwt.encode({"sub": "user-1"}, secret, algorithm="HS256", headers={"kid": "first"})

    for text in (unsigned, shared):
        with pytest.raises(Unauthorized):
            id_tokens.verify(text, now=NOW)
