"""One cold process: ``python -m bench.cold_process registrations`` prints what it used.

It imports next to nothing of its own, so that it measures the function.
"""

import importlib
import json
import os
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

ID_TOKEN = "BENCH_ID_TOKEN"  # noqa: S105 - the name of a variable
EVENT = "0190aaaa-0000-7000-8000-000000000001"
USER = "0190aaaa-0000-7000-8000-00000000000a"
# What a function serves first, so that it reaches its tables or its user pool; of the others the
# first route that only reads.
FIRST: dict[str, tuple[str, str, Any]] = {
    "register": ("POST", "/resend-code", {"email": "nobody@example.org"}),
    "login": ("POST", "/login", {"email": "nobody@example.org", "password": "Wrong-Horse-7"}),
    "public_events": ("GET", f"/events/{EVENT}", None),
    "registrations": ("GET", f"/events/{EVENT}/registrations/me", None),
    "scans": ("POST", f"/events/{EVENT}/scans", {"ticket": "7K3M-Q2XD", "scanId": "s-1"}),
    "users": ("GET", f"/users/{USER}", None),
    "profiles": ("GET", f"/profiles/{USER}", None),
}
TOKENS = {
    "kiosk_authorizer": f"Kiosk {EVENT.replace('-', '')}7K3MQ2XD.{'s' * 43}",
    "users_authorizer": os.environ.get(ID_TOKEN, ""),
}


def main(name: str) -> None:
    """Be that process."""
    imported = _bare_botocore() if name == "botocore" else _function(name)
    used = {
        "import": imported * 1000,
        "total": time.process_time() * 1000,
        "mib": _largest_mib(),
    }
    print(json.dumps(used))


def _function(name: str) -> float:
    module = importlib.import_module(f"backend.handlers.{name}")
    imported = time.process_time()
    if name in TOKENS:
        with suppress(module.Refused):
            module.handler(_question(TOKENS[name]), None)
    else:
        module.handler(proxy_event(*(FIRST.get(name) or _first_read(module))), None)
    return imported


def _first_read(module: Any) -> tuple[str, str, Any]:
    rules = [one.rule for one in module.handler.operations if one.method == "GET"]
    path = "/".join(EVENT if part.startswith("<") else part for part in rules[0].split("/"))
    return "GET", path, None


def _question(token: str) -> dict[str, Any]:
    arn = "arn:aws:execute-api:eu-central-1:000000000000:api/bench/GET/users"
    return {"type": "TOKEN", "authorizationToken": token, "methodArn": arn}


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


def proxy_event(method: str, path: str, body: Any) -> dict[str, Any]:
    """What the gateway hands a function, with everything read from a good token."""
    claims = {
        "sub": USER,
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


if __name__ == "__main__":
    main(sys.argv[1])
