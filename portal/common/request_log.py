"""One JSON line per request, with the fields that the Lambdas' logs have too.

No address, name, token or ticket: a route is logged by its pattern, and whatever
looks like an e-mail address in a message is blotted out. An exception is logged by its
kind and place: its text may quote what somebody typed.
"""

import json
import logging
import os
import re
import time
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from django.http import HttpRequest, HttpResponseBase

from backend.shared import outcomes
from backend.shared.actor import Actor, ActorKind
from backend.shared.failures import traits_of

ADDRESS = re.compile(r"[^\s@'\"<>=&?]+(?:@|%40)[^\s@'\"<>&]+")
EVENT_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
FIELDS = (
    "request", "method", "route", "event_id", "status", "outcome", "actor_kind", "duration_ms",
    "cold_start", "xray_trace_id", "stage",
)  # fmt: skip

logger = logging.getLogger("portal")


class JsonFormatter(logging.Formatter):
    """A log record as one line of JSON."""

    def format(self, record: logging.LogRecord) -> str:
        entry: dict[str, Any] = {
            "timestamp": datetime.fromtimestamp(record.created, UTC).isoformat(),
            "level": record.levelname,
            "service": "portal",
            "logger": record.name,
            "message": blot(record.getMessage()),
        }
        found = {name: getattr(record, name, None) for name in FIELDS}
        # Django's own records carry the request object under one of these names.
        entry |= {
            name: value for name, value in found.items() if isinstance(value, str | int | float)
        }
        entry |= getattr(record, "metrics", {})
        if record.exc_info and record.exc_info[1]:
            entry |= traits_of(record.exc_info[1])
        return json.dumps(entry)


def blot(text: str) -> str:
    """``text`` without anything that looks like an e-mail address."""
    return ADDRESS.sub("[address]", text)


class RequestLogMiddleware:
    """Logs each request once it is answered."""

    _cold = True

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        started = time.perf_counter()
        cold, RequestLogMiddleware._cold = RequestLogMiddleware._cold, False
        response = self.get_response(request)
        status = response.status_code
        logger.info(
            "request",
            extra={
                "request": request_id(request),
                "method": request.method,
                "route": _route(request),
                "status": status,
                "outcome": getattr(request, "outcome", "ok" if status < 400 else f"http_{status}"),
                "actor_kind": _actor_kind(request),
                "event_id": _event_id(request),
                "duration_ms": round((time.perf_counter() - started) * 1000, 1),
                "cold_start": cold,
                "xray_trace_id": _trace_id(),
                "stage": outcomes.STAGE,
                "metrics": _metrics(cold=cold),
            },
        )
        return response


class NoStoreMiddleware:
    """A page that read the session is nobody else's and is not left behind in a cache."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        session = getattr(request, "session", None)
        if session is not None and session.accessed and "Cache-Control" not in response:
            response["Cache-Control"] = "private, no-store"
        return response


def request_id(request: HttpRequest) -> str:
    """The Lambda's request id, or one of our own; the same for the whole request."""
    if not hasattr(request, "_foyer_id"):
        context = request.META.get("lambda.context")
        request._foyer_id = getattr(context, "aws_request_id", "") or uuid.uuid4().hex
    return str(request._foyer_id)


def _route(request: HttpRequest) -> str:
    match = request.resolver_match
    return f"/{match.route}" if match else "(none)"


def _event_id(request: HttpRequest) -> str:
    """The event's id where the address has one; anything else in its place was typed by somebody."""
    match = request.resolver_match
    typed = str(match.kwargs.get("event_id", "")) if match else ""
    return typed if EVENT_ID.fullmatch(typed) else ""


def _trace_id() -> str:
    return os.environ.get("_X_AMZN_TRACE_ID", "").partition(";")[0].removeprefix("Root=")


def _metrics(*, cold: bool) -> dict[str, Any]:
    """What features counted while the page was made, as the API's line tells it; and a cold start."""
    seen = outcomes.take() | ({"ColdStart": 1} if cold else {})
    if not seen:
        return {}
    told = outcomes.directive([["stage"]], dict.fromkeys(seen, "Count"))
    return seen | {"_aws": outcomes.embedded(told)}


def _actor_kind(request: HttpRequest) -> str:
    """The kind, without reading the session for the log's sake; a device's view has set its own."""
    if type(actor := getattr(request, "actor", None)) is Actor:
        return actor.kind
    session = getattr(request, "session", None)
    if session is None or not session.accessed:
        return ActorKind.VISITOR
    return ActorKind.USER if session.get("claims") else ActorKind.VISITOR
