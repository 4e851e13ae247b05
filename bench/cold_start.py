"""Cold starts of the API's functions, and our own CPU on each request.

Every sample is a fresh process that imports a handler and serves its first request against the
local cloud's tables; the peer, taken in turn with them, is a process with nothing but botocore
that makes a DynamoDB client and its first call. CPU time and the largest resident size.
"""

import importlib
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

ROUNDS = 9
WARM_REQUESTS = 2000
TARGET_RATIO, TARGET_MIB, TARGET_OWN_MS = 1.6, 64, 0.2
EVENT = "0190aaaa-0000-7000-8000-000000000001"
TITLE = {
    "title": "Harbour Conference",
    "startsAt": "2030-05-01T12:00:00+02:00",
    "endsAt": "2030-05-01T18:00:00+02:00",
    "timeZone": "Europe/Berlin",
    "capacity": 50,
}
# What each function serves first: a request that reaches its tables or its user pool.
FIRST: dict[str, tuple[str, str, Any]] = {
    "health": ("GET", "/health", None),
    "register": ("POST", "/resend-code", {"email": "nobody@example.org"}),
    "login": ("POST", "/login", {"email": "nobody@example.org", "password": "Wrong-Horse-7"}),
    "public_events": ("GET", f"/events/{EVENT}", None),
    "events": ("GET", "/me/events", None),
    "registrations": ("GET", f"/events/{EVENT}/registrations/me", None),
    "scans": ("POST", f"/events/{EVENT}/scans", {"ticket": "7K3M-Q2XD", "scanId": "s-1"}),
}
AUTHORIZER = "kiosk_authorizer"
QUESTION = {
    "type": "TOKEN",
    "authorizationToken": f"Kiosk {EVENT.replace('-', '')}7K3MQ2XD.{'s' * 43}",
    "methodArn": "arn:aws:execute-api:eu-central-1:000000000000:api/bench/POST/events/e/scans",
}


def run(report: Callable[[str], None]) -> None:
    """Report medians of each function, the ratio to botocore, and the CPU of a warm request."""
    names = ["botocore", *FIRST, AUTHORIZER]
    samples: dict[str, list[dict[str, float]]] = {name: [] for name in names}
    for _ in range(ROUNDS):
        for name in names:
            samples[name].append(_sample(name))
    medians = {
        name: {key: statistics.median(s[key] for s in taken) for key in taken[0]}
        for name, taken in samples.items()
    }
    # Each against the botocore of its own round: whatever else the machine does hits both.
    ratios = {
        name: statistics.median(
            own["total"] / bare["total"]
            for own, bare in zip(taken, samples["botocore"], strict=True)
        )
        for name, taken in samples.items()
    }
    report(f"cold start: CPU of import and first request, medians of {ROUNDS} processes each")
    report(f"targets: at most {TARGET_RATIO} x bare botocore, {TARGET_MIB} MiB")
    for name, found in medians.items():
        report(
            f"  {name:<14} import {found['import']:4.0f} ms  total {found['total']:4.0f} ms  "
            f"x {ratios[name]:4.2f}  {found['mib']:3.0f} MiB"
        )
    report(
        f"our own CPU on a warm request (route, body of an event, answer, log line): "
        f"{_own_milliseconds():.3f} ms; target {TARGET_OWN_MS} ms"
    )


def _sample(name: str) -> dict[str, float]:
    done = subprocess.run(
        [sys.executable, "-m", "bench.cold_start", name],
        check=True,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "ALLOWED_ORIGINS": "https://app.example.test"},
    )
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def _child(name: str) -> None:
    """Be one cold process and print what it used."""
    if name == "botocore":
        imported = _bare_botocore()
    else:
        module = importlib.import_module(f"backend.handlers.{name}")
        imported = time.process_time()
        if name == AUTHORIZER:
            with suppress(module.Refused):
                module.handler(QUESTION, None)
        else:
            module.handler(_proxy_event(*FIRST[name]), None)
    used = {
        "import": imported * 1000,
        "total": time.process_time() * 1000,
        "mib": _largest_mib(),
    }
    print(json.dumps(used))


def _largest_mib() -> float:
    """Not ru_maxrss: that one starts at the size of the process that started this one."""
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


def _bare_botocore() -> float:
    import botocore.session
    from botocore.config import Config

    imported = time.process_time()
    config = Config(connect_timeout=1, read_timeout=3)
    client = botocore.session.get_session().create_client("dynamodb", config=config)
    client.get_item(TableName=f"{os.environ['STAGE']}-events", Key={"uuid": {"S": EVENT}})
    return imported


def _proxy_event(method: str, path: str, body: Any) -> dict[str, Any]:
    claims = {
        "sub": "0190aaaa-0000-7000-8000-00000000000a",
        "token_use": "id",
        "aud": os.environ["USER_POOL_CLIENT_ID"],
        "email": "ada@example.org",
        "email_verified": "true",
        "name": "Ada Byron",
    }
    return {
        "httpMethod": method,
        "path": path,
        "headers": {"Origin": "https://app.example.test", "Content-Type": "application/json"},
        "multiValueHeaders": {},
        "queryStringParameters": None,
        "requestContext": {
            "requestId": "0190aaaa",
            "stage": "bench",
            "path": f"/bench{path}",
            "authorizer": {"claims": claims},
        },
        "body": None if body is None else json.dumps(body),
        "isBase64Encoded": False,
    }


def _own_milliseconds() -> float:
    """CPU per request of a route that does everything but call a service."""
    from backend.events.schemas import EventInput, OwnEventAnswer
    from backend.shared.actor import Actor
    from backend.shared.http import ApiRouter, api
    from backend.shared.observability import logger
    from tests.factories.events import build_event

    router, event = ApiRouter("bench"), build_event()

    @router.serve("POST", "/events/<event_id>/same", answer=OwnEventAnswer)
    def answer_alike(event_id: str, body: EventInput, actor: Actor) -> OwnEventAnswer:
        """Answer what needs no table."""
        assert event_id == EVENT
        assert actor.email
        assert body.details()
        return OwnEventAnswer.of(event)

    handler, asked = api(router), _proxy_event("POST", f"/events/{EVENT}/same", TITLE)
    assert handler(asked, None)["statusCode"] == 200
    with open(os.devnull, "w") as nowhere:
        for sink in logger.handlers:
            sink.setStream(nowhere)
        samples = []
        for _ in range(5):
            started = time.process_time()
            for _ in range(WARM_REQUESTS // 5):
                handler(asked, None)
            samples.append((time.process_time() - started) / (WARM_REQUESTS // 5))
    return statistics.median(samples) * 1000


if __name__ == "__main__":
    _child(sys.argv[1])
