"""How far the counters are behind the registrations they count: one by one, and in a burst.

The whole stage runs on a cloud of its own, because streams must run. The times are the local
cloud's, where a mapping is woken by the write; that every one is counted once holds everywhere.
"""

import os
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from backend.activity import queries as activity
from backend.registrations import services
from backend.shared.actor import Actor, ActorKind
from backend.shared.clock import utc_now
from bench.registrations import Hall, open_hall

ONE_BY_ONE, BURST = 20, 200
LONGEST_WAIT = 60.0
Report = Callable[[str], None]


def run(report: Report) -> None:
    """Print the figures."""
    from infra.localcloud.cloud import LocalCloud
    from infra.localcloud.stage import deploy, environment

    before = dict(os.environ)
    with tempfile.TemporaryDirectory() as folder:
        cloud = LocalCloud(Path(folder))
        cloud.start()
        try:
            os.environ.update(cloud.env())
            os.environ.update(environment(cloud, "test", deploy(cloud, "test")))
            _forget_clients()
            measure(report)
        finally:
            cloud.stop()
            os.environ.clear()
            os.environ.update(before)
            _forget_clients()


def measure(report: Report) -> None:
    """From the answer of ``register`` to the moment the totals show it."""
    hall = open_hall(50)
    _register(hall, 0)
    _wait(hall, 1)  # the function is warm then
    lags = []
    for number in range(1, ONE_BY_ONE):
        _register(hall, number)
        lags.append(_wait(hall, number + 1))
    report(
        f"one by one                     {statistics.median(lags) * 1000:.0f} ms behind (median of "
        f"{len(lags)}; at most {max(lags) * 1000:.0f} ms)"
    )
    crowd = open_hall(BURST * 2)
    started = time.monotonic()
    for number in range(BURST):
        _register(crowd, number)
    took = time.monotonic() - started
    report(
        f"a burst of {BURST:<19} {_wait(crowd, BURST) * 1000:.0f} ms behind the last of them, which "
        f"came after {took:.1f} s; every one is counted once"
    )


def _register(hall: Hall, number: int) -> None:
    guest = Actor(ActorKind.USER, user_id=f"user-{number}", email=f"g{number}@example.org")
    services.register(event_id=hall.event.uuid, name=f"Guest {number}", actor=guest, now=utc_now())


def _wait(hall: Hall, confirmed: int) -> float:
    """Seconds until the counters show exactly that many."""
    started = time.monotonic()
    while time.monotonic() - started < LONGEST_WAIT:
        shown = activity.totals(event_id=hall.event.uuid, shards=int(hall.event.shards))
        if shown.confirmed == confirmed:
            return time.monotonic() - started
        time.sleep(0.005)
    raise TimeoutError(f"{shown.confirmed} of {confirmed} were counted in {LONGEST_WAIT:.0f} s.")


def _forget_clients() -> None:
    """Clients made for the other cloud."""
    from backend.shared import config, secrets_manager
    from backend.shared.aws_session import aws_session
    from backend.shared.db import Table

    for cached in (config.config, aws_session, *vars(secrets_manager).values()):
        if hasattr(cached, "cache_clear"):
            cached.cache_clear()
    if Table._shared is not None:
        Table._shared._client = None
