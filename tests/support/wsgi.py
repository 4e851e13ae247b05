"""The Lambdas' handlers as one WSGI application, for tools that know no gateway."""

import base64
import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

from tests.support.api import Answered
from tests.support.handlers import Handlers, NobodyServes, claims_of

TOKEN = "the administrator's"
"""What stands in ``Authorization`` for the one person that this application knows."""
SOMEBODY = "user-wsgi"
NO_ROUTE = {"error": "There is no such route.", "code": "not_found"}


class HandlersApp:
    """Answers as the gateway would; its authorizer lets exactly ``TOKEN`` in."""

    def __init__(self, document: Path) -> None:
        served_here = {"servers": [{"url": "/"}]}
        self._document = json.dumps(json.loads(document.read_text()) | served_here)
        self._handlers = Handlers()

    def __call__(
        self, environ: dict[str, Any], start_response: Callable[..., Any]
    ) -> Iterable[bytes]:
        if environ["PATH_INFO"] == "/openapi.json":
            start_response("200 OK", [("Content-Type", "application/json")])
            return [self._document.encode()]
        answer = self._answer(environ)
        start_response(f"{answer.status} -", [*answer.headers.items()])
        return [json.dumps(answer.body).encode()]

    def _answer(self, environ: dict[str, Any]) -> Answered:
        sent = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        knows = environ.get("HTTP_AUTHORIZATION") == TOKEN
        headers = {"idempotency-key": environ.get("HTTP_IDEMPOTENCY_KEY", "")}
        if kind := environ.get("CONTENT_TYPE"):
            headers["content-type"] = kind
        try:
            return self._handlers.send(
                environ["REQUEST_METHOD"],
                environ["PATH_INFO"].encode("latin-1").decode(errors="replace"),
                base64.b64encode(sent).decode(),
                claims=claims_of(SOMEBODY, "apiAdmins") if knows else None,
                headers=headers,
                query=dict(parse_qsl(environ["QUERY_STRING"], keep_blank_values=True)),
                base64=True,
            )
        except NobodyServes:
            return Answered(404, NO_ROUTE, {"content-type": "application/json"})
