"""An API Gateway that only writes down what it is asked: the local cloud's keeps no cache."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any

import pytest


class Gateway(HTTPServer):
    """``asked``: every request's method and path; ``status``: what it answers."""

    asked: list[tuple[str, str]]
    status = 202


class _Handler(BaseHTTPRequestHandler):
    server: Gateway

    def do_DELETE(self) -> None:
        self.server.asked.append((self.command, self.path))
        self.send_response(self.server.status)
        body = json.dumps({"message": "No cache for canary@example.com."}).encode()
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@contextmanager
def caching_gateway(monkeypatch: pytest.MonkeyPatch) -> Iterator[Gateway]:
    """The gateway of a stage that keeps events, and the environment that points there."""
    server = Gateway(("127.0.0.1", 0), _Handler)
    server.asked = []
    Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    monkeypatch.setenv("AWS_ENDPOINT_URL_API_GATEWAY", f"http://127.0.0.1:{server.server_port}")
    monkeypatch.setenv("EVENT_CACHE", "api1/production")
    yield server
    server.shutdown()
    server.server_close()
