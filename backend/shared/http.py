"""The public API's edge: routes with stated shapes, refusals as JSON, one log line each.

A route is a function whose parameters say what it needs, by name: its path parameters,
``body`` and ``query`` (shapes), ``actor`` and ``now``. What it returns is the answer. The
OpenAPI file is made from the same statements, so neither can drift from the other.
"""

import base64
import gc
import json
import re
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple

from aws_lambda_powertools.event_handler.api_gateway import (
    APIGatewayRestResolver,
    Response,
    Router,
)
from aws_lambda_powertools.event_handler.exceptions import NotFoundError
from pydantic import BaseModel

from backend.shared import observability
from backend.shared.actor import VISITOR, Actor
from backend.shared.clock import utc_now
from backend.shared.config import config
from backend.shared.errors import (
    BadInput,
    Conflict,
    DomainError,
    Forbidden,
    NotFound,
    Rejected,
    TooManyAttempts,
    Unauthorized,
)
from backend.shared.failures import traits_of
from backend.shared.shapes import BadShape, Query, camel, read_json, read_query

LARGEST_BODY = 256 * 1024
ALLOWED_METHODS = "DELETE,GET,OPTIONS,POST,PUT"
ALLOWED_HEADERS = "Authorization,Content-Type,Idempotency-Key"
EXPOSED_HEADERS = "X-Next-Token"
PATH_PARAMETER = re.compile(r"[0-9A-Za-z_-]{1,64}")
_EVENT_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_JSON = "application/json"


class TooLarge(DomainError):
    """The body is larger than ``LARGEST_BODY`` bytes (413)."""

    code = "too_large"


class UnsupportedMediaType(DomainError):
    """The body is declared as something else than JSON (415)."""

    code = "unsupported_media_type"


class MethodNotAllowed(DomainError):
    """The path exists, but not with this method (405)."""

    code = "method_not_allowed"


STATUS_OF_KIND: dict[type[DomainError], int] = {
    Rejected: 400,
    Unauthorized: 401,
    Forbidden: 403,
    NotFound: 404,
    MethodNotAllowed: 405,
    Conflict: 409,
    TooLarge: 413,
    UnsupportedMediaType: 415,
    TooManyAttempts: 429,
}


class Reply(NamedTuple):
    """An answer with a status, or with headers, of its own."""

    status: int
    body: BaseModel
    headers: Mapping[str, str] = {}


class Operation(NamedTuple):
    """What one route takes and gives, as the OpenAPI file tells it."""

    method: str
    rule: str
    name: str
    summary: str
    description: str
    tag: str
    public: bool
    status: int
    also: Mapping[int, str]
    refusals: Mapping[int, tuple[str, ...]]
    body: type[BaseModel] | None
    query: type[Query] | None
    answer: type[BaseModel]
    creates: bool
    kiosks: bool

    @property
    def path(self) -> str:
        """The path as OpenAPI and the gateway write it: ``/events/{eventId}``."""
        return re.sub(r"<(\w+)>", lambda match: f"{{{camel(match[1])}}}", self.rule)


class ApiRouter(Router):
    """A Powertools router that keeps what its routes state."""

    def __init__(self, tag: str) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.tag = tag
        self.operations: list[Operation] = []

    def serve(
        self,
        method: str,
        rule: str,
        *,
        answer: type[BaseModel],
        public: bool = False,
        status: int = 200,
        also: Mapping[int, str] | None = None,
        refusals: Mapping[int, tuple[str, ...]] | None = None,
        creates: bool = False,
        kiosks: bool = False,
    ) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
        """Answer ``method`` on ``rule`` (``/events/<event_id>``) with the decorated function.

        Its docstring's first line is the summary, the rest the description. ``also`` says
        when another good status is answered; ``refusals`` the codes of each bad one;
        ``creates`` that an ``Idempotency-Key`` is taken; ``kiosks`` that paired devices may
        call, too. Unless ``public``, a caller
        without a good ID token gets 401 before anything else is looked at.
        """

        def register(work: Callable[..., Any]) -> Callable[..., Any]:
            summary, _, description = (work.__doc__ or "").partition("\n")
            operation = Operation(
                method=method,
                rule=rule,
                name=camel(work.__name__),
                summary=summary.strip().rstrip("."),
                description=" ".join(description.split()),
                tag=self.tag,
                public=public,
                status=status,
                also=also or {},
                refusals=refusals or {},
                body=work.__annotations__.get("body"),
                query=work.__annotations__.get("query"),
                answer=answer,
                creates=creates,
                kiosks=kiosks,
            )
            self.operations.append(operation)
            self.route(rule, method)(_route(operation, work))
            return work

        return register


