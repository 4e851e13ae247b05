"""Emptying the gateway's cache, against a gateway that only writes down what it is asked."""

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any

import pytest

from backend.events import api_cache
from backend.shared.config import config


class Gateway(HTTPServer):
    asked: list[tuple[str, str]]
    status = 202


class _Handler(BaseHTTPRequestHandler):
    def do_DELETE(self) -> None:
        assert isinstance(self.server, Gateway)
        self.server.asked.append((self.command, self.path))
        self.send_response(self.server.status)
        body = json.dumps({"message": "No cache for canary@example.com."}).encode()
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.fixture
def gateway(monkeypatch: pytest.MonkeyPatch) -> Iterator[Gateway]:
    server = Gateway(("127.0.0.1", 0), _Handler)
    server.asked = []
    Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{server.server_port}")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    monkeypatch.setenv("EVENT_CACHE", "api1/production")
    config.cache_clear()
    yield server
    server.shutdown()
    server.server_close()
    config.cache_clear()


def test_cache_of_the_stage_is_emptied_by_one_call(gateway):
    api_cache.forget()

    assert gateway.asked == [("DELETE", "/restapis/api1/stages/production/cache/data")]


def test_stage_without_a_cache_asks_nothing(gateway, monkeypatch):
    monkeypatch.setenv("EVENT_CACHE", "")

    api_cache.forget()

    assert gateway.asked == []


def test_refused_emptying_is_logged_without_its_words_and_stops_nothing(gateway, caplog):
    gateway.status = 400

    api_cache.forget()

    assert [record.getMessage() for record in caplog.records] == [
        "the cache of events was not emptied"
    ]
    assert "canary" not in str([vars(record) for record in caplog.records])
