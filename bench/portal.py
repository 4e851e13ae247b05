"""The portal: CPU of one scan through Django, and of a cold start, each against its peer."""

import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from backend.registrations import tickets
from bench.checkin import ROUNDS, Door, _another, _bare_update, median_cpu, open_door

COLD_ROUNDS = 7
Report = Callable[[str], None]

# What Zappa does before the first request, with an application that does nothing.
EMPTY_DJANGO = """
import time, zappa.handler
from django.conf import settings
settings.configure(ROOT_URLCONF=__name__, ALLOWED_HOSTS=["*"], SECRET_KEY="bench")
urlpatterns = []
from django.core.wsgi import get_wsgi_application
application = get_wsgi_application()
print(time.process_time())
"""
PORTAL = """
import time, zappa.handler
from portal.wsgi import application
from django.urls import get_resolver
get_resolver().url_patterns
print(time.process_time())
"""


def run(report: Report) -> None:
    """Print the figures."""
    measure_scans(report)
    report("")
    measure_cold_start(report)


def measure_scans(report: Report) -> None:
    """One admission through middleware, session, view and service; targets 4 ms of ours."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "portal.settings"
    import django

    django.setup()
    from django.test import Client

    door = open_door(10)
    fresh = [_another(door, number) for number in range(ROUNDS)]
    client = Client(headers={"host": "127.0.0.1"})
    client.cookies["foyer"] = _session(door)
    scans = [
        partial(_scan, client, door.event.uuid, tickets.issue(registration), number)
        for number, registration in enumerate(fresh)
    ]
    whole = median_cpu(scans)
    bare = median_cpu([_bare_update(registration) for registration in fresh])
    report(f"one scan through the portal    CPU, median of {ROUNDS}")
    report(
        f"  {whole:5.2f} ms; a bare UpdateItem takes {bare:.2f} ms, the session's GetItem about as "
        f"much; so ours is about {whole - 2 * bare:.2f} ms (target 4)"
    )


def _scan(client: Any, event_id: str, ticket: str, number: int) -> None:
    answer = client.post(
        f"/o/e/{event_id}/desk/scans",
        {"ticket": ticket, "scan_id": f"bench-{number}", "gate": "North"},
        content_type="application/json",
    )
    assert answer.json()["result"] == "ADMITTED", answer.content


def _session(door: Door) -> str:
    from portal.common.sessions import SIGNED_IN_AS, SessionStore
    from portal.common.signed_in import CLAIMS, TOKENS

    session = SessionStore()
    session[SIGNED_IN_AS] = door.desk.user_id
    session[CLAIMS] = {"sub": door.desk.user_id, "email_verified": False}
    session[TOKENS] = {"access": "a", "refresh": "r", "expires_at": 4_000_000_000}
    session.save()
    return str(session.session_key)


def measure_cold_start(report: Report) -> None:
    """CPU from the interpreter's start to being ready for a request, in turn with the peer.

    Both read bytecode that a first round wrote, which is not counted.
    """
    with tempfile.TemporaryDirectory() as bytecode:
        environment = _as_deployed(bytecode)
        pairs = [
            (_cpu(EMPTY_DJANGO, environment), _cpu(PORTAL, environment))
            for _ in range(COLD_ROUNDS + 1)
        ][1:]
    empty, portal = (statistics.median(column) for column in zip(*pairs, strict=True))
    # Each against the peer of its own round: whatever else the machine does hits both.
    ratio = statistics.median(portal / empty for empty, portal in pairs)
    report(f"cold start of the portal       CPU, median of {COLD_ROUNDS}")
    report(
        f"  {portal * 1000:5.0f} ms; Zappa with an empty Django takes {empty * 1000:.0f} ms in the "
        f"same run: {ratio:.2f} times (target 300 ms where that one takes 268: 1.12)"
    )


def _as_deployed(bytecode: str) -> dict[str, str]:
    """The settings of a stage on AWS, where no static file is served; bytecode is kept."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return kept | {
        "STAGE": "bench",
        "STATIC_BUCKET": "bench-static",
        "STATIC_BASE_URL": "https://static.example.org",
        "PYTHONPYCACHEPREFIX": bytecode,
    }


def _cpu(script: str, environment: Mapping[str, str]) -> float:
    done = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        check=True,
        env=dict(environment),
    )
    return float(done.stdout.split()[-1])