def _route(operation: Operation, work: Callable[..., Any]) -> Callable[..., Response[str]]:
    def run(**path: str) -> Response[str]:
        _call.operation = operation
        event_id = path.get("event_id", "")
        # Anything else in its place was typed by somebody and stays out of the log.
        _call.event_id = event_id if _EVENT_ID.fullmatch(event_id) else ""
        _call.actor = VISITOR if operation.public else actor_of(_call.event)
        if not all(PATH_PARAMETER.fullmatch(value) for value in path.values()):
            raise NotFound("There is no such thing.")
        result = work(**path, **_arguments(operation, work.__annotations__))
        reply = result if isinstance(result, Reply) else Reply(operation.status, result)
        text = reply.body.model_dump_json(by_alias=True)
        return Response(reply.status, _JSON, text, {**reply.headers})

    return run


def _arguments(operation: Operation, wanted: Mapping[str, Any]) -> dict[str, Any]:
    """What the function of a route asks for besides its path parameters."""
    event = _call.event
    given: dict[str, Any] = {}
    if "actor" in wanted:
        given["actor"] = _call.actor
    if "now" in wanted:
        given["now"] = utc_now()
    # Looked at also where doing it twice makes no difference: its bounds are published.
    key = _idempotency_key(event) if operation.creates else ""
    if "idempotency_key" in wanted:
        given["idempotency_key"] = key
    if operation.query:
        given["query"] = read_query(operation.query, event.get("queryStringParameters") or {})
    if operation.body:
        given["body"] = read_json(operation.body, _body_of(event))
    return given


def actor_of(event: Mapping[str, Any]) -> Actor:
    """Who calls, from what the gateway's authorizer verified: claims, or a kiosk.

    Refuses (``Unauthorized``) tokens that the authorizer lets pass but that are no ID
    token of the stage's own client.
    """
    verified = event["requestContext"].get("authorizer") or {}
    if device := verified.get("kiosk"):
        return Actor.from_kiosk(**json.loads(device))
    claims = verified.get("claims") or {}
    if isinstance(claims, str):  # from an authorizer of ours, whose answer holds texts only
        claims = json.loads(claims)
        # The gateway keeps that answer for a while, also beyond the token's end.
        if claims.get("exp", 0) <= utc_now().timestamp():
            raise Unauthorized("Sign in again.")
    audience = config().user_pool_client_id
    if claims.get("token_use") != "id" or not audience or claims.get("aud") != audience:
        raise Unauthorized("Sign in first.")
    return Actor.from_claims(claims, device="api")


def _header(event: Mapping[str, Any], name: str) -> str:
    """A request header; the gateway keeps the spelling the client used."""
    headers: Mapping[str, str] = event.get("headers") or {}
    if name in headers:
        return headers[name]
    return next((value for key, value in headers.items() if key.lower() == name), "")


def _body_of(event: Mapping[str, Any]) -> bytes:
    kind = _header(event, "content-type").partition(";")[0].strip().lower()
    if kind and kind != _JSON:
        raise UnsupportedMediaType("Send the body as application/json.")
    try:
        text = event.get("body") or ""
        raw = base64.b64decode(text) if event.get("isBase64Encoded") else text.encode()
    except ValueError:  # no Base64, or half a character
        raise BadInput({}, "The body is not JSON that can be read.") from None
    if len(raw) > LARGEST_BODY:
        raise TooLarge("The body may have at most 256 KB.")
    return raw


def _idempotency_key(event: Mapping[str, Any]) -> str:
    key = _header(event, "idempotency-key")
    if len(key) > 255 or not key.isprintable():
        raise BadShape({"Idempotency-Key": "This may have at most 255 printable characters."})
    return key


class _Call:
    """What is known of the request being served; a Lambda process serves one at a time."""

    def __init__(self) -> None:
        self.is_first = True
        self.begin({})

    def begin(self, event: Mapping[str, Any]) -> None:
        self.event = event
        self.started = time.perf_counter()
        self.operation: Operation | None = None
        self.actor = VISITOR
        self.event_id, self.outcome = "", "ok"

    def end(self, status: int) -> None:
        observability.log_request(
            request=self.request_id,
            operation=self.operation.name if self.operation else "unknown",
            actor_kind=self.actor.kind,
            event_id=self.event_id,
            outcome=self.outcome,
            status=status,
            duration_ms=(time.perf_counter() - self.started) * 1000,
            cold_start=self.is_first,
        )
        self.is_first = False

    @property
    def request_id(self) -> str:
        return str(self.event["requestContext"].get("requestId", ""))


_call = _Call()


class Handler:
    """A Lambda handler; ``operations`` are the routes it serves."""

    def __init__(self, routers: Sequence[ApiRouter]) -> None:
        self.operations = [op for router in routers for op in router.operations]
        self._app = APIGatewayRestResolver(debug=False)
        for router in routers:
            self._app.include_router(router)
        self._app.exception_handler(DomainError)(_refuse)
        self._app.exception_handler(Exception)(_fail)
        self._app.not_found(partial(_find_no_route, self.operations))
        # What was imported lives as long as the process; see backend/cold_start.py.
        gc.freeze()
        gc.enable()

    def __call__(self, event: dict[str, Any], context: Any) -> dict[str, Any]:
        """The gateway's answer to a proxy event; every refusal is an answer too."""
        _call.begin(event)
        answer = self._app.resolve(event, context)
        _add_headers(answer, _header(event, "origin"))
        _call.end(answer["statusCode"])
        return answer


def api(*routers: ApiRouter) -> Handler:
    """The Lambda handler that serves the routes of ``routers``."""
    return Handler(routers)


def _find_no_route(operations: Sequence[Operation], _: NotFoundError) -> Response[str]:
    method, path = _call.event["httpMethod"], _call.event["path"]
    if method == "OPTIONS":
        return Response(204, None, "")
    others = (op.rule for op in operations if op.method != method)
    if any(re.fullmatch(re.sub(r"<\w+>", PATH_PARAMETER.pattern, rule), path) for rule in others):
        return _refuse(MethodNotAllowed("This route does not take that method."))
    return _refuse(NotFound("There is no such route."))


def _refuse(error: DomainError) -> Response[str]:
    _call.outcome = error.code
    status = next((s for kind, s in STATUS_OF_KIND.items() if isinstance(error, kind)), 400)
    body: dict[str, Any] = {"error": error.message, "code": error.code}
    if error.fields:
        # A shape names a field as the client spelled it, the domain by its Python name.
        spell = str if isinstance(error, BadShape) else camel
        body["fields"] = {spell(name): rule for name, rule in error.fields.items()}
    return Response(status, _JSON, json.dumps(body))


def _fail(error: Exception) -> Response[str]:
    """Answer 500; the log says where, never what."""
    _call.outcome = "internal_error"
    observability.logger.error("unexpected", request=_call.request_id, **traits_of(error))
    message = "Something went wrong on our side."
    return Response(500, _JSON, json.dumps({"error": message, "code": "internal_error"}))


def cors_headers(origin: str) -> dict[str, str]:
    """What a browser page of ``origin`` needs to read the answer; nothing for a stranger."""
    allowed = config().allowed_origins
    headers = {"Vary": "Origin"}
    if origin in allowed or "*" in allowed:
        headers |= {
            "Access-Control-Allow-Origin": origin if origin in allowed else "*",
            "Access-Control-Allow-Methods": ALLOWED_METHODS,
            "Access-Control-Allow-Headers": ALLOWED_HEADERS,
            "Access-Control-Expose-Headers": EXPOSED_HEADERS,
            "Access-Control-Max-Age": "600",
        }
    return headers


def _add_headers(answer: dict[str, Any], origin: str) -> None:
    headers = cors_headers(origin) | {
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
    }
    many = answer.setdefault("multiValueHeaders", {})
    many |= {name: [value] for name, value in headers.items()}
